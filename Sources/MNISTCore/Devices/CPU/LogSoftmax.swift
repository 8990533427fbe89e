/// Logarithm of the softmax along the rows of a [rows, columns] matrix.
enum LogSoftmaxKernels {
  // Some 1,000 exponentials, 5 µs: below that a second thread does not pay.
  private static func forEachRow(_ rows: Int, columns: Int, _ body: (Int) -> Void) {
    let chunk = max(1, 1_024 / max(1, columns))
    ThreadPool.current.forEach((rows + chunk - 1) / chunk) { index in
      for row in index * chunk..<min(rows, (index + 1) * chunk) { body(row) }
    }
  }

  // y = x − max − log Σ exp(x − max): the largest number is taken out, so that no power overflows.
  static func forward(_ x: CPUStorage, rows: Int, columns: Int) -> CPUStorage {
    let y = CPUStorage(count: x.count)
    forEachRow(rows, columns: columns) { row in
      let source = x.start + row * columns
      let target = y.start + row * columns
      var largest = -Float.infinity
      for column in 0..<columns { largest = max(largest, source[column]) }
      var sum = 0.0
      for column in 0..<columns { sum += Double(exp(source[column] - largest)) }
      let logSum = Float(log(sum))
      for column in 0..<columns { target[column] = source[column] - largest - logSum }
    }
    return y
  }

  // ∂x = g − exp(y) · Σ g
  static func gradient(
    _ y: CPUStorage, upstream: CPUStorage, rows: Int, columns: Int
  ) -> CPUStorage {
    let gradient = CPUStorage(count: y.count)
    forEachRow(rows, columns: columns) { row in
      let g = upstream.start + row * columns
      let y = y.start + row * columns
      let target = gradient.start + row * columns
      var sum = 0.0
      for column in 0..<columns { sum += Double(g[column]) }
      let total = Float(sum)
      for column in 0..<columns { target[column] = g[column] - exp(y[column]) * total }
    }
    return gradient
  }
}
