/// A matrix in memory, read by rows or by columns: element (row, column) stands at
/// `start[row · rowStride + column · columnStride]`. Transposing is swapping the strides.
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
  /// Copies `width` rows from `firstRow`, over `depth` columns from `firstColumn`, into a panel:
  /// `panel[p · width + r]` = element (firstRow + r, firstColumn + p). Rows beyond the matrix are zero.
  ///
  /// The micro-kernel then reads its operands one after the other, whatever their order was.
  func pack(
    width: Int, fromRow firstRow: Int, depth: Int, fromColumn firstColumn: Int,
    into panel: UnsafeMutablePointer<Float>
  ) {
    let valid = min(width, rows - firstRow)
    let source = start + firstRow * rowStride + firstColumn * columnStride
    if valid < width {
      panel.update(repeating: 0, count: width * depth)
    }
    if rowStride == 1 {
      copyRuns(of: valid, width: width, depth: depth, from: source, into: panel)
    } else if valid == width && width % 8 == 0 && columnStride == 1 {
      for row in stride(from: 0, to: width, by: 8) {
        transposeEightRows(
          width: width, depth: depth, from: source + row * rowStride, into: panel + row)
      }
    } else {
      for row in 0..<valid {
        let sourceRow = source + row * rowStride
        let target = panel + row
        for p in 0..<depth { target[p * width] = sourceRow[p * columnStride] }
      }
    }
  }

  /// Rows of the panel stand together in the source: `valid` neighbours for each p.
  @inline(__always)
  private func copyRuns(
    of valid: Int, width: Int, depth: Int, from source: UnsafePointer<Float>,
    into panel: UnsafeMutablePointer<Float>
  ) {
    for p in 0..<depth {
      (panel + p * width).update(from: source + p * columnStride, count: valid)
    }
  }

  /// Eight rows, each contiguous, turned by 8 × 8 blocks in registers.
  @inline(__always)
  private func transposeEightRows(
    width: Int, depth: Int, from source: UnsafePointer<Float>,
    into panel: UnsafeMutablePointer<Float>
  ) {
    var p = 0
    while p + 8 <= depth {
      var block = EightByEight(from: source + p, rowStride: rowStride)
      block.transpose()
      block.store(to: panel + p * width, rowStride: width)
      p += 8
    }
    while p < depth {
      for row in 0..<8 { panel[p * width + row] = source[row * rowStride + p] }
      p += 1
    }
  }
}

/// Sixty-four floats in eight vectors.
private struct EightByEight {
  typealias Row = SIMD8<Float>
  var (row0, row1, row2, row3): (Row, Row, Row, Row)
  var (row4, row5, row6, row7): (Row, Row, Row, Row)

  @inline(__always)
  init(from source: UnsafePointer<Float>, rowStride: Int) {
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
