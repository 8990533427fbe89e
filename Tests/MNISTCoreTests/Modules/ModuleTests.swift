import Testing

@testable import MNISTCore

@Suite struct ModuleTests {
  /// A module with one member of each kind, and properties that are none.
  private final class Mixture: Module {
    var isTraining = true
    let scale = 3
    let firstWeight: Parameter
    let runningMean = Buffer(Tensor([1, 2]))
    let numBatches = Counter(4)
    let inner = LeakyReLU()
    let layer2: Linear

    init() {
      firstWeight = Parameter(Tensor([5]))
      layer2 = Linear(inputSize: 1, outputSize: 2, using: RandomGenerator(seed: 0))
    }

    func callAsFunction(_ x: Tensor) -> Tensor { layer2(inner(x * firstWeight)) }
  }

  @Test func membersAreThePropertiesInPyTorchsSpelling() {
    #expect(
      Mixture().members.map(\.name)
        == ["first_weight", "running_mean", "num_batches", "inner", "layer2"])
  }

  @Test func parametersAreFoundByTheirFullNames() {
    let module = Mixture()
    #expect(
      module.namedParameters.map(\.name) == ["first_weight", "layer2.weight", "layer2.bias"])
    #expect(module.parameters.map(\.shape) == [[1], [2, 1], [2]])
    #expect(module.parameters[0] === module.firstWeight)
  }

  @Test func everyModuleBeginsInTraining() {
    let generator = RandomGenerator(seed: 0)
    let modules: [any Module] = [
      ReLU(), LeakyReLU(), Tanh(), Sigmoid(), LogSoftmax(), BatchNorm1d(1), Sequential([]),
      Dropout(probability: 0.5, using: CounterGenerator(seed: 0)),
      Linear(inputSize: 1, outputSize: 1, using: generator),
      Block(inputSize: 1, outputSize: 1, regularization: .batchNorm, using: generator),
      ImageClassifier(
        inputSize: 1, outputSize: 1, hiddenSizes: [1], regularization: .batchNorm,
        using: generator),
    ]
    for module in modules { #expect(module.isTraining, "\(module)") }
  }

  @Test func trainingAndEvaluationReachEveryModule() {
    let model = Sequential([Mixture(), Sequential([Mixture()])])
    #expect(model.modules.count == 8)
    #expect(model.modules.allSatisfy { $0.isTraining })
    model.evaluate()
    #expect(model.modules.allSatisfy { !$0.isTraining })
    model.train()
    #expect(model.modules.allSatisfy { $0.isTraining })
  }

  @Test func aModuleOfModulesIsPrintedAsATree() {
    #expect(
      Sequential([Mixture(), Sequential([])]).description == """
        Sequential(
          (0): Mixture(
            (inner): LeakyReLU(negative_slope=0.01)
            (layer2): Linear(in_features=1, out_features=2, bias=True)
          )
          (1): Sequential()
        )
        """)
  }

  @Test func anEmptyLineOfAModulesTextStays() {
    final class Verse: Module {
      var isTraining = true
      let description = "one\n\ntwo"
      func callAsFunction(_ input: Tensor) -> Tensor { input }
    }
    #expect(Sequential([Verse()]).description == "Sequential(\n  (0): one\n  \n  two\n)")
  }

  @Test func theDerivativeOfAModuleFollowsByItself() {
    let module = Mixture()
    module(Tensor([2], shape: [1, 1])).sum().backward()
    let weights = module.layer2.weight.numbers
    expectClose(module.firstWeight.gradient?.numbers ?? [], [2 * (weights[0] + weights[1])])
    #expect(module.layer2.bias.gradient?.numbers == [1, 1])
  }

  private class Base: Module {
    var isTraining = true
    let weight = Parameter(Tensor([1]))

    func callAsFunction(_ input: Tensor) -> Tensor { input * weight }
  }

  private final class Derived: Base {
    let shift = Parameter(Tensor([2]))
  }

  @Test func propertiesOfASuperclassAreFoundFirst() {
    #expect(Derived().namedParameters.map(\.name) == ["weight", "shift"])
  }

  @Test func aParameterUnderTwoNamesIsOptimisedOnce() {
    let layer = Linear(inputSize: 2, outputSize: 2, using: RandomGenerator(seed: 0))
    let tied = Sequential([layer, layer])
    #expect(tied.namedParameters.count == 4)
    #expect(tied.parameters.count == 2)
  }
}
