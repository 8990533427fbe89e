// Turning rows into columns, by blocks of eight by eight in registers.

extension MatrixView {
  /// Copies the matrix column by column: element (row, column) goes to
  /// `target[column · targetStride + row]`.
  ///
  /// - Parameter targetStride: at least the number of rows; what stands between is left alone.
  @inline(__always)
  func copyColumns(to target: UnsafeMutablePointer<Float>, targetStride: Int) {
    let wholeRows = rows & ~7
    if rowStride == 1 {
      for column in 0..<columns {
        let (source, place) = (start + column * columnStride, target + column * targetStride)
        // Eight at a time: a call to `memmove` for a few numbers would take longer.
        for row in stride(from: 0, to: wholeRows, by: 8) {
          let eight = UnsafeRawPointer(source + row).loadUnaligned(as: SIMD8<Float>.self)
          UnsafeMutableRawPointer(place + row).storeBytes(of: eight, as: SIMD8<Float>.self)
        }
        for row in wholeRows..<rows { place[row] = source[row] }
      }
      return
    }
    for row in stride(from: 0, to: wholeRows, by: 8) {
      var source = start + row * rowStride
      var place = target + row
      for _ in 0..<columns / 8 {
        var block = EightByEight(source, rowStride: rowStride)
        block.transpose()
        block.store(to: place, rowStride: targetStride)
        source += 8
        place += 8 * targetStride
      }
      for column in 0..<columns % 8 {
        for i in 0..<8 { place[column * targetStride + i] = source[i * rowStride + column] }
      }
    }
    for row in wholeRows..<rows {
      let source = start + row * rowStride
      for column in 0..<columns { target[column * targetStride + row] = source[column] }
    }
  }
}

/// Sixty-four floats in eight vectors.
private struct EightByEight {
  typealias Row = SIMD8<Float>
  var (row0, row1, row2, row3): (Row, Row, Row, Row)
  var (row4, row5, row6, row7): (Row, Row, Row, Row)

  @inline(__always)
  init(_ source: UnsafePointer<Float>, rowStride: Int) {
    func row(_ index: Int) -> Row {
      UnsafeRawPointer(source + index * rowStride).loadUnaligned(as: Row.self)
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

  @inline(__always)
  func store(to target: UnsafeMutablePointer<Float>, rowStride: Int) {
    func put(_ row: Row, _ index: Int) {
      UnsafeMutableRawPointer(target + index * rowStride).storeBytes(of: row, as: Row.self)
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
