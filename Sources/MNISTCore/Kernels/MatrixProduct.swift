// The loops of the matrix product: split the depth, pack both operands, share out blocks of the
// result, and walk each block tile by tile. Legend: c [m, n] = a [m, k] · b [k, n].
//
// Every element of c is summed from its first to its last p in one chain of multiply-adds, which rests
// in c between two parts of the depth. So no bit depends on where tiles, parts and threads fall, on
// how many other rows there are, or on whether zeros are left out.

/// One of the two factors of a product.
enum Operand {
  case a
  case b
}

enum Blocking {
  // A panel of a (10 kB with AVX-512) stays in the first-level cache while slivers of b stream by;
  // longer parts save loads and stores of c, shorter ones leave more room beside the panel.
  static let depthLimit = 320
  // Panels of a that one task walks for each sliver of b: some 128 rows.
  static let panelsPerTask = 128 / Tile.rows
  // Fewer slivers than this per task would read the panels of a again too often.
  static let sliversPerTask = 4
  // Both packed operands stay below this many floats (16 MiB) by taking the depth in groups, unless one
  // part alone is larger.
  static let packedLimit = 4 << 20
}

/// c [m, n] = a [m, k] · b [k, n], and what `finish` makes of it. c has rows of n numbers.
///
/// - Parameter sparse: the operand that may be mostly zero; if it is, the steps of the depth at which a
///   whole panel of it is zero are left out.
func multiply(
  _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>,
  finish: ProductFinish = ProductFinish(), sparse: Operand? = nil, pool: ThreadPool = .current
) {
  let (m, n, k) = (a.rows, b.columns, a.columns)
  guard m > 0 && n > 0 else { return }
  guard k > 0 else {
    // A sum of nothing is zero.
    let zeros = FloatBuffer(repeating: 0, count: n)
    for row in 0..<m {
      finish.store(zeros.start, blockStride: 0, rows: 1, columns: n, into: c + row * n, rowStride: n)
    }
    return
  }
  switch sparse {
  case .a where a.isMostlyZero:
    Product(a, b, leavesOutZeros: true, c: c, finish: finish, isTransposed: false).run(on: pool)
  case .b where b.isMostlyZero && !finish.changesSums:
    // cᵀ = bᵀ · aᵀ: panels of the sparse operand are narrow.
    Product(
      b.transposed, a.transposed, leavesOutZeros: true, c: c, finish: finish, isTransposed: true
    ).run(on: pool)
  default:
    Product(a, b, leavesOutZeros: false, c: c, finish: finish, isTransposed: false).run(on: pool)
  }
}

/// One product, shared out over threads.
private struct Product {
  let a: MatrixView
  let b: MatrixView
  let leavesOutZeros: Bool
  let c: UnsafeMutablePointer<Float>
  let finish: ProductFinish
  /// Whether c is to hold the transpose of the product.
  let isTransposed: Bool

  init(
    _ a: MatrixView, _ b: MatrixView, leavesOutZeros: Bool, c: UnsafeMutablePointer<Float>,
    finish: ProductFinish, isTransposed: Bool
  ) {
    (self.a, self.b, self.leavesOutZeros) = (a, b, leavesOutZeros)
    (self.c, self.finish, self.isTransposed) = (c, finish, isTransposed)
  }

  func run(on pool: ThreadPool) {
    let (m, n, k) = (a.rows, b.columns, a.columns)
    let (chunkCount, chunkDepth) = equalParts(of: k, limit: Blocking.depthLimit)
    // The transpose leaves its scratch block complete, thus takes the whole depth at once.
    let chunksAtOnce =
      isTransposed
      ? chunkCount : max(1, min(chunkCount, Blocking.packedLimit / ((m + n) * chunkDepth)))
    let packedA = PackedOperand(
      a, width: Tile.rows, chunkCount: chunksAtOnce, chunkDepth: chunkDepth,
      leavesOutZeros: leavesOutZeros)
    let packedB = PackedOperand(
      b.transposed, width: Tile.columns, chunkCount: chunksAtOnce, chunkDepth: chunkDepth,
      leavesOutZeros: false)
    let panelBlocks = (packedA.panelCount + Blocking.panelsPerTask - 1) / Blocking.panelsPerTask
    let sliverBlocks =
      (packedB.panelCount + Blocking.sliversPerTask - 1) / Blocking.sliversPerTask

    for first in stride(from: 0, to: chunkCount, by: chunksAtOnce) {
      let chunks = (first..<min(first + chunksAtOnce, chunkCount)).map { chunk in
        DepthChunk(
          index: chunk - first, start: chunk * chunkDepth,
          depth: min(chunkDepth, k - chunk * chunkDepth))
      }
      pool.forEach(packedB.groupCount + packedA.groupCount) { task in
        if task < packedB.groupCount {
          packedB.pack(group: task, chunks, width: Tile.columns)
        } else {
          packedA.pack(group: task - packedB.groupCount, chunks, width: Tile.rows)
        }
      }
      pool.forEach(panelBlocks * sliverBlocks) { task in
        let panels = evenShare(task % panelBlocks, of: panelBlocks, total: packedA.panelCount)
        let slivers = evenShare(task / panelBlocks, of: sliverBlocks, total: packedB.panelCount)
        if isTransposed {
          multiplyTransposed(packedA, panels, packedB, slivers, chunks)
        } else {
          multiplyBlock(
            packedA, panels, packedB, slivers, chunks,
            into: c + panels.lowerBound * Tile.rows * n + slivers.lowerBound * Tile.columns,
            rowStride: n)
        }
      }
    }
  }

