import Foundation
import MNISTCore
import Testing

/// A whole classifier's gradients against central differences of the same computation, written here
/// once more, plainly and in double.
@Suite struct ClassifierGradientTests {
  private static let sizes = [7, 5, 17, 3, 4]
  private static let seed: UInt64 = 5
  private static let probability = 0.3

  @Test(arguments: [2, 3, 5])
  func withBatchNorm(_ rows: Int) throws {
    try check(rows: rows, regularization: .batchNorm, masks: nil)
  }

  @Test(arguments: [1, 2, 5])
  func withDropout(_ rows: Int) throws {
    let generator = CounterGenerator(seed: Self.seed)
    let masks = Self.sizes.dropFirst().dropLast().map { width in
      Tensor(repeating: 1, shape: [rows, width])
        .dropout(probability: Self.probability, using: generator).numbers.map(Double.init)
    }
    // The same masks again.
    generator.count = 0
    try check(
      rows: rows,
      regularization: .dropout(probability: Self.probability, generator: generator), masks: masks)
  }

  private func check(
    rows: Int, regularization: Regularization, masks: [[Double]]?
  ) throws {
    let sizes = Self.sizes
    let model = ImageClassifier(
      inputSize: sizes[0], outputSize: sizes[4], hiddenSizes: Array(sizes[1...3]),
      regularization: regularization, using: RandomGenerator(seed: 3))
    // Batch normalisation's weights and biases start at 1 and 0, where much would cancel.
    for (index, parameter) in model.parameters.enumerated() where masks == nil && index % 4 > 1 {
      let move = TensorValue.random(parameter.shape, seed: UInt64(index)).floats
      parameter.copy(from: zip(parameter.numbers, move).map { $0 + 0.5 * $1 })
    }
    let x = TensorValue.random([rows, sizes[0]], seed: 4, in: 0...1)
    let labels = (0..<rows).map { $0 % sizes[4] }
    let input = x.tensor(requiresGradient: true)
    let loss = NLLLoss()(model(input), labels)
    loss.backward()

    var values = ([input] + model.parameters).map { $0.numbers.map(Double.init) }
    func forward() -> Double {
      Self.loss(values, labels: labels, masks: masks)
    }
    expectClose([loss.item], [Float(forward())], "loss")
    let names = ["x"] + model.namedParameters.map(\.name)
    for (index, tensor) in ([input] + model.parameters).enumerated() {
      let slopes = values[index].indices.map { place in
        let (value, step) = (values[index][place], 1e-6)
        defer { values[index][place] = value }
        values[index][place] = value + step
        let up = forward()
        values[index][place] = value - step
        return Float((up - forward()) / (2 * step))
      }
      let gradient = try #require(tensor.gradient)
      expectClose(
        gradient.value, TensorValue(slopes, shape: tensor.shape),
        within: Tolerance(relative: 1e-3, absolute: 1e-5), names[index])
    }
  }

  // MARK: In double

  /// The mean negative log-likelihood, from x and the parameters in order.
  private static func loss(
    _ values: [[Double]], labels: [Int], masks: [[Double]]?
  ) -> Double {
    let rows = labels.count
    var (x, rest) = (values[0], values.dropFirst())
    for block in 0..<3 {
      x = linear(x, weight: rest.removeFirst(), bias: rest.removeFirst(), rows: rows)
      x = x.map { $0 > 0 ? $0 : 0.01 * $0 }
      if let masks {
        x = zip(x, masks[block]).map { $0 * $1 }
      } else {
        x = normalized(x, weight: rest.removeFirst(), bias: rest.removeFirst(), rows: rows)
      }
    }
    x = linear(x, weight: rest.removeFirst(), bias: rest.removeFirst(), rows: rows)
    let classes = x.count / rows
    let total = labels.enumerated().reduce(0.0) { total, item in
      let row = x[item.offset * classes..<(item.offset + 1) * classes]
      let sum = row.reduce(0) { $0 + exp($1) }
      return total + log(sum) - row[row.startIndex + item.element]
    }
    return total / Double(rows)
  }

  private static func linear(
    _ x: [Double], weight: [Double], bias: [Double], rows: Int
  ) -> [Double] {
    let columns = x.count / rows
    return (0..<rows * bias.count).map { place in
      let (row, output) = place.quotientAndRemainder(dividingBy: bias.count)
      return (0..<columns).reduce(bias[output]) {
        $0 + x[row * columns + $1] * weight[output * columns + $1]
      }
    }
  }

  private static func normalized(
    _ x: [Double], weight: [Double], bias: [Double], rows: Int
  ) -> [Double] {
    var y = x
    for (column, (weight, bias)) in zip(weight, bias).enumerated() {
      let places = stride(from: column, to: x.count, by: x.count / rows)
      let mean = places.reduce(0) { $0 + x[$1] } / Double(rows)
      let variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / Double(rows)
      for place in places {
        y[place] = (x[place] - mean) / (variance + 1e-5).squareRoot() * weight + bias
      }
    }
    return y
  }
}
