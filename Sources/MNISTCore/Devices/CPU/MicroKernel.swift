// The innermost loop of a matrix product: a tile of c, summed over a part of the depth.
//
//   for each step p:      b[p]:  │ v0 │ v1 │ v2 │      three vectors are loaded
//                               ┌────┬────┬────┐
//        a[0][p] is repeated  × │ s0 │ s1 │ s2 │      c[0] += a[0][p] · b[p]
//        a[1][p]              × │ s3 │ s4 │ s5 │      c[1] += a[1][p] · b[p]
//        …                      │  … │  … │  … │      Tile.rows rows
//                               └────┴────┴────┘
//
// Each s is a vector register of its own for the whole loop. An array, even one inside the frame, would be
// kept in memory by the compiler; so the tile is a struct of two halves, each of two halves, and so on down to
// single vectors (`TileSums`, `VectorRow`), which is inlined into one local for each register.
//
// b is packed; a is not, since repeating one number of it reads just that number, wherever it stands.

/// The shape of the tile in registers.
enum Tile {
  typealias Row = ThreeVectors
  static var rows: Int { TileRows<Row>.rowCount }
  static var sparseRows: Int { SparseTileRows<Row>.rowCount }
  static let columns = Row.vectorCount * Vector.scalarCount
  static let count = rows * columns

  /// The lowest tile that has so many rows: one of few rows wastes less.
  static func rows(holding count: Int) -> Int { count == 1 ? 1 : count <= 4 ? 4 : rows }
}

/// Sums side by side and one below the other, all in registers.
protocol TileSums {
  associatedtype Row: VectorRow
  static var rowCount: Int { get }
  init(_ makeRow: (Int) -> Row)
  /// Adds the products of one p.
  mutating func add(_ a: UnsafePointer<Float>, rowStride: Int, _ b: Row)
  func forEachRow(_ body: (Int, Row) -> Void)
}

struct OneRow<Row: VectorRow>: TileSums {
  private var sums: Row

  static var rowCount: Int { 1 }

  @inline(__always)
  init(_ makeRow: (Int) -> Row) { sums = makeRow(0) }

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, rowStride: Int, _ b: Row) { sums.add(a[0], b) }

  @inline(__always)
  func forEachRow(_ body: (Int, Row) -> Void) { body(0, sums) }
}

struct JoinedRows<Top: TileSums, Bottom: TileSums>: TileSums where Top.Row == Bottom.Row {
  private var top: Top
  private var bottom: Bottom

  static var rowCount: Int { Top.rowCount + Bottom.rowCount }

  @inline(__always)
  init(_ makeRow: (Int) -> Top.Row) {
    top = Top(makeRow)
    bottom = Bottom { makeRow(Top.rowCount + $0) }
  }

  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, rowStride: Int, _ b: Top.Row) {
    top.add(a, rowStride: rowStride, b)
    bottom.add(a + Top.rowCount &* rowStride, rowStride: rowStride, b)
  }

  @inline(__always)
  func forEachRow(_ body: (Int, Top.Row) -> Void) {
    top.forEachRow(body)
    bottom.forEachRow { body(Top.rowCount + $0, $1) }
  }
}

typealias TwoRows<Row: VectorRow> = JoinedRows<OneRow<Row>, OneRow<Row>>
typealias FourRows<Row: VectorRow> = JoinedRows<TwoRows<Row>, TwoRows<Row>>
#if TILE_AVX512 || arch(arm64)
  // 24 accumulators, 3 vectors of b and 1 of a fill 28 of 32 registers. Eight rows divide the usual
  // batch sizes, 14 × 2 would not; and eleven loads serve 24 multiply-adds, there sixteen serve 28.
  typealias TileRows<Row: VectorRow> = JoinedRows<FourRows<Row>, FourRows<Row>>
#else
  // 12 accumulators, 3 vectors of b and 1 of a fill all 16 registers. Seven loads serve 12 multiply-adds,
  // and each number of a 24 columns with AVX2; of 6 × 2, eight would, and 16.
  typealias TileRows<Row: VectorRow> = FourRows<Row>
#endif
// Of fewer rows more steps hold only zeros: of the columns of four of MNIST's images 61 %, of eight 53 %.
// Twelve accumulators are enough to keep two multiply-adds under way in each cycle.
typealias SparseTileRows<Row: VectorRow> = FourRows<Row>

/// Panels of a, one below the other, over a part of the depth.
struct Panels {
  /// Element (r, step) of a panel stands `r · rowStride + step · stepStride` after the panel's start.
  let start: UnsafePointer<Float>
  /// Of each panel.
  let rowCount: Int
  let rowStride: Int
  let stepStride: Int
  /// From the start of one panel to that of the next.
  let panelStride: Int
  let count: Int
  /// Room for steps: how many a panel has that leaves none out.
  let stepCount: Int
  /// Where some steps are left out: for each panel their number, and where in the sliver each begins.
  let steps: UnsafePointer<Int32>?
}

extension TileSums {
  /// - Parameter isFirst: whether the sums begin here; what is in c then does not count.
  @inline(__always)
  fileprivate init(_ c: UnsafePointer<Float>, rowStride: Int, isFirst: Bool) {
    self = isFirst ? Self { _ in Row.zero } : Self { row in Row(c + row * rowStride) }
  }

  /// - Parameter epilogue: what becomes of the sums.
  @inline(__always)
  fileprivate func store(
    to c: UnsafeMutablePointer<Float>, rowStride: Int, epilogue: TileEpilogue
  ) {
    guard epilogue.changesSums else {
      return forEachRow { row, sum in sum.store(to: c + row * rowStride) }
    }
    forEachRow { row, sum in epilogue.applied(to: sum).store(to: c + row * rowStride) }
  }
}

/// Adds a part of the depth to tiles of c that lie one below the other, or to their first columns: of the
/// shape of `sums` each, from panels that have every step.
///
/// The loop over the tiles is in here since what a call sets up costs a twentieth of what it does.
@inline(never)
func multiplyTiles<Sums: TileSums>(
  _ sums: Sums.Type, _ panels: Panels, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, rowStride: Int, isFirst: Bool, epilogue: TileEpilogue
) {
  var (panel, tile) = (panels.start, c)
  for _ in 0..<panels.count {
    var sums = Sums(tile, rowStride: rowStride, isFirst: isFirst)
    var (a, b) = (panel, b)
    for _ in 0..<panels.stepCount {
      sums.add(a, rowStride: panels.rowStride, Sums.Row(b))
      a += panels.stepStride
      b += Tile.columns
    }
    sums.store(to: tile, rowStride: rowStride, epilogue: epilogue)
    panel += panels.panelStride
    tile += Sums.rowCount &* rowStride
  }
}

/// The same for `Tile.sparseRows` rows each, from panels that have some steps.
@inline(never)
func multiplySparseTiles<Row: VectorRow>(
  _ row: Row.Type, _ panels: Panels, _ steps: UnsafePointer<Int32>, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, rowStride: Int, isFirst: Bool, epilogue: TileEpilogue
) {
  var (panel, tile, steps) = (panels.start, c, steps)
  for _ in 0..<panels.count {
    var sums = SparseTileRows<Row>(tile, rowStride: rowStride, isFirst: isFirst)
    var a = panel
    for i in 0..<Int(steps[0]) {
      sums.add(a, rowStride: 1, Row(b + Int(steps[1 + i])))
      a += Tile.sparseRows
    }
    sums.store(to: tile, rowStride: rowStride, epilogue: epilogue)
    panel += panels.panelStride
    tile += Tile.sparseRows &* rowStride
    steps += 1 &+ panels.stepCount
  }
}
