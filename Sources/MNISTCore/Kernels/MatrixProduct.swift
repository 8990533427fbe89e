// The loops of the matrix product: share out blocks of the result, pack a sliver of b for each part of
// the depth, and walk the block tile by tile. Legend: c [m, n] = a [m, k] · b [k, n].
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
  // A panel of a (10 kB with AVX-512) stays in the first-level cache while a sliver of b (61 kB) streams
  // from the second; longer parts save loads and stores of c, shorter ones leave more room.
  static let depthLimit = 256
  // The panels that meet a sliver fill some 330 kB of the second-level cache. More would not stay there
  // from sliver to sliver, fewer would pack b too often.
  static let rowsPerTask = 256
  // The last tasks should be small beside what each thread does.
  static let tasksPerThread = 4
}

/// A piece of the depth of a product.
struct DepthChunk {
  let index: Int
  let range: Range<Int>

  var depth: Int { range.count }
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
      finish.store(
        zeros.start, blockStride: 0, rows: 1, columns: n, into: c + row * n, rowStride: n)
    }
    return
  }
  let (chunkCount, chunkDepth) = equalParts(of: k, limit: Blocking.depthLimit)
  let chunks = (0..<chunkCount).map {
    DepthChunk(index: $0, range: $0 * chunkDepth..<min(($0 + 1) * chunkDepth, k))
  }
  // Panels of the sparse operand are narrow: where it is b, cᵀ = bᵀ · aᵀ.
  let isTransposed = sparse == .b && !finish.changesSums && b.isMostlyZero
  let (a, b) = isTransposed ? (b.transposed, a.transposed) : (a, b)
  var sparsePanels: SparsePanels?
  if isTransposed || sparse == .a && a.isMostlyZero {
    sparsePanels = SparsePanels(a, chunks, chunkDepth: chunkDepth)
    sparsePanels?.pack(on: pool)
  }
  Product(
    a: a, sparsePanels: sparsePanels, b: b, c: c, finish: finish, isTransposed: isTransposed,
    chunks: chunks
  ).run(on: pool)
}

/// One product, shared out over threads.
private struct Product {
  let a: MatrixView
  /// The panels of a, if they are packed.
  let sparsePanels: SparsePanels?
  let b: MatrixView
  let c: UnsafeMutablePointer<Float>
  let finish: ProductFinish
  /// Whether c is to hold the transpose of the product.
  let isTransposed: Bool
  let chunks: [DepthChunk]

  func run(on pool: ThreadPool) {
    let (m, n) = (a.rows, b.columns)
    let slivers = (n + Tile.columns - 1) / Tile.columns
    let panels = (m + Tile.rows - 1) / Tile.rows
    let tasks = pool.threadCount == 1 ? 1 : Blocking.tasksPerThread * pool.threadCount
    let blocks = min(
      panels,
      max((m + Blocking.rowsPerTask - 1) / Blocking.rowsPerTask, (tasks + slivers - 1) / slivers))
    pool.forEach(slivers * blocks) { task in
      let panels = evenShare(task / slivers, of: blocks, total: panels)
      let sliver = task % slivers
      multiplyBlock(
        panels.lowerBound * Tile.rows..<min(panels.upperBound * Tile.rows, m),
        sliver * Tile.columns..<min((sliver + 1) * Tile.columns, n))
    }
  }

  /// The block of c where these rows of a meet one sliver of b.
  private func multiplyBlock(_ rows: Range<Int>, _ columns: Range<Int>) {
    let (m, n) = (a.rows, b.columns)
    let finish = finish.from(column: columns.lowerBound)
    let place = c + rows.lowerBound * n + columns.lowerBound
    let height = (rows.count + Tile.rows - 1) / Tile.rows * Tile.rows
    let isWhole = rows.count == height && columns.count % Vector.scalarCount == 0
    withScratch((Tile.columns + Tile.rows) * chunks[0].depth) { scratch in
      if isWhole && !isTransposed {
        return sumTiles(rows, columns, into: place, rowStride: n, finish: finish, scratch)
      }
      // Tiles that reach beyond c, or lie across it, are summed apart.
      withScratch(height * Tile.columns) { block in
        sumTiles(
          rows, columns, into: block, rowStride: Tile.columns, finish: ProductFinish(), scratch)
        if isTransposed {
          MatrixView(block, rows: height, columns: Tile.columns)
            .part(0..<rows.count, 0..<columns.count)
            .copyColumns(to: c + columns.lowerBound * m + rows.lowerBound, targetStride: m)
        } else {
          finish.store(
            block, blockStride: Tile.columns, rows: rows.count, columns: columns.count, into: place,
            rowStride: n)
        }
      }
    }
  }

