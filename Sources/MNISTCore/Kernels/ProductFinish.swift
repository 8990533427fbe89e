/// What becomes of the sums of a product once they are complete: `y = LeakyReLU(sum + bias)`, each of the
/// two if it is given.
struct ProductFinish: @unchecked Sendable {
  /// One number for each column of the result.
  var bias: UnsafePointer<Float>?
  /// The factor of numbers that are not above 0.
  var slope: Float?

  var changesSums: Bool { bias != nil || slope != nil }

  /// The same for the columns from this one on.
  func from(column: Int) -> ProductFinish {
    ProductFinish(bias: bias.map { $0 + column }, slope: slope)
  }

  /// - Parameter column: the column of the row's first number.
  @inline(__always)
  func applied<Row: VectorRow>(to sums: Row, at column: Int) -> Row {
    var y = sums
    if let bias { y = y.map { offset, y in y + bias.vector(at: column + offset) } }
    if let slope { y = y.map { _, y in y.leaky(slope) } }
    return y
  }

  /// For what the vectors of a row leave over.
  @inline(__always)
  func applied(to sum: Float, at column: Int) -> Float {
    var y = sum
    if let bias { y += bias[column] }
    if let slope { y = y > 0 ? y : slope * y }
    return y
  }

  /// Brings a block of complete sums to its place in the result.
  @inline(__always)
  func store(
    _ block: UnsafePointer<Float>, blockStride: Int, rows: Int, columns: Int,
    into c: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    let lanes = Vector.scalarCount
    let wholeVectors = columns / lanes * lanes
    for row in 0..<rows {
      let source = block + row * blockStride
      let target = c + row * rowStride
      for i in stride(from: 0, to: wholeVectors, by: lanes) {
        applied(to: OneVector(source + i), at: i).store(to: target + i)
      }
      for i in wholeVectors..<columns { target[i] = applied(to: source[i], at: i) }
    }
  }
}
