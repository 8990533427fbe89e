// A matrix product c [m, n] = a [m, k] · b [k, n], from the outside in:
//
//              n                       sliver: Tile.columns columns of b
//            ┌─┬──────┐                (24, 12 or 48)
//          k │▒│  b   │  ┐ one part of the depth (Blocking.depthLimit):
//            │▒│      │  ┘ these rows of the sliver are packed, row after row
//      k     ├─┼──────┤
//   ┌─────┐  ├─┼──────┤
//   │░░░░░│  │▓│      │                panel: Tile.rows rows of a
// m │░░░░░│  │▓│  c   │                tile: where a panel meets a sliver; its sums stay in registers
//   │     │  │ │      │                       while the micro-kernel goes through the part of the depth
//   └─────┘  └─┴──────┘
//
// A task is one sliver with a block of panels. For each part of the depth it packs the sliver and lets the
// micro-kernel walk down the block, tile by tile; between two parts the sums rest in c.
//
// Every element of c is one chain of multiply-adds from the first to the last step of the depth. So no bit
// depends on where tiles, parts and threads begin, on how many other rows there are, or on whether steps at
// which a is zero are left out.

enum Blocking {
  // A panel of a (8 kB with AVX-512) stays in the first-level cache while a sliver of b (48 kB) comes in part
  // from the second; with AVX2 both fit (4 and 24 kB). Longer parts save loads and stores of c, shorter ones
  // leave more room.
  static let depthLimit = 256
  // Where a is read across its rows, each step takes up a line of the first-level cache.
  static let depthLimitAcrossRows = 128
  // Of a sparse panel less than half of the steps are left.
  static let sparseDepthLimit = 400
  // The panels that meet a sliver fill some 260 kB of the second-level cache. More would not stay there
  // from sliver to sliver, fewer would pack b too often.
  static let rowsPerTask = 256
  // The last tasks should be small beside what each thread does.
  static let tasksPerThread = 4
  // So many take one thread 5 µs, about as long as it takes two to share them out and to get each other's
  // numbers.
  static let sharedMultiplyAdds = 500_000
}

/// A piece of the depth of a product.
struct DepthChunk {
  let index: Int
  let range: Range<Int>

  var depth: Int { range.count }
}

/// One product and where it goes: c [m, n] = a [m, k] · b [k, n], and what the epilogue makes of it. c has
/// rows of n numbers.
struct BlockedProduct {
  private let a: MatrixView
  private let b: MatrixView
  private let c: UnsafeMutablePointer<Float>
  private let epilogue: TileEpilogue
  /// Whether c is to hold the transpose of the product.
  private let isTransposed: Bool
  private let chunks: [DepthChunk]
  /// All of b, where that is packed already.
  private let packed: PackedMatrix?
  /// The panels of a, where those of a itself are mostly zero.
  private let sparsePanels: SparsePanels?

  private var multiplyAdds: Int { a.rows * a.columns * b.columns }
  private var slivers: Int { (b.columns + Tile.columns - 1) / Tile.columns }
  private var panelRows: Int { sparsePanels == nil ? Tile.rows : Tile.sparseRows }
  private var panelCount: Int { (a.rows + panelRows - 1) / panelRows }

  /// - Parameters:
  ///   - sparseFactor: which may be mostly zero; if it is, the steps of the depth at which a whole panel of it is
  ///     zero are left out. Not where the other factor has numbers that are not finite: 0 · ∞ is no 0.
  ///   - packed: b, where it was packed before.
  init(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>,
    epilogue: TileEpilogue = TileEpilogue(), sparseFactor: MatrixProduct.Factor? = nil,
    packed: PackedMatrix? = nil
  ) {
    // Panels of the sparse operand are narrow: where it is b, cᵀ = bᵀ · aᵀ.
    isTransposed =
      sparseFactor == .b && !epilogue.changesSums && b.isMostlyZero && a.isFinite
    (self.a, self.b) = isTransposed ? (b.transposed, a.transposed) : (a, b)
    self.packed = isTransposed ? nil : packed
    self.c = c
    self.epilogue = epilogue
    let isSparse =
      isTransposed || sparseFactor == .a && a.isMostlyZero && (packed?.isFinite ?? b.isFinite)
    let depth = a.columns
    let denseLimit =
      self.a.columnStride == 1 ? Blocking.depthLimit : Blocking.depthLimitAcrossRows
    // A sum of nothing is one part that is empty.
    let (count, size) = equalParts(
      of: max(1, depth), limit: isSparse ? Blocking.sparseDepthLimit : denseLimit)
    chunks = (0..<count).map {
      DepthChunk(index: $0, range: $0 * size..<min(($0 + 1) * size, depth))
    }
    sparsePanels = isSparse ? SparsePanels(self.a, chunks, chunkDepth: size) : nil
  }

