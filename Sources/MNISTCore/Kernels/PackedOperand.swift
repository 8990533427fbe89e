/// A piece of the depth of a product: `depth` steps from `start`, the `index`-th of those packed at once.
struct DepthChunk {
  let index: Int
  let start: Int
  let depth: Int
}

/// The steps of the depth at which a packed panel is not all zero.
struct NonzeroSteps {
  let count: Int
  /// Where each begins in a sliver of the other factor.
  let offsets: UnsafePointer<Int32>
}

/// One factor of a product in the order in which the micro-kernel reads it: panels of `width` rows, for
/// each chunk of the depth.
final class PackedOperand: @unchecked Sendable {
  /// Its rows are what panels are made of, its columns the depth.
  private let source: MatrixView
  private let width: Int
  private let chunkDepth: Int
  private let numbers: FloatBuffer
  /// For each panel of each chunk the number of steps that are not all zero, and their offsets.
  private let steps: UnsafeMutablePointer<Int32>?
  private let stepCapacity: Int
  let panelCount: Int

  // Panels packed together: runs of some 8 cache lines are read at a time.
  private static let panelsPerGroup = 8

  init(
    _ source: MatrixView, width: Int, chunkCount: Int, chunkDepth: Int, leavesOutZeros: Bool
  ) {
    self.source = source
    self.width = width
    self.chunkDepth = chunkDepth
    panelCount = (source.rows + width - 1) / width
    numbers = FloatBuffer(count: chunkCount * panelCount * width * chunkDepth)
    stepCapacity = leavesOutZeros ? chunkCount * panelCount * (1 + chunkDepth) : 0
    steps = leavesOutZeros ? MemoryPool.shared.take(Int32.self, count: stepCapacity) : nil
  }

  deinit {
    if let steps { MemoryPool.shared.give(steps, count: stepCapacity) }
  }

  /// In how many parts the operand is packed.
  var groupCount: Int { (panelCount + Self.panelsPerGroup - 1) / Self.panelsPerGroup }

  /// Packs one part of the operand.
  ///
  /// - Parameter width: the operand's own, given again as a constant, so that loops over it are unrolled.
  @inline(__always)
  func pack(group: Int, _ chunks: [DepthChunk], width: Int) {
    let panels = evenShare(group, of: groupCount, total: panelCount)
    for chunk in chunks {
      source.pack(
        panels: panels, width: width, depth: chunk.depth, fromColumn: chunk.start,
        into: panel(0, chunk))
      if steps != nil {
        for panel in panels { leaveOutZeros(panel, chunk, width: width) }
      }
    }
  }

  /// Moves the steps of a panel that are not all zero to its front.
  @inline(__always)
  private func leaveOutZeros(_ index: Int, _ chunk: DepthChunk, width: Int) {
    guard let steps = stepList(index, chunk) else { return }
    let panel = panel(index, chunk)
    var count = 0
    for p in 0..<chunk.depth {
      let step = panel + p * width
      // As bits, two numbers at a time: no branch to guess wrong.
      var bits: UInt64 = 0
      for i in 0..<width / 2 {
        bits |= UnsafeRawPointer(step + 2 * i).loadUnaligned(as: UInt64.self)
      }
      (panel + count * width).update(from: step, count: width)
      steps[1 + count] = Int32(truncatingIfNeeded: p &* Tile.columns)
      count &+= bits == 0 ? 0 : 1
    }
    steps[0] = Int32(truncatingIfNeeded: count)
  }

  private func stepList(_ index: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Int32>? {
    steps.map { $0 + (chunk.index * panelCount + index) * (1 + chunkDepth) }
  }

  /// The steps that the panel holds, nil if it holds all.
  func steps(_ index: Int, _ chunk: DepthChunk) -> NonzeroSteps? {
    stepList(index, chunk).map { NonzeroSteps(count: Int($0[0]), offsets: $0 + 1) }
  }

  func panel(_ index: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Float> {
    numbers.start + width * (chunk.index * panelCount * chunkDepth + index * chunk.depth)
  }
}

/// The `index`-th of `count` nearly equal parts of 0..<total.
func evenShare(_ index: Int, of count: Int, total: Int) -> Range<Int> {
  (index * total / count)..<((index + 1) * total / count)
}

/// The fewest parts of `total`, none above the limit, and the size of all but the last.
func equalParts(of total: Int, limit: Int) -> (count: Int, size: Int) {
  let count = (total + limit - 1) / limit
  return (count, (total + count - 1) / count)
}