  /// The same for the transpose, by way of a block of its own.
  private func multiplyTransposed(
    _ a: PackedOperand, _ panels: Range<Int>, _ b: PackedOperand, _ slivers: Range<Int>,
    _ chunks: [DepthChunk]
  ) {
    let (m, n) = (self.a.rows, self.b.columns)
    let (row, column) = (panels.lowerBound * Tile.rows, slivers.lowerBound * Tile.columns)
    let rows = min(panels.upperBound * Tile.rows, m) - row
    let columns = min(slivers.upperBound * Tile.columns, n) - column
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows * columns) { scratch in
      guard let block = scratch.baseAddress else { return }
      multiplyBlock(a, panels, b, slivers, chunks, into: block, rowStride: columns)
      MatrixView(block, rows: rows, columns: columns).transpose(
        columns: columns, into: c + column * m + row, rowStride: m)
    }
  }

  /// The block where some panels of a meet some slivers of b.
  private func multiplyBlock(
    _ a: PackedOperand, _ panels: Range<Int>, _ b: PackedOperand, _ slivers: Range<Int>,
    _ chunks: [DepthChunk], into block: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    let (m, n, k) = (self.a.rows, self.b.columns, self.a.columns)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.count) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      for chunk in chunks {
        let isFirst = chunk.start == 0
        let isLast = chunk.start + chunk.depth == k
        for sliver in slivers {
          let column = sliver * Tile.columns
          let columns = min(Tile.columns, n - column)
          let finish = isLast ? finish.from(column: column) : nil
          let target = block + (sliver - slivers.lowerBound) * Tile.columns
          let sliver = b.panel(sliver, chunk)
          for panel in panels {
            let rows = min(Tile.rows, m - panel * Tile.rows)
            let place = target + (panel - panels.lowerBound) * Tile.rows * rowStride
            let steps = a.steps(panel, chunk)
            let panel = a.panel(panel, chunk)
            if rows == Tile.rows && columns % Vector.scalarCount == 0 {
              multiplyColumns(
                columns, chunk.depth, steps, panel, sliver, into: place, rowStride: rowStride,
                isFirst: isFirst, finish: finish)
            } else {
              // At the edge the tile is larger than what is left of c.
              if !isFirst {
                ProductFinish().store(
                  place, blockStride: rowStride, rows: rows, columns: columns, into: scratch,
                  rowStride: Tile.columns)
              }
              multiplyColumns(
                columns, chunk.depth, steps, panel, sliver, into: scratch,
                rowStride: Tile.columns, isFirst: isFirst, finish: nil)
              (finish ?? ProductFinish()).store(
                scratch, blockStride: Tile.columns, rows: rows, columns: columns, into: place,
                rowStride: rowStride)
            }
          }
        }
      }
    }
  }
}

/// A tile no wider than these columns need.
@inline(__always)
private func multiplyColumns(
  _ columns: Int, _ depth: Int, _ steps: NonzeroSteps?, _ a: UnsafePointer<Float>,
  _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>, rowStride: Int, isFirst: Bool, finish: ProductFinish?
) {
  func multiply<Row: VectorRow>(_ row: Row.Type) {
    multiplyPanels(
      row, depth: depth, steps: steps, a, b, into: c, rowStride: rowStride, isFirst: isFirst,
      finish: finish)
  }
  switch (columns + Vector.scalarCount - 1) / Vector.scalarCount {
  case Tile.Row.vectorCount: multiply(Tile.Row.self)
  case 2: multiply(TwoVectors.self)
  default: multiply(OneVector.self)
  }
}

extension MatrixView {
  /// Whether leaving out zeros pays: a guess from some of the rows, since it decides over time alone.
  fileprivate var isMostlyZero: Bool {
    let step = max(1, rows / 16)
    var (seen, zeros) = (0, 0)
    for row in stride(from: 0, to: rows, by: step) {
      let start = start + row * rowStride
      for column in 0..<columns { zeros += start[column * columnStride] == 0 ? 1 : 0 }
      seen += columns
    }
    return 2 * zeros > seen
  }
}
