/// A piece of the depth of a product: `depth` steps from `start`, the `index`-th of those packed at once.
struct DepthChunk {
  let index: Int
  let start: Int
  let depth: Int
}

/// One factor of a product in the order in which the micro-kernel reads it: panels of `width` rows, for
/// each chunk of the depth.
struct PackedOperand {
  /// Its rows are what panels are made of, its columns the depth.
  private let source: MatrixView
  private let width: Int
  private let chunkDepth: Int
  private let numbers: FloatBuffer
  let panelCount: Int

  // Panels packed together: runs of some 8 cache lines are read at a time.
  private static let panelsPerGroup = 8

  init(_ source: MatrixView, width: Int, chunkCount: Int, chunkDepth: Int) {
    self.source = source
    self.width = width
    self.chunkDepth = chunkDepth
    panelCount = (source.rows + width - 1) / width
    numbers = FloatBuffer(count: chunkCount * panelCount * width * chunkDepth)
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
    }
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
