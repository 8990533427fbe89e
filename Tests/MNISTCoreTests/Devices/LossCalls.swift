import Foundation

@testable import MNISTCore

extension DeviceCalls {
  static func makeLogSoftmax() -> [DeviceCall] {
    let sizes = [
      (0, 10), (3, 0), (1, 1), (3, 2), (5, 17), (102, 10), (103, 10), (7, 65), (2, 257),
      (1_025, 1), (1, 1_025),
    ]
    return sizes.flatMap { rows, columns in
      // Rows at very different heights, and one whose numbers are far apart.
      let x = numbers(rows * columns, 23).enumerated().map { index, x in
        switch index / columns % 4 {
        case 1: x + 1_000
        case 2: x * 100
        case 3: x - 1e30
        default: x
        }
      }
      let exact = (0..<rows).flatMap { row in
        let row = x[row * columns..<(row + 1) * columns].map(Double.init)
        return row.map { number in -log(row.reduce(0) { $0 + exp($1 - number) }) }
      }
      // An input at 1,000 is itself known to 6e-5 only, but the differences in its row are exact.
      let forward = DeviceCall(
        "\(rows)×\(columns)", within: Tolerance(relative: 5e-7, absolute: 2e-6), expected: [exact]
      ) { [$0.download($0.logSoftmax($0.upload(x), rows: rows, columns: columns))] }

      let (y, g) = (exact.map { Float($0) }, numbers(rows * columns, 24))
      let gradient = (0..<rows).flatMap { row in
        let places = row * columns..<(row + 1) * columns
        let total = places.reduce(0) { $0 + Double(g[$1]) }
        return places.map { Double(g[$0]) - pow(M_E, Double(y[$0])) * total }
      }
      let backward = DeviceCall(
        "\(rows)×\(columns), gradient", within: sums, expected: [gradient]
      ) {
        [
          $0.download(
            $0.logSoftmaxGradient(
              $0.upload(y), upstream: $0.upload(g), rows: rows, columns: columns))
        ]
      }
      return [forward, backward]
    }
  }

  static func makeNegativeLogLikelihood() -> [DeviceCall] {
    [(1, 1), (3, 2), (17, 10), (65, 3), (1_025, 5)].flatMap { rows, columns in
      let x = numbers(rows * columns, 25)
      let labels = (0..<rows).map { ($0 * 7 + 2) % columns }
      let loss = -zip(labels.indices, labels).reduce(0) { $0 + Double(x[$1.0 * columns + $1.1]) }
      var gradient = [Double](repeating: 0, count: rows * columns)
      for row in 0..<rows { gradient[row * columns + labels[row]] = -1.5 / Double(rows) }
      return [
        DeviceCall(
          "\(rows)×\(columns)", within: rounding, expected: [[loss / Double(rows)]]
        ) {
          [$0.download($0.negativeLogLikelihood($0.upload(x), labels: labels, columns: columns))]
        },
        DeviceCall("\(rows)×\(columns), gradient", within: rounding, expected: [gradient]) {
          [
            $0.download(
              $0.negativeLogLikelihoodGradient(
                upstream: $0.upload([1.5]), labels: labels, columns: columns))
          ]
        },
      ]
    }
  }

  static func makeDropoutMask() -> [DeviceCall] {
    // The last reaches far enough into a second share of the threads for its draws to differ.
    (counts + [16_450]).flatMap { count in
      // The fifth probability is the first draw, which is not below it.
      let draw = Double(SplitMix64.bits(seed: 77, at: 9) >> 11) / 0x1p53
      return [
        (0.0, 3), (0.3, 5), (0.5, UInt64.max - 7), (0.999, 0), (draw, 9),
      ].map { probability, firstDraw in
        // The lowest 11 bits do not count.
        let expected = (0..<count).map { index in
          let bits = SplitMix64.bits(seed: 77, at: firstDraw &+ UInt64(index))
          let isDropped = (Double(bits >> 11) / 0x1p53) < probability
          return isDropped ? 0 : 1 / (1 - probability)
        }
        return DeviceCall(
          "\(count), p = \(probability), from draw \(firstDraw)", within: .none,
          expected: [expected]
        ) {
          [
            $0.download(
              $0.dropoutMask(count, probability: probability, seed: 77, firstDraw: firstDraw))
          ]
        }
      }
    }
  }
}
