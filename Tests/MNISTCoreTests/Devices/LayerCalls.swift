import Foundation

@testable import MNISTCore

extension DeviceCalls {
  /// What `number` makes of each place of a column, added up.
  private static func columnSums(
    _ rows: Int, _ columns: Int, _ number: (Int) -> Double
  ) -> [Double] {
    (0..<columns).map { column in
      stride(from: column, to: rows * columns, by: columns).reduce(0) { $0 + number($1) }
    }
  }

  static func makeColumnSums() -> [DeviceCall] {
    matrices.map { rows, columns in
      let x = numbers(rows * columns, 14)
      let expected = columnSums(rows, columns) { Double(x[$0]) }
      return DeviceCall("\(rows)×\(columns)", within: sums, expected: [expected]) {
        [$0.download($0.columnSums($0.upload(x), rows: rows, columns: columns))]
      }
    }
  }

  static func makeLeakyReLUGradients() -> [DeviceCall] {
    matrices.map { rows, columns in
      let (y, g) = (numbersAndZeros(rows * columns, 15), numbers(rows * columns, 16))
      let x = zip(y, g).map { $0 > 0 ? Double($1) : Double(Float(0.01)) * Double($1) }
      let expected = [x, columnSums(rows, columns) { x[$0] }]
      return DeviceCall("\(rows)×\(columns)", within: sums, expected: expected) { device in
        let found = device.leakyReLUGradients(
          device.upload(y), upstream: device.upload(g), slope: 0.01, rows: rows, columns: columns)
        return [device.download(found.x), device.download(found.columnSums)]
      }
    }
  }

  /// A batch whose columns lie about ±1, with one that is the same in every row.
  private struct Batch: Sendable {
    let (rows, columns): (Int, Int)
    let x, weight, bias, mean, variance: [Float]

    init(_ rows: Int, _ columns: Int) {
      (self.rows, self.columns) = (rows, columns)
      x = numbers(rows * columns, 17).enumerated().map {
        $0 % columns == 2 ? 0.5 : $1 + Float($0 % columns % 3) - 1
      }
      weight = numbers(columns, 18, from: 0.5, to: 1.5)
      bias = numbers(columns, 19)
      mean = numbers(columns, 20)
      variance = numbers(columns, 21, from: 0.1, to: 2)
    }

    func moments() -> (mean: [Double], variance: [Double]) {
      let mean = columnSums(rows, columns) { Double(x[$0]) }.map { $0 / Double(rows) }
      let variance = columnSums(rows, columns) { pow(Double(x[$0]) - mean[$0 % columns], 2) }
      return (mean, variance.map { $0 / Double(rows) })
    }

    func normalized(_ mean: [Double], _ variance: [Double]) -> [Double] {
      x.enumerated().map { index, x in
        let column = index % columns
        return (Double(x) - mean[column]) * pow(variance[column] + 1e-5, -0.5)
      }
    }

    func transformed(_ mean: [Double], _ variance: [Double]) -> [Double] {
      normalized(mean, variance).enumerated().map { index, normal in
        Double(weight[index % columns]) * normal + Double(bias[index % columns])
      }
    }
  }

  // A column's mean in float32 is wrong by some 1e-7; divided by a deviation near 1, times a weight near 1.
  private static let normalizing = Tolerance(relative: 1e-5, absolute: 1e-5)