  /// - Parameters:
  ///   - block: room for whole tiles.
  ///   - scratch: room for a sliver and a panel.
  private func sumTiles(
    _ rows: Range<Int>, _ columns: Range<Int>, into block: UnsafeMutablePointer<Float>,
    rowStride: Int, finish: ProductFinish, _ scratch: UnsafeMutablePointer<Float>
  ) {
    let sliver = scratch
    let edgePanel = scratch + Tile.columns * chunks[0].depth
    for chunk in chunks {
      pack(chunk, columns, into: sliver)
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: Tile.rows) {
        multiplyColumns(
          columns.count, panel(row..<min(row + Tile.rows, rows.upperBound), chunk, edgePanel),
          sliver, into: block + (row - rows.lowerBound) * rowStride, rowStride: rowStride,
          isFirst: chunk.index == 0,
          finish: chunk.index == chunks.count - 1 ? finish : ProductFinish())
      }
    }
  }

  /// Copies a part of some columns of b to where the micro-kernel finds them one after the other.
  private func pack(
    _ chunk: DepthChunk, _ columns: Range<Int>, into sliver: UnsafeMutablePointer<Float>
  ) {
    let part = b.transposed.part(columns, chunk.range)
    if columns.count == Tile.columns && part.rowStride == 1 {
      var (source, target) = (part.start, sliver)
      for _ in 0..<chunk.depth {
        Tile.Row(source).store(to: target)
        source += part.columnStride
        target += Tile.columns
      }
    } else {
      part.copyColumns(to: sliver, targetStride: Tile.columns)
    }
  }

  /// Some rows of a, where they are or packed.
  private func panel(
    _ rows: Range<Int>, _ chunk: DepthChunk, _ edgePanel: UnsafeMutablePointer<Float>
  ) -> Panel {
    if let sparsePanels { return sparsePanels.panel(rows.lowerBound / Tile.rows, chunk) }
    let part = a.part(rows, chunk.range)
    guard rows.count < Tile.rows else {
      return Panel(
        start: part.start, rowStride: part.rowStride, stepStride: part.columnStride,
        stepCount: chunk.depth, steps: nil)
    }
    // The micro-kernel reads whole panels.
    edgePanel.update(repeating: 0, count: Tile.rows * chunk.depth)
    part.copyColumns(to: edgePanel, targetStride: Tile.rows)
    return Panel(
      start: UnsafePointer(edgePanel), rowStride: 1, stepStride: Tile.rows,
      stepCount: chunk.depth, steps: nil)
  }
}

/// A tile no wider than these columns need.
@inline(__always)
private func multiplyColumns(
  _ columns: Int, _ a: Panel, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
  rowStride: Int, isFirst: Bool, finish: ProductFinish
) {
  func multiply<Row: VectorRow>(_ row: Row.Type) {
    multiplyTile(row, a, b, into: c, rowStride: rowStride, isFirst: isFirst, finish: finish)
  }
  switch (columns + Vector.scalarCount - 1) / Vector.scalarCount {
  case Tile.Row.vectorCount: multiply(Tile.Row.self)
  case 2: multiply(TwoVectors.self)
  default: multiply(OneVector.self)
  }
}

/// Calls `body` with room for some floats, aligned to a cache line.
@inline(__always)
private func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
  withUnsafeTemporaryAllocation(byteCount: 4 * count, alignment: 64) { memory in
    guard let start = memory.bindMemory(to: Float.self).baseAddress else { return }
    body(start)
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
