/// The rows of a mostly zero matrix in panels for the micro-kernel, without the steps of the depth at which
/// a whole panel is zero.
///
/// A product with zero adds nothing, so that leaving it out changes no bit of the result (as long as the
/// other factor is finite: 0 · ∞ would not be a number). Of the columns of eight of MNIST's images half
/// are all zero.
final class SparsePanels: @unchecked Sendable {
  private let source: MatrixView
  private let chunks: [DepthChunk]
  private let chunkDepth: Int
  private let numbers: FloatBuffer
  /// For each panel of each chunk: how many steps there are, and where each begins in a sliver of the
  /// other factor.
  private let steps: UnsafeMutablePointer<Int32>
  private let stepCapacity: Int
  let panelCount: Int

  // Panels packed together.
  private static let panelsPerGroup = 8

  init(_ source: MatrixView, _ chunks: [DepthChunk], chunkDepth: Int) {
    self.source = source
    self.chunks = chunks
    self.chunkDepth = chunkDepth
    panelCount = (source.rows + Tile.rows - 1) / Tile.rows
    numbers = FloatBuffer(count: chunks.count * panelCount * Tile.rows * chunkDepth)
    stepCapacity = chunks.count * panelCount * (1 + chunkDepth)
    steps = MemoryPool.shared.take(Int32.self, count: stepCapacity)
  }

  deinit { MemoryPool.shared.give(steps, count: stepCapacity) }

  func pack(on pool: ThreadPool) {
    let groups = (panelCount + Self.panelsPerGroup - 1) / Self.panelsPerGroup
    pool.forEach(groups) { group in
      for panel in evenShare(group, of: groups, total: panelCount) {
        for chunk in chunks { pack(panel, chunk) }
      }
    }
  }

  func panel(_ index: Int, _ chunk: DepthChunk) -> Panel {
    let steps = stepList(index, chunk)
    return Panel(
      start: place(index, chunk), rowStride: 1, stepStride: Tile.rows, stepCount: Int(steps[0]),
      steps: steps + 1)
  }

  private func pack(_ index: Int, _ chunk: DepthChunk) {
    let rows = index * Tile.rows..<min((index + 1) * Tile.rows, source.rows)
    let panel = place(index, chunk)
    if rows.count < Tile.rows { panel.update(repeating: 0, count: Tile.rows * chunk.depth) }
    source.part(rows, chunk.range).copyColumns(to: panel, targetStride: Tile.rows)
    let steps = stepList(index, chunk)
    var count = 0
    for p in 0..<chunk.depth {
      // Two numbers at a time, as bits; moved in any case, and kept if they count: no branch to guess wrong.
      let step = UnsafeRawPointer(panel + p * Tile.rows)
      let place = UnsafeMutableRawPointer(panel + count * Tile.rows)
      var bits: UInt64 = 0
      for i in 0..<Tile.rows / 2 {
        let pair = step.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)
        bits |= pair
        place.storeBytes(of: pair, toByteOffset: 8 * i, as: UInt64.self)
      }
      steps[1 + count] = Int32(truncatingIfNeeded: p &* Tile.columns)
      count &+= bits == 0 ? 0 : 1
    }
    steps[0] = Int32(truncatingIfNeeded: count)
  }

  private func place(_ index: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Float> {
    numbers.start + (chunk.index * panelCount + index) * Tile.rows * chunkDepth
  }

  private func stepList(_ index: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Int32> {
    steps + (chunk.index * panelCount + index) * (1 + chunkDepth)
  }
}
