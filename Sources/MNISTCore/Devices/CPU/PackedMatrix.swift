/// A factor b of many products as the micro-kernel reads it: all its slivers, each row after row.
///
/// ```
///   b: │ 0 1 2 … │ 48 49 … │      packed: row 0 of sliver 0 │ row 1 of sliver 0 │ … │ row 0 of sliver 1 │ …
/// ```
/// Where the last sliver goes beyond b's columns there are zeros.
final class PackedMatrix: @unchecked Sendable {
  let rows: Int
  let columns: Int
  let isFinite: Bool
  private let numbers: CPUStorage

  init(_ matrix: MatrixView) {
    (rows, columns, isFinite) = (matrix.rows, matrix.columns, matrix.isFinite)
    let slivers = (columns + Tile.columns - 1) / Tile.columns
    numbers = CPUStorage(count: slivers * rows * Tile.columns)
    numbers.start.update(repeating: 0, count: numbers.count)
    for column in stride(from: 0, to: columns, by: Tile.columns) {
      matrix.transposed.part(column..<min(column + Tile.columns, columns), 0..<rows)
        .copyColumns(to: numbers.start + column * rows, targetStride: Tile.columns)
    }
  }

  /// The sliver that begins at a column, from a row on.
  func sliver(at column: Int, from row: Int) -> UnsafePointer<Float> {
    UnsafePointer(numbers.start + column * rows + row * Tile.columns)
  }
}
