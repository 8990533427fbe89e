@testable import MNISTCore

extension DeviceCalls {
  // MARK: Shapes

  /// A small shape, and a large one that it can be repeated to.
  private static let shapes: [(small: [Int], large: [Int])] = [
    ([], []), ([], [3, 5]), ([1], [17]), ([5], [3, 5]), ([1, 5], [3, 5]), ([3, 1], [3, 5]),
    ([3, 5], [3, 5]), ([1, 5, 1], [3, 5, 7]), ([3, 1, 7], [3, 5, 7]), ([3, 5, 1], [3, 5, 7]),
    ([7], [3, 5, 7]), ([5, 1], [3, 5, 7]), ([1, 1, 7], [3, 5, 7]), ([1, 5], [0, 5]), ([5], [0, 5]),
    ([0], [3, 0]), ([], [16_385]), ([2, 1], [2, 1_025]), ([2], [1_025, 2]),
  ]

  /// For each number of the larger shape, in order, the place it has in the smaller one.
  private static func forEachPlace(
    _ small: [Int], _ large: [Int], _ body: (_ large: Int, _ small: Int) -> Void
  ) {
    let s = Array(repeating: 1, count: 3 - small.count) + small
    let l = Array(repeating: 1, count: 3 - large.count) + large
    var index = 0
    for i in 0..<l[0] {
      for j in 0..<l[1] {
        for k in 0..<l[2] {
          let (i, j, k) = (s[0] == 1 ? 0 : i, s[1] == 1 ? 0 : j, s[2] == 1 ? 0 : k)
          body(index, (i * s[1] + j) * s[2] + k)
          index += 1
        }
      }
    }
  }

  static func makeBroadcast() -> [DeviceCall] {
    shapes.map { small, large in
      let x = numbers(small.reduce(1, *), 4)
      var expected: [Double] = []
      forEachPlace(small, large) { expected.append(Double(x[$1])) }
      return DeviceCall("\(small) to \(large)", within: .none, expected: [expected]) {
        [$0.download($0.broadcast($0.upload(x), from: small, to: large))]
      }
    }
  }

  static func makeReduce() -> [DeviceCall] {
    shapes.flatMap { small, large in
      // Large numbers that cancel: only a sum in double keeps what is left.
      let x = numbersAndZeros(large.reduce(1, *), 5).enumerated().map {
        $0 % 5 == 1 ? 1_000_000 : $0 % 5 == 3 ? -1_000_000 : $1
      }
      let smallCount = small.reduce(1, *)
      var sums = [Double](repeating: 0, count: smallCount)
      var largest = [Double](repeating: -.infinity, count: smallCount)
      forEachPlace(small, large) {
        sums[$1] += Double(x[$0])
        largest[$1] = max(largest[$1], Double(x[$0]))
      }
      let exact = Tolerance(relative: 1.2e-7, absolute: 1e-9)
      let sumCalls = [1, 3].map { divisor in
        DeviceCall(
          "\(large) to \(small), sum / \(divisor)", within: exact,
          expected: [sums.map { $0 / Double(divisor) }]
        ) {
          let sum = Reduction.sum(dividedBy: divisor)
          return [$0.download($0.reduce(sum, $0.upload(x), from: large, to: small))]
        }
      }
      // There is no largest of nothing.
      guard !x.isEmpty else { return sumCalls }
      let maximum = DeviceCall("\(large) to \(small), max", within: .none, expected: [largest]) {
        [$0.download($0.reduce(.maximum, $0.upload(x), from: large, to: small))]
      }
      return sumCalls + [maximum]
    }
  }

  static func makeTranspose() -> [DeviceCall] {
    (matrices + [(16, 16), (17, 33), (64, 64), (63, 65), (16_385, 1)]).map { rows, columns in
      let x = numbers(rows * columns, 6)
      let expected = (0..<columns).flatMap { column in
        stride(from: column, to: rows * columns, by: columns).map { Double(x[$0]) }
      }
      return DeviceCall("\(rows)×\(columns)", within: .none, expected: [expected]) {
        [$0.download($0.transpose($0.upload(x), rows: rows, columns: columns))]
      }
    }
  }

  // MARK: Rows

  /// The rows picked, of how many, and their width.
  private static let picks: [(rows: [Int], of: Int, width: Int)] = [
    ([], 0, 3), ([], 2, 3), ([1, 0, 1], 2, 0), ([0], 1, 1), ([4, 0, 4, 2, 5, 4, 0], 6, 17),
    ((0..<65).map { ($0 * 7) % 13 }, 13, 15), ((0..<41).map { ($0 * 5) % 11 }, 11, 784),
    ([2, 2, 0], 3, 16_385),
  ]

  static func makeGatherRows() -> [DeviceCall] {
    picks.flatMap { rows, count, width in
      let name = "\(rows.count) of \(count) rows of \(width)"
      let x = numbers(count * width, 7)
      let bytes = (0..<count * width).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 256 &+ 5) }
      func picked<Number>(_ table: [Number]) -> [Number] {
        rows.flatMap { table[$0 * width..<($0 + 1) * width] }
      }
      return [
        DeviceCall(name, within: .none, expected: [picked(x).map { Double($0) }]) {
          [$0.download($0.gatherRows(rows, of: $0.upload(x), width: width))]
        },
        DeviceCall(
          "\(name) bytes", within: .none, expected: [picked(bytes).map { Double($0) / 255 }]
        ) { [$0.download($0.gatherRows(rows, of: $0.upload(bytes: bytes), width: width))] },
      ]
    }
  }

  static func makeScatterRows() -> [DeviceCall] {
    picks.map { rows, count, width in
      let x = numbers(rows.count * width, 8)
      var expected = [Double](repeating: 0, count: count * width)
      for (place, x) in x.enumerated() {
        expected[rows[place / width] * width + place % width] += Double(x)
      }
      return DeviceCall(
        "\(rows.count) to \(count) rows of \(width)", within: sums, expected: [expected]
      ) { [$0.download($0.scatterRows($0.upload(x), to: rows, of: count, width: width))] }
    }
  }

  static func makeCopyRows() -> [DeviceCall] {
    // Columns 2..<5 of 7 become columns 1..<4 of 4; a block; nothing, of two kinds.
    let cases: [(rows: Int, width: Int, from: RowPlaces, to: RowPlaces)] = [
      (5, 3, RowPlaces(offset: 2, stride: 7), RowPlaces(offset: 1, stride: 4)),
      (1, 33, RowPlaces(stride: 33), RowPlaces(offset: 2, stride: 33)),
      (65, 1, RowPlaces(stride: 1), RowPlaces(stride: 2)),
      (0, 3, RowPlaces(stride: 3), RowPlaces(stride: 3)),
      (3, 0, RowPlaces(stride: 0), RowPlaces(stride: 0)),
    ]
    return cases.map { rows, width, from, to in
      // Both have a row more, which stays where it is.
      let source = numbers(from.offset + (rows + 1) * from.stride, 9)
      var expected = [Double](repeating: 9, count: to.offset + (rows + 1) * to.stride)
      for index in 0..<rows * width {
        let (row, column) = index.quotientAndRemainder(dividingBy: width)
        expected[to.offset + row * to.stride + column] =
          Double(source[from.offset + row * from.stride + column])
      }
      let count = expected.count
      return DeviceCall("\(rows) rows of \(width)", within: .none, expected: [expected]) { device in
        let target = device.upload(Array(repeating: 9, count: count))
        device.copyRows(
          rows, width: width, from: device.upload(source), from, to: Overwriting(target), to)
        return [device.download(target)]
      }
    }
  }
}
