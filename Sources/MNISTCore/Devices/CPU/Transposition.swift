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

  /// Three rounds: of rows one, two and four apart, each pair swaps what stands on the wrong side of the
  /// diagonal.
  @inline(__always)
  mutating func transpose() {
    Self.swapOnes(&row0, &row1)
    Self.swapOnes(&row2, &row3)
    Self.swapOnes(&row4, &row5)
    Self.swapOnes(&row6, &row7)
    Self.swapTwos(&row0, &row2)
    Self.swapTwos(&row1, &row3)
    Self.swapTwos(&row4, &row6)
    Self.swapTwos(&row5, &row7)
    Self.swapFours(&row0, &row4)
    Self.swapFours(&row1, &row5)
    Self.swapFours(&row2, &row6)
    Self.swapFours(&row3, &row7)
  }

  /// x1 ↔ y0, x3 ↔ y2, x5 ↔ y4, x7 ↔ y6.
  @inline(__always)
  private static func swapOnes(_ x: inout Row, _ y: inout Row) {
    (x.oddHalf, y.evenHalf) = (y.evenHalf, x.oddHalf)
  }

  /// The same with pairs of numbers.
  @inline(__always)
  private static func swapTwos(_ x: inout Row, _ y: inout Row) {
    var a = unsafeBitCast(x, to: SIMD4<UInt64>.self)
    var b = unsafeBitCast(y, to: SIMD4<UInt64>.self)
    (a.oddHalf, b.evenHalf) = (b.evenHalf, a.oddHalf)
    (x, y) = (unsafeBitCast(a, to: Row.self), unsafeBitCast(b, to: Row.self))
  }

  /// And with fours.
  @inline(__always)
  private static func swapFours(_ x: inout Row, _ y: inout Row) {
    (x.highHalf, y.lowHalf) = (y.lowHalf, x.highHalf)
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
