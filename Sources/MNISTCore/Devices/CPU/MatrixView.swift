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

  /// The part of these rows and columns.
  func part(_ rowRange: Range<Int>, _ columnRange: Range<Int>) -> MatrixView {
    MatrixView(
      start + rowRange.lowerBound * rowStride + columnRange.lowerBound * columnStride,
      rows: rowRange.count, columns: columnRange.count, rowStride: rowStride,
      columnStride: columnStride)
  }

  /// Copies the matrix row by row, which must each lie in one piece: row r goes to
  /// `target[r · targetStride…]`.
  func copyRows(to target: UnsafeMutablePointer<Float>, targetStride: Int) {
    for row in 0..<rows {
      (target + row * targetStride).update(from: start + row * rowStride, count: columns)
    }
  }

  /// Whether leaving out zeros pays: a guess from some of the numbers, since it decides over time alone.
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

  /// Reads the whole matrix from its first to its last cache line: the processor then fetches ahead, which
  /// it does not where many short rows are read side by side.
  ///
  /// - Returns: a number of no meaning, which has to go somewhere.
  func touched() -> Float {
    guard rows > 0 && columns > 0 else { return 0 }
    let end = (rows - 1) * rowStride + (columns - 1) * columnStride
    return stride(from: 0, through: end, by: 16).reduce(0) { $0 + start[$1] }
  }
}
