import Foundation
import MNISTCore
import Testing

final class Quadratic: Module {
  var isTraining = true
  let a = Parameter(Tensor(1))
  let b = Parameter(Tensor(2))
  let c = Parameter(Tensor(3))

  func callAsFunction(_ x: Tensor) -> Tensor {
    a * (x * x) + b * x + c
  }
}

/// A module written from tensor operations alone, trained as PyTorch trains it.
@Suite(.onEachDevice) struct QuadraticTests {
  @Test func thePageOnModulesWorks() {
    let x = Tensor([-2, -1, 0, 1, 2, 5])
    let y = Tensor([15, 6, 1, 0, 3, 30])
    let steps = 500
    let model = Quadratic()
    let criterion = MSELoss()
    let optimizer = SGD(model.parameters, learningRate: 1e-4)
    for _ in 0..<steps {
      let loss = criterion(model(x), y)
      optimizer.zeroGradients()
      loss.backward()
      optimizer.step()
    }

    // The same descent by hand, in double.
    var (a, b, c) = (1.0, 2.0, 3.0)
    for _ in 0..<steps {
      var slope = (a: 0.0, b: 0.0, c: 0.0)
      for (x, y) in zip(x.numbers.map(Double.init), y.numbers.map(Double.init)) {
        let residual = 2 / 6 * (a * x * x + b * x + c - y)
        slope.a += residual * x * x
        slope.b += residual * x
        slope.c += residual
      }
      (a, b, c) = (a - 1e-4 * slope.a, b - 1e-4 * slope.b, c - 1e-4 * slope.c)
    }
    #expect(abs(a - 1) > 0.1 && abs(b - 2) > 0.1 && abs(c - 3) > 0.01)
    expectClose(model.parameters.map(\.item), [Float(a), Float(b), Float(c)])
  }

  @Test func thePageOnModulesTrainsByTrainerAndSaves() throws {
    let path = Scratch.path("quadratic.safetensors")
    let x = Tensor([-2, -1, 0, 1, 2, 5])
    let y = Tensor([15, 6, 1, 0, 3, 30])
    let model = Quadratic()
    let points = TensorDataset(inputs: x, numbers: y)
    let trainer = Trainer(
      model: model, optimizer: SGD(model.parameters, learningRate: 1e-4), criterion: MSELoss())
    try trainer.train(
      points, validating: points, epochCount: 500, batchSize: 6,
      using: RandomGenerator(seed: 0))
    try model.save(to: path)

    let copy = Quadratic()
    try copy.load(from: path)
    #expect(copy.stateDictionary == model.stateDictionary)
    #expect(trainer.epoch == 500)
    #expect(Double(MSELoss()(copy(x), y).item) == trainer.lowestLoss)
  }

  @Test func thePageOnModulesShowsThisFilesCode() throws {
    let source = URL(fileURLWithPath: #filePath)
    let page = try String(
      contentsOf: Repository.folder.appending(path: "docs/modules.md"), encoding: .utf8)
    let own = lines(try String(contentsOf: source, encoding: .utf8))
    let blocks = page.components(separatedBy: "```").enumerated()
      .filter { $0.offset % 2 == 1 }
      .map { lines($0.element.replacing("swift\n", with: "", maxReplacements: 1)) }
    #expect(blocks.count == 3)
    for block in blocks {
      #expect(own.contains(block), "\(block)")
    }
  }

  /// The text without indentation and empty ends, so that code is found at any depth.
  private func lines(_ text: String) -> String {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  @Test func theCourseOfTrainingIsTheReferences() throws {
    let file = try Fixture("ops").group("quadratic")
    let recorded = Set(file.groups.compactMap { Int($0.dropFirst("after".count)) })
    let last = try #require(recorded.max())
    let (x, y) = try points(file.group("after\(last)"))
    let model = Quadratic()
    let start = try file.group("after0").numbers("abc")
    for (parameter, number) in zip(model.parameters, start) { parameter.copy(from: [number]) }
    let optimizer = SGD(model.parameters, learningRate: 1e-4)
    for step in 0...last {
      let loss = MSELoss()(model(x), y)
      optimizer.zeroGradients()
      loss.backward()
      if recorded.contains(step) {
        let expected = try file.group("after\(step)")
        let gradients = model.parameters.compactMap { $0.gradient?.item }
        // Later on the gradients are small sums of large numbers: one unit in the last place of a
        // moves the first of them by 1e-4.
        let limits =
          step < 10
          ? Tolerance.singleOperation : Tolerance(relative: 1.3e-6, absolute: 3e-4)
        try expectClose(loss.value, expected.value("loss"), "loss \(step)")
        try expectClose(model.parameters.map(\.item), expected.numbers("abc"), "a b c \(step)")
        try expectClose(
          gradients, expected.numbers("grad_abc"), within: limits, "gradients \(step)")
      }
      optimizer.step()
    }
  }

  /// Points that give this loss and these gradients: x = 1 … 9, as in the reference's own points, and
  /// some y.
  ///
  /// The reference's y are not in the file, but all that training sees of them are the sums of y, xy,
  /// x²y and y². These follow from the residuals r = ax² + bx + c − y, whose sums with x², x and 1 are
  /// the gradients of the mean of r², times count / 2. So r is the one combination of x², x and 1
  /// with these sums, plus something orthogonal to all three that makes the loss right. The last
  /// record is the one to take, as its numbers are the smallest and thus the most exact.
  private func points(_ record: Fixture) throws -> (x: Tensor, y: Tensor) {
    let x = (1...9).map(Double.init)
    let count = Double(x.count)
    let basis = orthonormal([x.map { $0 * $0 }, x, x.map { _ in 1 }, x.map { $0 * $0 * $0 }])
    let powers = [x.map { $0 * $0 }, x, x.map { _ in 1 }]
    let sums = try record.numbers("grad_abc").map { Double($0) * count / 2 }

    // The sums with the basis instead, one after the other: power = Σ (power · basis) basis.
    var along: [Double] = []
    for (index, power) in powers.enumerated() {
      let known = (0..<index).reduce(0) { $0 + along[$1] * dot(power, basis[$1]) }
      along.append((sums[index] - known) / dot(power, basis[index]))
    }
    let squares = try Double(record.numbers("loss")[0]) * count
    let rest = squares - dot(along, along)
    try #require(rest >= 0, "no points have this loss and these gradients")
    along.append(rest.squareRoot())

    let abc = try record.numbers("abc").map(Double.init)
    let y = x.indices.map { place in
      let residual = zip(along, basis).reduce(0) { $0 + $1.0 * $1.1[place] }
      return Float((abc[0] * x[place] + abc[1]) * x[place] + abc[2] - residual)
    }
    return (Tensor(x.map { Float($0) }), Tensor(y))
  }

  /// Gram and Schmidt's method.
  private func orthonormal(_ vectors: [[Double]]) -> [[Double]] {
    vectors.reduce(into: []) { basis, vector in
      var rest = vector
      // Twice, as the first pass leaves some rounding.
      for known in basis + basis {
        let share = dot(rest, known)
        rest = zip(rest, known).map { $0 - share * $1 }
      }
      let length = dot(rest, rest).squareRoot()
      basis.append(rest.map { $0 / length })
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
