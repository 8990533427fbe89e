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
/// - Parameter sparse: the operand that may be mostly zero; if it is, its zeros are left out.
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
      finish.store(
        zeros.start, blockStride: 0, rows: 1, columns: n, into: c + row * n, rowStride: n)
    }
    return
  }
  switch sparse {
  case .a where a.isMostlyZero:
    return SparseProduct(a, b, into: c, isTransposed: false, finish: finish).run(on: pool)
  case .b where b.isMostlyZero && !finish.changesSums:
    // cᵀ = bᵀ · aᵀ
    return SparseProduct(b.transposed, a.transposed, into: c, isTransposed: true, finish: finish)
      .run(on: pool)
  default: break
  }

  let (chunkCount, chunkDepth) = equalParts(of: k, limit: Blocking.depthLimit)
  let chunksAtOnce = max(1, min(chunkCount, Blocking.packedLimit / ((m + n) * chunkDepth)))
  let packedA = PackedOperand(
    a, width: Tile.rows, chunkCount: chunksAtOnce, chunkDepth: chunkDepth)
  let packedB = PackedOperand(
    b.transposed, width: Tile.columns, chunkCount: chunksAtOnce, chunkDepth: chunkDepth)
  let panelBlocks = (packedA.panelCount + Blocking.panelsPerTask - 1) / Blocking.panelsPerTask
  let sliverBlocks = (packedB.panelCount + Blocking.sliversPerTask - 1) / Blocking.sliversPerTask

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
      multiplyBlock(
        packedA, evenShare(task % panelBlocks, of: panelBlocks, total: packedA.panelCount),
        packedB, evenShare(task / panelBlocks, of: sliverBlocks, total: packedB.panelCount),
        chunks, m, n, k, into: c, finish: finish)
    }
  }
}

/// The block of c where some panels of a meet some slivers of b.
private func multiplyBlock(
  _ a: PackedOperand, _ panels: Range<Int>, _ b: PackedOperand, _ slivers: Range<Int>,
  _ chunks: [DepthChunk], _ m: Int, _ n: Int, _ k: Int, into c: UnsafeMutablePointer<Float>,
  finish: ProductFinish
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.count) { scratch in
    guard let scratch = scratch.baseAddress else { return }
    for chunk in chunks {
      let isFirst = chunk.start == 0
      let isLast = chunk.start + chunk.depth == k
      for sliver in slivers {
        let column = sliver * Tile.columns
        let columns = min(Tile.columns, n - column)
        let finish = isLast ? finish.from(column: column) : nil
        let sliver = b.panel(sliver, chunk)
        for panel in panels {
          let row = panel * Tile.rows
          let rows = min(Tile.rows, m - row)
          let place = c + row * n + column
          let panel = a.panel(panel, chunk)
          if rows == Tile.rows && columns % Vector.scalarCount == 0 {
            multiplyColumns(
              columns, chunk.depth, panel, sliver, into: place, rowStride: n, isFirst: isFirst,
              finish: finish)
          } else {
            // At the edge the tile is larger than what is left of c.
            if !isFirst {
              ProductFinish().store(
                place, blockStride: n, rows: rows, columns: columns, into: scratch,
                rowStride: Tile.columns)
            }
            multiplyColumns(
              columns, chunk.depth, panel, sliver, into: scratch, rowStride: Tile.columns,
              isFirst: isFirst, finish: nil)
            (finish ?? ProductFinish()).store(
              scratch, blockStride: Tile.columns, rows: rows, columns: columns, into: place,
              rowStride: n)
          }
        }
      }
    }
  }
}

/// A tile no wider than these columns need.
@inline(__always)
private func multiplyColumns(
  _ columns: Int, _ depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, rowStride: Int, isFirst: Bool, finish: ProductFinish?
) {
  func multiply<Row: VectorRow>(_ row: Row.Type) {
    multiplyPanels(
      row, depth: depth, a, b, bStride: Tile.columns, into: c, rowStride: rowStride,
      isFirst: isFirst, finish: finish)
  }
  switch (columns + Vector.scalarCount - 1) / Vector.scalarCount {
  case Tile.Row.vectorCount: multiply(Tile.Row.self)
  case 2: multiply(TwoVectors.self)
  default: multiply(OneVector.self)
  }
}
