/// The rows of a mostly zero matrix in panels for the micro-kernel, without the steps of the depth at which
/// a whole panel is zero.
///
/// ```
///  step     0 1 2 3 4 5                     numbers (packed)     steps
///  row 0  [ 0 3 0 0 0 1 ]                     3  0  1            count 3
///  row 1  [ 0 0 0 0 0 2 ]   kept: 1, 3, 5     0  0  2            1 · columns, 3 · columns, 5 · columns:
///  row 2  [ 0 0 0 4 0 0 ]                     0  4  0              where each step begins in the sliver of
///  row 3  [ 0 0 0 0 0 5 ]                     0  0  5              the other factor
/// ```
///
/// A product of zero and a finite number adds nothing, so that leaving it out changes no bit of the result.
final class SparsePanels: @unchecked Sendable {
  private let source: MatrixView
  private let chunks: [DepthChunk]
  private let chunkDepth: Int
  private let numbers: CPUStorage
  /// For each panel of each chunk: how many steps there are, and where each begins in a sliver of the
  /// other factor.
  private let steps: UnsafeMutablePointer<Int32>
  private let stepCapacity: Int
  let panelCount: Int

  // Rows are turned into columns eight at a time; so many such pairs of panels are packed together.
  private static let pairsPerGroup = 4

  init(_ source: MatrixView, _ chunks: [DepthChunk], chunkDepth: Int) {
    self.source = source
    self.chunks = chunks
    self.chunkDepth = chunkDepth
    panelCount = (source.rows + Tile.sparseRows - 1) / Tile.sparseRows
    numbers = CPUStorage(count: chunks.count * panelCount * Tile.sparseRows * chunkDepth)
    stepCapacity = chunks.count * panelCount * (1 + chunkDepth)
    steps = MemoryPool.shared.take(Int32.self, count: stepCapacity)
  }

  deinit { MemoryPool.shared.give(steps, count: stepCapacity) }

  func pack(on pool: ThreadPool) {
    let pairs = (panelCount + 1) / 2
    let groups = (pairs + Self.pairsPerGroup - 1) / Self.pairsPerGroup
    pool.forEach(groups) { group in
      let columns = CPUStorage(count: 2 * Tile.sparseRows * chunkDepth)
      for pair in evenShare(group, of: groups, total: pairs) {
        for chunk in chunks { pack(pair, chunk, columns.start) }
      }
      withExtendedLifetime(columns) {}
    }
  }

  func panels(_ range: Range<Int>, _ chunk: DepthChunk) -> Panels {
    Panels(
      start: place(range.lowerBound, chunk), rowCount: Tile.sparseRows, rowStride: 1,
      stepStride: Tile.sparseRows,
      panelStride: Tile.sparseRows * chunkDepth, count: range.count, stepCount: chunkDepth,
      steps: stepList(range.lowerBound, chunk))
  }

  /// - Parameter columns: room for the columns of two panels, side by side.
  private func pack(_ pair: Int, _ chunk: DepthChunk, _ columns: UnsafeMutablePointer<Float>) {
    let width = 2 * Tile.sparseRows
    let rows = pair * width..<min((pair + 1) * width, source.rows)
    if rows.count < width { columns.update(repeating: 0, count: width * chunk.depth) }
    source.part(rows, chunk.range).copyColumns(to: columns, targetStride: width)
    for half in 0..<min(2, panelCount - 2 * pair) {
      let panel = place(2 * pair + half, chunk)
      let steps = stepList(2 * pair + half, chunk)
      var count = 0
      for p in 0..<chunk.depth {
        // The bits of four rows; moved in any case, and kept if they count: no branch to guess wrong.
        let numbers = UnsafeRawPointer(columns + p * width + half * Tile.sparseRows)
          .loadUnaligned(as: SIMD2<UInt64>.self)
        UnsafeMutableRawPointer(panel + count * Tile.sparseRows)
          .storeBytes(of: numbers, as: SIMD2<UInt64>.self)
        steps[1 + count] = Int32(truncatingIfNeeded: p &* Tile.columns)
        count &+= numbers.x | numbers.y == 0 ? 0 : 1
      }
      steps[0] = Int32(truncatingIfNeeded: count)
    }
  }

  private func place(_ index: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Float> {
    numbers.start + (chunk.index * panelCount + index) * Tile.sparseRows * chunkDepth
  }

  private func stepList(_ index: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Int32> {
    steps + (chunk.index * panelCount + index) * (1 + chunkDepth)
  }
}
