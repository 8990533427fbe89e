// Passes down the columns of a [rows, columns] matrix: bias gradients and batch normalisation.
//
// Threads share out strips of columns, never rows, so that each sum is formed by one thread in one
// order: partial sums of `chunk` rows in float32, one vector lane a column, added up in double.

/// Neighbouring columns that are passed over together.
struct ColumnStrip {
  // Four cache lines of a row are fetched at once with AVX-512 and AVX2: the passes wait for little but
  // memory. With fewer than four vectors an addition would wait for the one in the row before.
  #if TILE_AVX512
    typealias Row = FourVectors
  #else
    typealias Row = EightVectors
  #endif

  private static let chunk = 64

  let first: Int
  let width: Int

  /// Calls `body` for each strip, on all threads.
  @inline(__always)
  static func forEach(columns: Int, _ body: (ColumnStrip) -> Void) {
    let width = Row.scalarCount
    ThreadPool.current.forEach((columns + width - 1) / width) { index in
      body(ColumnStrip(first: index * width, width: min(width, columns - index * width)))
    }
  }

  /// The strip's numbers of the row that begins here. Beyond the last column stands whatever comes next
  /// in memory; `CPUStorage` has some to spare.
  @inline(__always)
  func load(_ row: UnsafePointer<Float>) -> Row { Row(row + first) }

  @inline(__always)
  func store(_ numbers: Row, to row: UnsafeMutablePointer<Float>) {
    if width == Row.scalarCount {
      numbers.store(to: row + first)
    } else {
      storePart(numbers, to: row + first)
    }
  }

  func store(
    _ totals: UnsafePointer<Double>, dividedBy count: Int = 1,
    to start: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<width { start[first + column] = Float(totals[column] / Double(count)) }
  }

  /// A number for each of the strip's columns.
  @inline(__always)
  func row(_ number: (Int) -> Float) -> Row {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Row.scalarCount) { scratch in
      guard let whole = scratch.baseAddress else { return Row.zero }
      whole.update(repeating: 0, count: Row.scalarCount)
      for column in 0..<width { whole[column] = number(column) }
      return Row(whole)
    }
  }

  private func storePart(_ numbers: Row, to start: UnsafeMutablePointer<Float>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Row.scalarCount) { scratch in
      guard let whole = scratch.baseAddress else { return }
      numbers.store(to: whole)
      start.update(from: whole, count: width)
    }
  }

  /// Calls `body` with Σ over rows of `term(row)`.
  @inline(__always)
  func withTotal(
    rows: Int, _ term: (Int) -> Row, _ body: (UnsafePointer<Double>) -> Void
  ) {
    withTotals(rows: rows) {
      (term($0), Row.zero)
    } _: { total, _ in
      body(total)
    }
  }

  /// Two sums in one pass.
  @inline(__always)
  func withTotals(
    rows: Int, _ terms: (Int) -> (Row, Row),
    _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    let width = Row.scalarCount
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * width) { doubles in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { floats in
        guard let totals = doubles.baseAddress, let partial = floats.baseAddress else { return }
        totals.update(repeating: 0, count: 2 * width)
        for chunk in stride(from: 0, to: rows, by: Self.chunk) {
          var (first, second) = (Row.zero, Row.zero)
          for row in chunk..<min(chunk + Self.chunk, rows) {
            let terms = terms(row)
            first = first + terms.0
            second = second + terms.1
          }
          first.store(to: partial)
          second.store(to: partial + width)
          for column in 0..<2 * width { totals[column] += Double(partial[column]) }
        }
        body(totals, totals + width)
      }
    }
  }
}