  /// Products that do not depend on one another: their blocks are shared out together, so that fewer
  /// threads wait for the last.
  static func perform(_ products: [BlockedProduct], pool: ThreadPool = .current) {
    let isSmall = products.reduce(0) { $0 + $1.multiplyAdds } < Blocking.sharedMultiplyAdds
    let pool = isSmall ? .one : pool
    for product in products { product.sparsePanels?.pack(on: pool) }
    let tasks = products.map { $0.taskCount(threads: pool.threadCount) }
    pool.forEach(tasks.reduce(0, +)) { task in
      var (index, task) = (0, task)
      while task >= tasks[index] {
        task -= tasks[index]
        index += 1
      }
      products[index].perform(task, of: tasks[index])
    }
  }

  /// Slivers of b, each with some blocks of a's rows.
  private func taskCount(threads: Int) -> Int {
    guard panelCount > 0 && slivers > 0 else { return 0 }
    let wanted = threads == 1 ? 1 : Blocking.tasksPerThread * threads
    let blocks = max(
      (a.rows + Blocking.rowsPerTask - 1) / Blocking.rowsPerTask,
      (wanted + slivers - 1) / slivers)
    return slivers * min(panelCount, blocks)
  }

  private func perform(_ task: Int, of taskCount: Int) {
    let panels = evenShare(task / slivers, of: taskCount / slivers, total: panelCount)
    let column = task % slivers * Tile.columns
    multiplyBlock(
      panels.lowerBound * panelRows..<min(panels.upperBound * panelRows, a.rows),
      column..<min(column + Tile.columns, b.columns))
  }

  /// The block of c where these rows of a meet one sliver of b.
  private func multiplyBlock(_ rows: Range<Int>, _ columns: Range<Int>) {
    let (m, n) = (a.rows, b.columns)
    let epilogue = epilogue.from(column: columns.lowerBound)
    let place = c + rows.lowerBound * n + columns.lowerBound
    if columns.count % Vector.scalarCount == 0 && !isTransposed {
      return sumTiles(rows, columns, into: place, rowStride: n, epilogue: epilogue)
    }
    // Sums that reach beyond the rows of c, or lie across them, are formed apart.
    let block = CPUStorage(count: rows.count * Tile.columns)
    sumTiles(rows, columns, into: block.start, rowStride: Tile.columns, epilogue: epilogue)
    let sums = MatrixView(block.start, rows: rows.count, columns: Tile.columns)
      .part(0..<rows.count, 0..<columns.count)
    if isTransposed {
      sums.copyColumns(to: c + columns.lowerBound * m + rows.lowerBound, targetStride: m)
    } else {
      sums.copyRows(to: place, targetStride: n)
    }
    withExtendedLifetime(block) {}
  }

