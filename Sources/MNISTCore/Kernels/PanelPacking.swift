/// A matrix in memory, read by rows or by columns: element (row, column) stands at
/// `start[row · rowStride + column · columnStride]`, one of the strides is 1. Transposing is swapping
/// the strides.
struct MatrixView: @unchecked Sendable {
  let start: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  let rowStride: Int
  let columnStride: Int

  /// The matrix whose rows stand one after the other from `start`.
  init(_ start: UnsafePointer<Float>, rows: Int, columns: Int) {
    self.init(start, rows: rows, columns: columns, rowStride: columns, columnStride: 1)
  }

  private init(
    _ start: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int, columnStride: Int
  ) {
    self.start = start
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  var transposed: MatrixView {
    MatrixView(
      start, rows: columns, columns: rows, rowStride: columnStride, columnStride: rowStride)
  }
}

extension MatrixView {
  /// Copies rows, over `depth` columns from `firstColumn`, into panels of `width` rows, one after the
  /// other: panel q holds at [p · width + r] the element (q · width + r, firstColumn + p). Rows beyond
  /// the matrix are zero.
  ///
  /// The micro-kernel then reads its operands one after the other, whatever their order was.
  ///
  /// - Parameter target: where panel 0 would begin.
  func pack(
    panels: Range<Int>, width: Int, depth: Int, fromColumn firstColumn: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    func rowCount(_ panel: Int) -> Int { min(width, rows - panel * width) }
    func source(_ panel: Int) -> UnsafePointer<Float> {
      start + panel * width * rowStride + firstColumn * columnStride
    }
    for panel in panels where rowCount(panel) < width {
      (target + panel * width * depth).update(repeating: 0, count: width * depth)
    }
    if rowStride == 1 {
      // For each p the rows stand together: panels side by side are read as one run.
      for p in 0..<depth {
        for panel in panels {
          copy(
            rowCount(panel), from: source(panel) + p * columnStride,
            to: target + (panel * depth + p) * width)
        }
      }
      return
    }
    for panel in panels {
      let (source, target) = (source(panel), target + panel * width * depth)
      for row in stride(from: 0, to: rowCount(panel), by: 8) {
        transpose(
          min(8, rowCount(panel) - row), depth: depth, from: source + row * rowStride,
          to: target + row, width)
      }
    }
  }

  /// Up to eight rows, each contiguous, turned by 8 × 8 blocks in registers.
  @inline(__always)
  private func transpose(
    _ rowCount: Int, depth: Int, from source: UnsafePointer<Float>,
    to panel: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    var p = 0
    while p + 8 <= depth {
      var block = EightByEight(rowCount, from: source + p, rowStride: rowStride)
      block.transpose()
      block.store(rowCount, to: panel + p * width, rowStride: width)
      p += 8
    }
    while p < depth {
      for row in 0..<rowCount { panel[p * width + row] = source[row * rowStride + p] }
      p += 1
    }
  }
}

/// Copies a few floats, in the largest vectors that fit: a call to `memmove` would take longer.
@inline(__always)
private func copy(
  _ count: Int, from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
) {
  var (source, target, rest) = (source, target, count)
  func move<Piece: SIMD>(_ type: Piece.Type) where Piece.Scalar == Float {
    let piece = UnsafeRawPointer(source).loadUnaligned(as: Piece.self)
    UnsafeMutableRawPointer(target).storeBytes(of: piece, as: Piece.self)
    source += Piece.scalarCount
    target += Piece.scalarCount
    rest -= Piece.scalarCount
  }
  while rest >= 8 { move(SIMD8<Float>.self) }
  if rest >= 4 { move(SIMD4<Float>.self) }
  if rest >= 2 { move(SIMD2<Float>.self) }
  if rest >= 1 { target[0] = source[0] }
}

/// Sixty-four floats in eight vectors.
private struct EightByEight {
  typealias Row = SIMD8<Float>
  var (row0, row1, row2, row3): (Row, Row, Row, Row)
  var (row4, row5, row6, row7): (Row, Row, Row, Row)

  /// Rows beyond `rowCount` repeat the last one.
  @inline(__always)
  init(_ rowCount: Int, from source: UnsafePointer<Float>, rowStride: Int) {
    func row(_ index: Int) -> Row {
      UnsafeRawPointer(source + min(index, rowCount - 1) * rowStride).loadUnaligned(as: Row.self)
    }
    (row0, row1, row2, row3) = (row(0), row(1), row(2), row(3))
    (row4, row5, row6, row7) = (row(4), row(5), row(6), row(7))
  }

  /// Three rounds, each interleaving rows that are 4, 2 and 1 apart in the end.
  @inline(__always)
  mutating func transpose() {
    for _ in 0..<3 {
      let (a, b) = Self.interleave(row0, row4)
      let (c, d) = Self.interleave(row1, row5)
      let (e, f) = Self.interleave(row2, row6)
      let (g, h) = Self.interleave(row3, row7)
      (row0, row1, row2, row3, row4, row5, row6, row7) = (a, b, c, d, e, f, g, h)
    }
  }

  /// x0 y0 x1 y1 x2 y2 x3 y3 and x4 y4 x5 y5 x6 y6 x7 y7.
  @inline(__always)
  private static func interleave(_ x: Row, _ y: Row) -> (Row, Row) {
    var low = Row.zero
    low.evenHalf = x.lowHalf
    low.oddHalf = y.lowHalf
    var high = Row.zero
    high.evenHalf = x.highHalf
    high.oddHalf = y.highHalf
    return (low, high)
  }

  /// Stores the first `count` numbers of each row.
  @inline(__always)
  func store(_ count: Int, to target: UnsafeMutablePointer<Float>, rowStride: Int) {
    func put(_ row: Row, _ index: Int) {
      let place = UnsafeMutableRawPointer(target + index * rowStride)
      if count == 8 {
        place.storeBytes(of: row, as: Row.self)
      } else {
        // Six rows are what a tile for AVX2 is high.
        if count >= 4 { place.storeBytes(of: row.lowHalf, as: SIMD4<Float>.self) }
        let from = count >= 4 ? 4 : 0
        for column in from..<count { target[index * rowStride + column] = row[column] }
      }
    }
    put(row0, 0)
    put(row1, 1)
    put(row2, 2)
    put(row3, 3)
    put(row4, 4)
    put(row5, 5)
    put(row6, 6)
    put(row7, 7)
  }
}
