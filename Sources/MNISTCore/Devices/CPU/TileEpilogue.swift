/// What becomes of the sums of a product once they are complete: `y = LeakyReLU(sum + bias)`, each of the
/// two if it is given.
struct TileEpilogue: @unchecked Sendable {
  /// One number for each column of the result; whole vectors are read, as a `CPUStorage` allows.
  var bias: UnsafePointer<Float>?
  /// The factor of numbers that are not above 0.
  var slope: Float?

  var changesSums: Bool { bias != nil || slope != nil }

  /// The same for the columns from this one on.
  func from(column: Int) -> TileEpilogue {
    TileEpilogue(bias: bias.map { $0 + column }, slope: slope)
  }

  @inline(__always)
  func applied<Row: VectorRow>(to sums: Row) -> Row {
    var y = sums
    if let bias { y = y.map { offset, y in y + bias.vector(at: offset) } }
    if let slope { y = y.map { _, y in y.leaky(slope) } }
    return y
  }
}