  static func makeBatchNorm() -> [DeviceCall] {
    batches.flatMap { rows, columns in
      let batch = Batch(rows, columns)
      let (mean, variance) = batch.moments()
      let y = batch.transformed(mean, variance)
      let unbiased = variance.map { $0 * Double(rows) / Double(rows - 1) }
      func moved(_ running: [Float], _ batch: [Double]) -> [Double] {
        zip(running, batch).map { Double($0) + 0.3 * ($1 - Double($0)) }
      }
      let running = [moved(batch.mean, mean), moved(batch.variance, unbiased)]
      return [false, true].map { moves in
        DeviceCall(
          "\(rows)×\(columns)\(moves ? ", moving statistics" : "")", within: normalizing,
          expected: [y, mean, variance] + (moves ? running : [])
        ) { device in
          let (mean, variance) = (device.upload(batch.mean), device.upload(batch.variance))
          let (y, statistics) = device.batchNorm(
            device.upload(batch.x), weight: device.upload(batch.weight),
            bias: device.upload(batch.bias), epsilon: 1e-5,
            moving: moves
              ? RunningStatistics(
                mean: Overwriting(mean), variance: Overwriting(variance), momentum: 0.3) : nil)
          return ([y, statistics.mean, statistics.variance] + (moves ? [mean, variance] : []))
            .map { device.download($0) }
        }
      }
    }
  }

  static func makeBatchNormInEvaluation() -> [DeviceCall] {
    (batches + [(0, 3), (1, 17)]).map { rows, columns in
      let batch = Batch(rows, columns)
      let y = batch.transformed(batch.mean.map(Double.init), batch.variance.map(Double.init))
      return DeviceCall("\(rows)×\(columns)", within: normalizing, expected: [y]) { device in
        let statistics = ColumnStatistics(
          mean: device.upload(batch.mean), variance: device.upload(batch.variance))
        let y = device.batchNorm(
          device.upload(batch.x), weight: device.upload(batch.weight),
          bias: device.upload(batch.bias), epsilon: 1e-5, statistics: statistics)
        return [device.download(y)]
      }
    }
  }

  static func makeBatchNormGradients() -> [DeviceCall] {
    batches.flatMap { rows, columns in
      [(true, nil), (true, 0.01), (false, nil), (false, 0.01)].map {
        (isOfBatch: Bool, slope: Float?) in
        makeBatchNormGradients(Batch(rows, columns), isOfBatch, slope)
      }
    }
  }

  private static func makeBatchNormGradients(
    _ batch: Batch, _ isOfBatch: Bool, _ slope: Float?
  ) -> DeviceCall {
    let (rows, columns) = (batch.rows, batch.columns)
    // Those that a device is given: rounded.
    let moments = batch.moments()
    let means = isOfBatch ? moments.mean.map { Float($0) } : batch.mean
    let variances = isOfBatch ? moments.variance.map { Float($0) } : batch.variance
    let variance = variances.map(Double.init)
    let normal = batch.normalized(means.map(Double.init), variance)
    let upstream = numbers(rows * columns, 22)
    let g = upstream.map(Double.init)
    let bias = columnSums(rows, columns) { g[$0] }
    let weight = columnSums(rows, columns) { g[$0] * normal[$0] }
    let x = g.indices.map { index in
      let column = index % columns
      let mean = (bias[column] + weight[column] * normal[index]) / Double(rows)
      let scale = Double(batch.weight[column]) * pow(variance[column] + 1e-5, -0.5)
      let isPositive = batch.x[index] > 0
      return scale * (g[index] - (isOfBatch ? mean : 0)) * (isPositive ? 1 : Double(slope ?? 1))
    }
    // The constant column has a deviation of √ε, by which every error is divided.
    let tolerance = Tolerance(relative: 2e-5, absolute: columns > 2 ? 5e-3 : 5e-5)
    return DeviceCall(
      "\(rows)×\(columns)\(isOfBatch ? "" : ", given statistics"), slope \(slope ?? 1)",
      within: tolerance, expected: [x, weight, bias, columnSums(rows, columns) { x[$0] }]
    ) { device in
      let found = device.batchNormGradients(
        device.upload(batch.x), upstream: device.upload(upstream),
        weight: device.upload(batch.weight), epsilon: 1e-5,
        statistics: ColumnStatistics(
          mean: device.upload(means), variance: device.upload(variances)),
        statisticsAreOfBatch: isOfBatch, slope: slope)
      return [found.x, found.weight, found.bias, found.columnSums].map { device.download($0) }
    }
  }
}
