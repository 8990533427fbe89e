import Testing

@testable import MNISTCore

/// Numbers that are used in a computation, shared under another name, and overwritten before `backward()`: a
/// gradient from other numbers than the result is never formed.
@Suite struct OverwritingTests {
  /// How the other name comes to the numbers of a tensor.
  enum Sharing: String, CaseIterable, Codable {
    case detached, reshaped, parameter, buffer, secondName

    func other(of tensor: Tensor) -> Tensor {
      switch self {
      case .detached: tensor.detached()
      case .reshaped: tensor.reshaped([1, 2])
      case .parameter: Parameter(tensor)
      case .buffer: Buffer(tensor)
      case .secondName: tensor
      }
    }
  }

  /// Who overwrites them.
  enum Overwriter: String, CaseIterable, Codable {
    case sgd, momentum, adam, copy, load, file, runningStatistics

    func overwrite(_ tensor: Tensor) {
      let parameter = tensor as? Parameter ?? Parameter(tensor)
      parameter.gradient = Tensor(repeating: 1, shape: parameter.shape)
      switch self {
      case .sgd: SGD([parameter], learningRate: 1).step()
      case .momentum: SGD([parameter], learningRate: 1, momentum: 0.9).step()
      case .adam: Adam([parameter]).step()
      case .copy: tensor.copy(from: [5, 7])
      case .load:
        let holder = Holder(parameter)
        var state = StateDictionary()
        state["held"] = TensorValue([5, 7] as [Float], shape: parameter.shape)
        try? holder.load(stateDictionary: state)
      case .file:
        let path = Scratch.path("holder.safetensors")
        let saved = Parameter(Tensor([5, 7], shape: parameter.shape))
        try? Holder(saved).save(to: path)
        try? Holder(parameter).load(from: path)
      case .runningStatistics:
        let mean = Tensor(shape: [2], storage: tensor.storage)
        let running = RunningTensors(mean: mean, variance: Tensor([1, 1]), momentum: 0.1)
        _ = Tensor([1, 2, 3, 4], shape: [2, 2]).batchNormalized(
          weight: Tensor([1, 1]), bias: Tensor([0, 0]), epsilon: 1e-5, moving: running)
      }
    }
  }

  private final class Holder: Module {
    var isTraining = true
    let held: Parameter
    init(_ held: Parameter) { self.held = held }
    func callAsFunction(_ input: Tensor) -> Tensor { input * held }
  }

  @Test(arguments: Sharing.allCases, Overwriter.allCases)
  func aGradientThroughSharedNumbersThatWereOverwrittenIsRefused(
    _ sharing: Sharing, _ overwriter: Overwriter
  ) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [sharing, overwriter] in
      let own = Parameter(Tensor([2, 3]))
      let x = Tensor([1, 1], requiresGradient: true)
      let y = (x * sharing.other(of: own).detached()).sum()
      overwriter.overwrite(own)
      require(own.numbers != [2, 3], "nothing was overwritten")
      y.backward()
    }
    let shape = sharing == .reshaped ? "[1, 2]" : "[2]"
    expectSentence(
      "a tensor of shape \(shape) was overwritten between its use and backward(): compute the "
        + "result again", result)
  }

  @Test(arguments: Sharing.allCases, Overwriter.allCases)
  func theOtherNameOverwritesTheNumbersToo(
    _ sharing: Sharing, _ overwriter: Overwriter
  ) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [sharing, overwriter] in
      let own = Parameter(Tensor([2, 3]))
      let x = Tensor([1, 1], requiresGradient: true)
      let y = (x * own).sum()
      overwriter.overwrite(sharing.other(of: own))
      require(own.numbers != [2, 3], "nothing was overwritten")
      y.backward()
    }
    expectSentence(
      "a tensor of shape [2] was overwritten between its use and backward(): compute the result "
        + "again", result)
  }

  @Test func whatIsOverwrittenAfterBackwardOrBeforeItsUseDoesNoHarm() {
    let p = Parameter(Tensor([2, 3]))
    let shared = p.detached()
    let x = Tensor([1, 1], requiresGradient: true)
    p.copy(from: [4, 5])
    let y = (x * shared).sum()
    y.backward()
    p.copy(from: [6, 7])
    #expect(x.gradient?.numbers == [4, 5])
    #expect(shared.numbers == [6, 7])
  }

  @Test func theStepsOfATrainingLoopRefuseNothing() {
    let layer = Linear(inputSize: 2, outputSize: 2, using: RandomGenerator(seed: 1))
    let norm = BatchNorm1d(2)
    let optimizer = SGD(layer.parameters + norm.parameters, learningRate: 0.1, momentum: 0.9)
    for _ in 0..<3 {
      let x = TensorValue.random([4, 2], seed: 2).tensor()
      optimizer.zeroGradients()
      norm(layer(x)).exponential().sum().backward()
      optimizer.step()
    }
    #expect(layer.weight.storage.version == 3)
    #expect(norm.runningMean.storage.version >= 3)
  }

  @Test func aGradientIsNobodyElsesStorage() throws {
    let u = Tensor([1, 2], requiresGradient: true)
    let v = Tensor([3, 4], requiresGradient: true)
    let upstream = Tensor([1, 1])
    (u + v).backward(from: upstream)
    let (first, second) = (try #require(u.gradient), try #require(v.gradient))
    first.copy(from: [9, 9])
    #expect(second.numbers == [1, 1])
    #expect(upstream.numbers == [1, 1])
  }
}
