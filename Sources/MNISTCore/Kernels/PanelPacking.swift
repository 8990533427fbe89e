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
  /// - Parameters:
  ///   - width: a constant where this is called, so that the loops over it are unrolled.
  ///   - target: where panel 0 would begin.
  @inline(__always)
  func pack(
    panels: Range<Int>, width: Int, depth: Int, fromColumn firstColumn: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let source = start + firstColumn * columnStride
    let whole = panels.clamped(to: 0..<rows / width)
    if rowStride == 1 {
      // For each p the rows stand together: panels side by side are read as one run.
      for p in 0..<depth {
        var run = source + p * columnStride + whole.lowerBound * width
        var place = target + (whole.lowerBound * depth + p) * width
        for _ in 0..<whole.count {
          copyRun(width, from: run, to: place)
          run += width
          place += width * depth
        }
      }
    } else {
      for panel in whole {
        let place = target + panel * width * depth
        let first = source + panel * width * rowStride
        for row in stride(from: 0, to: width - width % 8, by: 8) {
          transpose(8, depth: depth, from: first + row * rowStride, to: place + row, width)
        }
        if width % 8 > 0 {
          let row = width - width % 8
          transpose(width % 8, depth: depth, from: first + row * rowStride, to: place + row, width)
        }
      }
    }
    if whole.upperBound < panels.upperBound {
      packRest(panels.upperBound - 1, width, depth, from: source, into: target)
    }
  }

  /// Copies the first `columns` columns into the rows of another matrix: element (row, column) goes to
  /// `target[column · rowStride + row]`. Rows of this matrix stand apart.
  func transpose(columns: Int, into target: UnsafeMutablePointer<Float>, rowStride: Int) {
    let wholeRows = rows - rows % 8
    for row in stride(from: 0, to: wholeRows, by: 8) {
      transpose(8, depth: columns, from: start + row * self.rowStride, to: target + row, rowStride)
    }
    for row in wholeRows..<rows {
      for column in 0..<columns {
        target[column * rowStride + row] = start[row * self.rowStride + column]
      }
    }
  }

  /// The last panel, whose rows are not all in the matrix.
  private func packRest(
    _ panel: Int, _ width: Int, _ depth: Int, from source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let place = target + panel * width * depth
    let first = source + panel * width * rowStride
    let valid = rows - panel * width
    for p in 0..<depth {
      for row in 0..<width {
        place[p * width + row] = row < valid ? first[row * rowStride + p * columnStride] : 0
      }
    }
  }

  /// Up to eight rows, each contiguous, turned by 8 × 8 blocks in registers.
  @inline(__always)
  private func transpose(
    _ rowCount: Int, depth: Int, from source: UnsafePointer<Float>,
    to panel: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    var (source, panel) = (source, panel)
    for _ in 0..<depth / 8 {
      var block = EightByEight(rowCount, from: source, rowStride: rowStride)
      block.transpose()
      block.store(rowCount, to: panel, rowStride: width)
      source += 8
      panel += 8 * width
    }
    for p in 0..<depth % 8 {
      for row in 0..<rowCount { panel[p * width + row] = source[row * rowStride + p] }
    }
  }
}

/// Copies a few floats in the largest vectors that fit: a call to `memmove` would take longer.
@inline(__always)
private func copyRun(
  _ count: Int, from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
) {
  func move<Piece: SIMD>(_ type: Piece.Type, _ offset: Int) where Piece.Scalar == Float {
    let piece = UnsafeRawPointer(source + offset).loadUnaligned(as: Piece.self)
    UnsafeMutableRawPointer(target + offset).storeBytes(of: piece, as: Piece.self)
  }
  var offset = 0
  while offset + 8 <= count {
    move(SIMD8<Float>.self, offset)
    offset += 8
  }
  if offset + 4 <= count {
    move(SIMD4<Float>.self, offset)
    offset += 4
  }
  if offset + 2 <= count {
    move(SIMD2<Float>.self, offset)
    offset += 2
  }
}

/// Sixty-four floats in eight vectors.
private struct EightByEight {
  typealias Row = SIMD8<Float>
  var (row0, row1, row2, row3): (Row, Row, Row, Row)
  var (row4, row5, row6, row7): (Row, Row, Row, Row)

  /// Rows beyond `rowCount` are zero.
  @inline(__always)
  init(_ rowCount: Int, from source: UnsafePointer<Float>, rowStride: Int) {
    func row(_ index: Int) -> Row {
      index < rowCount
        ? UnsafeRawPointer(source + index * rowStride).loadUnaligned(as: Row.self) : .zero
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

  /// Stores the first `count` numbers of each row: 6 or 8 for the tiles of MicroKernel.swift.
  @inline(__always)
  func store(_ count: Int, to target: UnsafeMutablePointer<Float>, rowStride: Int) {
    func put(_ row: Row, _ index: Int) {
      let place = UnsafeMutableRawPointer(target + index * rowStride)
      switch count {
      case 8: place.storeBytes(of: row, as: Row.self)
      case 6:
        place.storeBytes(of: row.lowHalf, as: SIMD4<Float>.self)
        let pair = row.highHalf.lowHalf
        (place + 16).storeBytes(of: pair, as: SIMD2<Float>.self)
      default:
        for column in 0..<count { target[index * rowStride + column] = row[column] }
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
