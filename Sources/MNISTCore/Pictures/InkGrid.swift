/// Amounts of ink in rows and columns.
struct InkGrid {
  let height: Int
  let width: Int
  private let ink: [UInt8]

  init(_ ink: [UInt8], height: Int, width: Int) {
    self.height = height
    self.width = width
    self.ink = ink
  }

  /// The smallest part that holds all ink, of which there must be some.
  func cropped() -> InkGrid {
    var (top, bottom, left, right) = (height, -1, width, -1)
    for row in 0..<height {
      for column in 0..<width where ink[row * width + column] > 0 {
        top = min(top, row)
        bottom = max(bottom, row)
        left = min(left, column)
        right = max(right, column)
      }
    }
    let part = (top...bottom).flatMap { ink[$0 * width + left...$0 * width + right] }
    return InkGrid(part, height: bottom - top + 1, width: right - left + 1)
  }

  /// Each new amount is the mean of the area it covers in the old grid.
  func resized(height newHeight: Int, width newWidth: Int) -> InkGrid {
    let columns = Self.shares(from: width, to: newWidth)
    let rows = Self.shares(from: height, to: newHeight)
    var narrowed = [Double](repeating: 0, count: height * newWidth)
    for row in 0..<height {
      for (column, shares) in columns.enumerated() {
        narrowed[row * newWidth + column] = shares.weights.enumerated().reduce(0) {
          $0 + $1.element * Double(ink[row * width + shares.first + $1.offset])
        }
      }
    }
    var result = [UInt8](repeating: 0, count: newHeight * newWidth)
    for (row, shares) in rows.enumerated() {
      for column in 0..<newWidth {
        let mean = shares.weights.enumerated().reduce(0) {
          $0 + $1.element * narrowed[(shares.first + $1.offset) * newWidth + column]
        }
        result[row * newWidth + column] = UInt8(mean.rounded())
      }
    }
    return InkGrid(result, height: newHeight, width: newWidth)
  }

  /// For each of `newCount` equal parts of `count` cells: the first cell it touches, and the share of
  /// the part that lies in it and in those that follow. The shares of a part add up to 1.
  private static func shares(
    from count: Int, to newCount: Int
  ) -> [(first: Int, weights: [Double])] {
    (0..<newCount).map { index in
      // In units of 1 / newCount of a cell everything is whole.
      let (start, end) = (index * count, (index + 1) * count)
      let first = start / newCount
      let last = (end - 1) / newCount
      return (
        first,
        (first...last).map { cell in
          let covered = min(end, (cell + 1) * newCount) - max(start, cell * newCount)
          return Double(covered) / Double(count)
        }
      )
    }
  }

  /// The ink on a larger empty grid, the center of its mass in the row and column just past the middle,
  /// or as near to them as the edges allow.
  func centered(height newHeight: Int, width newWidth: Int) -> [UInt8] {
    var (mass, rowSum, columnSum) = (0, 0, 0)
    for row in 0..<height {
      for column in 0..<width {
        let amount = Int(ink[row * width + column])
        mass += amount
        // Twice the middle of the cell.
        rowSum += amount * (2 * row + 1)
        columnSum += amount * (2 * column + 1)
      }
    }
    func offset(_ sum: Int, _ size: Int, _ newSize: Int) -> Int {
      let center = Double(sum) / Double(2 * max(mass, 1))
      let ideal = (Double(newSize) / 2 - center).rounded(.up)
      return min(max(Int(ideal), 0), newSize - size)
    }
    let top = offset(rowSum, height, newHeight)
    let left = offset(columnSum, width, newWidth)
    var result = [UInt8](repeating: 0, count: newHeight * newWidth)
    for row in 0..<height {
      for column in 0..<width {
        result[(top + row) * newWidth + left + column] = ink[row * width + column]
      }
    }
    return result
  }
}
