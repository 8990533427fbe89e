import MNISTCore
import Testing

/// Against PyTorch's `clip_grad_norm_`; `Tests/generate_choosing.py` writes its numbers.
@Suite(.onEachDevice) struct GradientClippingTests {
  @Test func gradientsAndNormArePyTorchs() throws {
    let file = try Fixture("choosing")
    for index in 0..<(try file.count(of: "clip")) {
      let given = try file.group("clip\(index)")
      let limit = Double(try given.numbers("limit")[0])
      let parameters = try (0..<2).map { number in
        let gradient = try given.tensor("p\(number)/grad")
        let parameter = Parameter(Tensor(repeating: 0, shape: gradient.shape))
        parameter.gradient = gradient
        return parameter
      }
      let still = Parameter(Tensor([0]))
      let before = parameters.map { $0.gradient?.numbers }
      let norm = SGD(parameters + [still], learningRate: 1).clipGradientNorm(to: limit)
      expectClose([Float(norm)], try given.numbers("norm"), "norm \(index)")
      for (number, parameter) in parameters.enumerated() {
        let gradient = try #require(parameter.gradient)
        expectClose(gradient.value, try given.value("p\(number)/clipped"), "\(index) \(number)")
      }
      if norm < limit { #expect(parameters.map { $0.gradient?.numbers } == before) }
      #expect(still.gradient == nil)
    }
  }

  @Test func aGradientAsLongAsTheLimitIsMadeShorterByPyTorchsSmallNumber() {
    let parameter = Parameter(Tensor([0, 0]))
    parameter.gradient = Tensor([3, 4])
    let optimizer = SGD([parameter], learningRate: 1)
    #expect(optimizer.clipGradientNorm(to: 5) == 5)
    expectClose(parameter.gradient?.numbers ?? [], [3, 4])
    #expect(optimizer.clipGradientNorm(to: 0.5) > 4.99)
    expectClose(parameter.gradient?.numbers ?? [], [0.3, 0.4])
  }

  /// The loss of the next batch tells of it.
  @Test func whatIsNoNumberIsNotHidden() {
    for wrong in [Float.nan, .infinity] {
      let parameter = Parameter(Tensor([0, 0]))
      parameter.gradient = Tensor([wrong, 1])
      let norm = SGD([parameter], learningRate: 1).clipGradientNorm(to: 1)
      #expect(!norm.isFinite)
      #expect(parameter.gradient?.numbers[0].isNaN == true)
    }
  }

  @Test func withoutGradientsThereIsNothingToDo() {
    let optimizer = SGD([Parameter(Tensor([1]))], learningRate: 1)
    #expect(optimizer.clipGradientNorm(to: 1) == 0)
    #expect(optimizer.parameters[0].gradient == nil)
  }
}
