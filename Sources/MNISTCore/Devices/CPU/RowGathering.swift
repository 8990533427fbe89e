/// Rows picked from a table of bytes, each byte divided by 255.
func gatherRows(_ bytes: [UInt8], width: Int, rows: ArraySlice<Int>) -> FloatBuffer {
  let result = FloatBuffer(count: rows.count * width)
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
        // The sum has to go somewhere.
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
