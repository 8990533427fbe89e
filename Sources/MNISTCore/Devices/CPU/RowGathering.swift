/// Rows picked from a table by number.
enum RowGathering {
  /// Each byte divided by 255.
  static func gather(_ rows: [Int], of bytes: [UInt8], width: Int) -> CPUStorage {
    let result = CPUStorage(count: rows.count * width)
    // Twenty of MNIST's images, some 5 µs of work.
    let chunk = max(1, 16_384 / max(1, width))
    bytes.withUnsafeBufferPointer { source in
      rows.withUnsafeBufferPointer { rows in
        guard let source = source.baseAddress, let rows = rows.baseAddress else { return }
        let rowCount = result.count / max(1, width)
        ThreadPool.current.forEach((rowCount + chunk - 1) / chunk) { index in
          let range = index * chunk..<min(rowCount, (index + 1) * chunk)
          // Images picked at random are far from every cache. Asking for all their cache lines first takes
          // hardly longer than waiting for one.
          var sum: UInt8 = 0
          for row in range {
            for pixel in stride(from: 0, to: width, by: 64) {
              sum &+= source[rows[row] * width + pixel]
            }
          }
          // The sum has to go somewhere, or the loop above would be left out.
          result.start[range.lowerBound * width] = Float(sum)
          for row in range {
            let image = source + rows[row] * width
            let target = result.start + row * width
            for pixel in 0..<width { target[pixel] = Float(image[pixel]) / 255 }
          }
        }
      }
    }
    return result
  }

  static func gather(_ rows: [Int], of x: CPUStorage, width: Int) -> CPUStorage {
    let result = CPUStorage(count: rows.count * width)
    for (index, row) in rows.enumerated() {
      (result.start + index * width).update(from: x.start + row * width, count: width)
    }
    return result
  }

  /// Adds each row of x to the row that it was picked from; the others are 0.
  static func scatter(_ x: CPUStorage, to rows: [Int], of rowCount: Int, width: Int) -> CPUStorage {
    let result = CPUStorage(count: rowCount * width)
    result.start.update(repeating: 0, count: result.count)
    for (index, row) in rows.enumerated() {
      let (source, target) = (x.start + index * width, result.start + row * width)
      for column in 0..<width { target[column] += source[column] }
    }
    return result
  }
}
