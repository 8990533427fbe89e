// The innermost loop of a matrix product: one tile of the result, summed over a part of the depth.
//
//   c[r][j] += Σₚ a[r][p] · b[p · columns + j]
//
// `b` is a packed sliver, `columns` values for each p. For each p there are 3 loads of b (2 with AVX2) and
// `rows` broadcasts of a for 3 · rows (2 · rows) multiply-adds, all of which stay in registers: every
// accumulator is a local of its own, since the compiler keeps arrays, even inline ones, in memory.
// A broadcast reads one number, wherever it stands: a need not be packed.

/// The shape of the tile in registers.
enum Tile {
  #if TILE_AVX512 || arch(arm64)
    // 24 accumulators, 3 vectors of b and 1 of a fill 28 of 32 registers. Eight rows divide the usual
    // batch sizes, 14 × 2 would not; and eleven loads serve 24 multiply-adds, there sixteen serve 28.
    static let rows = 8
    typealias Row = ThreeVectors
  #else
    // 12 accumulators, 2 vectors of b and 1 of a fill 15 of 16 registers.
    static let rows = 6
    typealias Row = TwoVectors
  #endif
  static let columns = Row.vectorCount * Vector.scalarCount
  static let count = rows * columns
}

/// The sums of the whole tile, or of its first columns.
private struct TileSums<Row: VectorRow> {
  private var row0, row1, row2, row3, row4, row5: Row
  #if TILE_AVX512 || arch(arm64)
    private var row6, row7: Row
  #endif

  @inline(__always)
  init(_ makeRow: (Int) -> Row) {
    (row0, row1, row2) = (makeRow(0), makeRow(1), makeRow(2))
    (row3, row4, row5) = (makeRow(3), makeRow(4), makeRow(5))
    #if TILE_AVX512 || arch(arm64)
      (row6, row7) = (makeRow(6), makeRow(7))
    #endif
  }

  /// Adds the products of one p.
  @inline(__always)
  mutating func add(
    _ a: UnsafePointer<Float>, rowStride: Int, _ b: UnsafePointer<Float>
  ) {
    let b = Row(b)
    row0.add(a[0], b)
    row1.add(a[rowStride], b)
    row2.add(a[2 &* rowStride], b)
    row3.add(a[3 &* rowStride], b)
    row4.add(a[4 &* rowStride], b)
    row5.add(a[5 &* rowStride], b)
    #if TILE_AVX512 || arch(arm64)
      row6.add(a[6 &* rowStride], b)
      row7.add(a[7 &* rowStride], b)
    #endif
  }

  @inline(__always)
  func forEachRow(_ body: (Int, Row) -> Void) {
    body(0, row0)
    body(1, row1)
    body(2, row2)
    body(3, row3)
    body(4, row4)
    body(5, row5)
    #if TILE_AVX512 || arch(arm64)
      body(6, row6)
      body(7, row7)
    #endif
  }
}

/// `Tile.rows` rows of a over a part of the depth: element (r, step) stands at
/// `start[r · rowStride + step · stepStride]`.
struct Panel {
  let start: UnsafePointer<Float>
  let rowStride: Int
  let stepStride: Int
  let stepCount: Int
  /// Where in the sliver each step begins; nil if the panel has all of them.
  let steps: UnsafePointer<Int32>?
}

/// Adds a part of the depth to a tile of c, or to its first columns.
///
/// - Parameters:
///   - row: how many vectors wide.
///   - isFirst: whether the sums begin here; what is in c then does not count.
///   - finish: what becomes of the sums after this part.
@inline(never)
func multiplyTile<Row: VectorRow>(
  _ row: Row.Type, _ panel: Panel, _ b: UnsafePointer<Float>,
  into c: UnsafeMutablePointer<Float>, rowStride: Int, isFirst: Bool, finish: ProductFinish
) {
  var sums =
    isFirst ? TileSums { _ in Row.zero } : TileSums { row in Row(c + row * rowStride) }
  var a = panel.start
  if let steps = panel.steps {
    for i in 0..<panel.stepCount {
      sums.add(a, rowStride: 1, b + Int(steps[i]))
      a += Tile.rows
    }
  } else {
    var b = b
    for _ in 0..<panel.stepCount {
      sums.add(a, rowStride: panel.rowStride, b)
      a += panel.stepStride
      b += Tile.columns
    }
  }
  guard finish.changesSums else {
    return sums.forEachRow { row, sum in sum.store(to: c + row * rowStride) }
  }
  sums.forEachRow { row, sum in
    finish.applied(to: sum, at: 0).store(to: c + row * rowStride)
  }
}
