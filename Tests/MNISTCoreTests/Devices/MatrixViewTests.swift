import Testing

@testable import MNISTCore

@Suite struct MatrixViewTests {
  /// Around the blocks of eight by eight.
  static let sizes = [(1, 1), (3, 8), (8, 8), (9, 7), (16, 3), (17, 20), (20, 17)]

  /// Stored by rows and by columns.
  @Test(arguments: sizes, [false, true])
  func columnsAreCopiedAndWhatStandsBetweenThemIsLeftAlone(
    _ size: (rows: Int, columns: Int), _ isByColumns: Bool
  ) {
    let (rows, columns) = size
    let x = CPUStorage((0..<rows * columns).map { Float($0) })
    let view =
      isByColumns
      ? MatrixView(x.start, rows: columns, columns: rows).transposed
      : MatrixView(x.start, rows: rows, columns: columns)
    let target = Target(columns, of: rows)
    view.copyColumns(to: target.numbers.start, targetStride: target.stride)
    target.expect { column, row in
      Float(isByColumns ? column * rows + row : row * columns + column)
    }
    withExtendedLifetime(x) {}
  }

  @Test(arguments: sizes)
  func rowsAreCopiedAndWhatStandsBetweenThemIsLeftAlone(_ size: (rows: Int, columns: Int)) {
    let (rows, columns) = size
    let x = CPUStorage((0..<rows * columns).map { Float($0) })
    let target = Target(rows, of: columns)
    MatrixView(x.start, rows: rows, columns: columns)
      .copyRows(to: target.numbers.start, targetStride: target.stride)
    target.expect { row, column in Float(row * columns + column) }
    withExtendedLifetime(x) {}
  }

  /// Room for lines of numbers with three between them, and for sixteen lines more.
  private struct Target {
    let (count, length): (Int, Int)
    let numbers: CPUStorage

    var stride: Int { length + 3 }

    init(_ count: Int, of length: Int) {
      (self.count, self.length) = (count, length)
      numbers = CPUStorage([Float](repeating: -1, count: (count + 16) * (length + 3)))
    }

    func expect(
      sourceLocation: SourceLocation = #_sourceLocation, _ number: (_ line: Int, Int) -> Float
    ) {
      let expected = (0..<numbers.count).map { place in
        let (line, index) = place.quotientAndRemainder(dividingBy: stride)
        return line < count && index < length ? number(line, index) : -1
      }
      #expect(numbers.numbers == expected, sourceLocation: sourceLocation)
    }
  }
}
