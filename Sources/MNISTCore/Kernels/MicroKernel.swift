// The innermost loop of a matrix product: one tile of the result, summed over the depth.
//
//   tile[r][c] = Σₚ a[p · rows + r] · b[p · columns + c]
//
// `a` is a packed panel (rows values for each p), `b` a packed sliver (columns values for each p).
// For each p there are 2 loads of b and `rows` broadcasts of a for 2 · rows multiply-adds, all of
// which stay in registers: every accumulator is a local of its own, since the compiler keeps arrays,
// even inline ones, in memory.

/// The shape of the tile in registers.
enum Tile {
  #if TILE_AVX512 || arch(arm64)
    // 28 accumulators, 2 vectors of b and 1 of a fill 31 of 32 registers.
    static let rows = 14
  #else
    // 12 accumulators, 2 vectors of b and 1 of a fill 15 of 16 registers.
    static let rows = 6
  #endif
  static let columns = 2 * Vector.scalarCount
  static let count = rows * columns
}

/// The sums of one row of the tile.
private struct TileRow {
  var left = Vector.zero
  var right = Vector.zero

  @inline(__always)
  mutating func add(_ a: Float, _ left: Vector, _ right: Vector) {
    let a = Vector(repeating: a)
    self.left = self.left.addingMultiple(a, left)
    self.right = self.right.addingMultiple(a, right)
  }

  @inline(__always)
  func store(to tile: UnsafeMutablePointer<Float>, row: Int) {
    tile.store(left, at: row * Tile.columns)
    tile.store(right, at: row * Tile.columns + Vector.scalarCount)
  }
}

/// The sums of the whole tile.
private struct TileSums {
  var (row0, row1, row2) = (TileRow(), TileRow(), TileRow())
  var (row3, row4, row5) = (TileRow(), TileRow(), TileRow())
  #if TILE_AVX512 || arch(arm64)
    var (row6, row7, row8, row9) = (TileRow(), TileRow(), TileRow(), TileRow())
    var (row10, row11, row12, row13) = (TileRow(), TileRow(), TileRow(), TileRow())
  #endif

  /// Adds the products of one p.
  @inline(__always)
  mutating func add(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) {
    let left = b.vector(at: 0)
    let right = b.vector(at: Vector.scalarCount)
    row0.add(a[0], left, right)
    row1.add(a[1], left, right)
    row2.add(a[2], left, right)
    row3.add(a[3], left, right)
    row4.add(a[4], left, right)
    row5.add(a[5], left, right)
    #if TILE_AVX512 || arch(arm64)
      row6.add(a[6], left, right)
      row7.add(a[7], left, right)
      row8.add(a[8], left, right)
      row9.add(a[9], left, right)
      row10.add(a[10], left, right)
      row11.add(a[11], left, right)
      row12.add(a[12], left, right)
      row13.add(a[13], left, right)
    #endif
  }

  @inline(__always)
  func store(to tile: UnsafeMutablePointer<Float>) {
    row0.store(to: tile, row: 0)
    row1.store(to: tile, row: 1)
    row2.store(to: tile, row: 2)
    row3.store(to: tile, row: 3)
    row4.store(to: tile, row: 4)
    row5.store(to: tile, row: 5)
    #if TILE_AVX512 || arch(arm64)
      row6.store(to: tile, row: 6)
      row7.store(to: tile, row: 7)
      row8.store(to: tile, row: 8)
      row9.store(to: tile, row: 9)
      row10.store(to: tile, row: 10)
      row11.store(to: tile, row: 11)
      row12.store(to: tile, row: 12)
      row13.store(to: tile, row: 13)
    #endif
  }
}

/// The sum over every p in 0..<depth.
@inline(never)
func multiplyPanels(
  depth: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into tile: UnsafeMutablePointer<Float>
) {
  var (a, b) = (a, b)
  var sums = TileSums()
  for _ in 0..<depth {
    sums.add(a, b)
    a += Tile.rows
    b += Tile.columns
  }
  sums.store(to: tile)
}

/// The sum over the listed p alone, for a panel that is zero at all others: the same bits, less work.
@inline(never)
func multiplyPanels(
  steps: UnsafeBufferPointer<Int32>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into tile: UnsafeMutablePointer<Float>
) {
  var sums = TileSums()
  for step in steps {
    let p = Int(step)
    sums.add(a + p &* Tile.rows, b + p &* Tile.columns)
  }
  sums.store(to: tile)
}
