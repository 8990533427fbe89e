/// A matrix that lies in memory row by row or column by column: element (row, column) stands at
/// `start[row · rowStride + column · columnStride]`. The columnStride of the first kind and the rowStride of
/// the second are 1; the transpose is the same memory with the strides exchanged.
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

  /// The part of these rows and columns.
  func part(_ rowRange: Range<Int>, _ columnRange: Range<Int>) -> MatrixView {
    MatrixView(
      start + rowRange.lowerBound * rowStride + columnRange.lowerBound * columnStride,
      rows: rowRange.count, columns: columnRange.count, rowStride: rowStride,
      columnStride: columnStride)
  }

  /// Copies row r to `target[r · targetStride…]`. The matrix must lie row by row.
  func copyRows(to target: UnsafeMutablePointer<Float>, targetStride: Int) {
    for row in 0..<rows {
      (target + row * targetStride).update(from: start + row * rowStride, count: columns)
    }
  }

  /// Whether more than half of some thousand numbers, spread over the matrix, are zero: then it pays to leave
  /// zeros out. A wrong guess costs time and changes no result.
  var isMostlyZero: Bool {
    let rowStep = max(1, rows / 16)
    let columnStep = max(1, columns / 64)
    var (seen, zeros) = (0, 0)
    for row in stride(from: 0, to: rows, by: rowStep) {
      for column in stride(from: 0, to: columns, by: columnStep) {
        zeros += start[row * rowStride + column * columnStride] == 0 ? 1 : 0
        seen += 1
      }
    }
    return 2 * zeros > seen
  }

  /// Whether no number is infinite or NaN. The matrix must fill its memory without gaps.
  var isFinite: Bool {
    let count = rows * columns
    // 0 · x is 0 only of a finite x, and NaN stays in a sum.
    var sums = Tile.Row.zero
    var place = 0
    while place + Tile.columns <= count {
      sums.add(0, Tile.Row(start + place))
      place += Tile.columns
    }
    var isFinite = true
    _ = sums.map { _, sum in
      isFinite = isFinite && sum == .zero
      return sum
    }
    return isFinite && (place..<count).allSatisfy { start[$0].isFinite }
  }

  /// Brings the matrix into the cache by reading a number of each cache line in the order of memory, which the
  /// processor recognises and fetches ahead; many short rows read side by side it does not.
  ///
  /// - Returns: a sum without meaning. Whoever calls must store it, or the compiler leaves the reading out.
  func prefetched() -> Float {
    guard rows > 0 && columns > 0 else { return 0 }
    let end = (rows - 1) * rowStride + (columns - 1) * columnStride
    return stride(from: 0, through: end, by: 16).reduce(0) { $0 + start[$1] }
  }
}