  /// - Parameter block: room for these rows, as many whole vectors as the columns need.
  private func sumTiles(
    _ rows: Range<Int>, _ columns: Range<Int>, into block: UnsafeMutablePointer<Float>,
    rowStride: Int, epilogue: TileEpilogue
  ) {
    let depth = chunks[0].depth
    let scratch = CPUStorage(count: (Tile.columns + Tile.rows) * depth + Tile.count)
    let sliver = scratch.start
    let edgePanel = sliver + Tile.columns * depth
    let edgeTile = edgePanel + Tile.rows * depth
    let edgeRows = rows.count % panelRows
    let edge = rows.upperBound - edgeRows
    for chunk in chunks {
      let b: UnsafePointer<Float>
      if let packed {
        b = packed.sliver(at: columns.lowerBound, from: chunk.range.lowerBound)
      } else {
        pack(chunk, columns, into: sliver)
        b = UnsafePointer(sliver)
      }
      let epilogue = chunk.index == chunks.count - 1 ? epilogue : TileEpilogue()
      func multiply(
        _ panels: Panels, into tiles: UnsafeMutablePointer<Float>, rowStride: Int
      ) {
        multiplyColumns(
          columns.count, panels, b, into: tiles, rowStride: rowStride,
          isFirst: chunk.index == 0, epilogue: epilogue)
      }
      multiply(
        panels(rows.lowerBound..<edge, chunk, edgePanel), into: block, rowStride: rowStride)
      if edge < rows.upperBound {
        multiply(
          panels(edge..<rows.upperBound, chunk, edgePanel), into: edgeTile,
          rowStride: Tile.columns)
      }
    }
    MatrixView(edgeTile, rows: edgeRows, columns: Tile.columns)
      .part(0..<edgeRows, 0..<columns.count)
      .copyRows(to: block + (rows.count - edgeRows) * rowStride, targetStride: rowStride)
    withExtendedLifetime(scratch) {}
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
      if chunk.index == 0 && part.columnStride == 1 {
        sliver[0] = b.transposed.part(columns, 0..<b.rows).prefetched()
      }
      part.copyColumns(to: sliver, targetStride: Tile.columns)
    }
  }

  /// Some rows of a, where they are or packed: whole panels, or the rest that fills none.
  private func panels(
    _ rows: Range<Int>, _ chunk: DepthChunk, _ edgePanel: UnsafeMutablePointer<Float>
  ) -> Panels {
    let count = (rows.count + panelRows - 1) / panelRows
    if let sparsePanels {
      let first = rows.lowerBound / panelRows
      return sparsePanels.panels(first..<first + count, chunk)
    }
    let part = a.part(rows, chunk.range)
    let height = rows.count % Tile.rows == 0 ? Tile.rows : Tile.rows(holding: rows.count)
    guard rows.count % height > 0 else {
      return Panels(
        start: part.start, rowCount: height, rowStride: part.rowStride,
        stepStride: part.columnStride, panelStride: height * part.rowStride, count: count,
        stepCount: chunk.depth, steps: nil)
    }
    // The micro-kernel reads whole panels.
    edgePanel.update(repeating: 0, count: height * chunk.depth)
    part.copyColumns(to: edgePanel, targetStride: height)
    return Panels(
      start: UnsafePointer(edgePanel), rowCount: height, rowStride: 1, stepStride: height,
      panelStride: 0, count: 1, stepCount: chunk.depth, steps: nil)
  }
}

/// Tiles no wider than these columns need.
private func multiplyColumns(
  _ columns: Int, _ panels: Panels, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, rowStride: Int, isFirst: Bool, epilogue: TileEpilogue
) {
  func multiply<Row: VectorRow>(_ row: Row.Type) {
    if let steps = panels.steps {
      multiplySparseTiles(
        row, panels, steps, b, into: c, rowStride: rowStride, isFirst: isFirst, epilogue: epilogue)
      return
    }
    func multiply<Sums: TileSums>(_ sums: Sums.Type) {
      multiplyTiles(
        sums, panels, b, into: c, rowStride: rowStride, isFirst: isFirst, epilogue: epilogue)
    }
    switch panels.rowCount {
    case OneRow<Row>.rowCount: multiply(OneRow<Row>.self)
    case FourRows<Row>.rowCount: multiply(FourRows<Row>.self)
    default: multiply(TileRows<Row>.self)
    }
  }
  switch (columns + Vector.scalarCount - 1) / Vector.scalarCount {
  case Tile.Row.vectorCount: multiply(Tile.Row.self)
  case 2: multiply(TwoVectors.self)
  default: multiply(OneVector.self)
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
