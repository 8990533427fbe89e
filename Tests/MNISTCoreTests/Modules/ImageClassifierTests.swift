import Testing

@testable import MNISTCore

/// The classifier with its blocks and the sequence they stand in.
@Suite struct ImageClassifierTests {
  private func classifier(_ regularization: Regularization) -> ImageClassifier {
    ImageClassifier(
      inputSize: 784, outputSize: 10, hiddenSizes: [630, 476, 322, 168],
      regularization: regularization, using: RandomGenerator(seed: 0))
  }

  @Test func itIsPrintedAsInPyTorch() {
    #expect(
      classifier(.batchNorm).description == """
        ImageClassifier(
          (layers): Sequential(
            (0): Block(
              (block): Sequential(
                (0): Linear(in_features=784, out_features=630, bias=True)
                (1): LeakyReLU(negative_slope=0.01)
                (2): BatchNorm1d(630, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
              )
            )
            (1): Block(
              (block): Sequential(
                (0): Linear(in_features=630, out_features=476, bias=True)
                (1): LeakyReLU(negative_slope=0.01)
                (2): BatchNorm1d(476, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
              )
            )
            (2): Block(
              (block): Sequential(
                (0): Linear(in_features=476, out_features=322, bias=True)
                (1): LeakyReLU(negative_slope=0.01)
                (2): BatchNorm1d(322, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
              )
            )
            (3): Block(
              (block): Sequential(
                (0): Linear(in_features=322, out_features=168, bias=True)
                (1): LeakyReLU(negative_slope=0.01)
                (2): BatchNorm1d(168, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)
              )
            )
            (4): Linear(in_features=168, out_features=10, bias=True)
            (5): LogSoftmax(dim=-1)
          )
        )
        """)
  }

  @Test func dropoutStandsInPlaceOfBatchNorm() {
    let model = ImageClassifier(
      inputSize: 4, outputSize: 2, hiddenSizes: [3],
      regularization: .dropout(probability: 0.3, generator: CounterGenerator(seed: 0)),
      using: RandomGenerator(seed: 0))
    #expect(
      model.description == """
        ImageClassifier(
          (layers): Sequential(
            (0): Block(
              (block): Sequential(
                (0): Linear(in_features=4, out_features=3, bias=True)
                (1): LeakyReLU(negative_slope=0.01)
                (2): Dropout(p=0.3, inplace=False)
              )
            )
            (1): Linear(in_features=3, out_features=2, bias=True)
            (2): LogSoftmax(dim=-1)
          )
        )
        """)
  }

  @Test func theActivationStandsBeforeTheNormalization() {
    let block = Block(
      inputSize: 3, outputSize: 4, regularization: .batchNorm, using: RandomGenerator(seed: 1))
    let linear = Linear(inputSize: 3, outputSize: 4, using: RandomGenerator(seed: 1))
    let x = TensorValue.random([6, 3], seed: 2).tensor()
    let expected = BatchNorm1d(4)(LeakyReLU()(linear(x)))
    #expect(block(x).numbers == expected.numbers)
  }

  @Test func aSequenceIsCalledInOrder() {
    let first = LeakyReLU(negativeSlope: 0.5)
    let second = LogSoftmax()
    let x = Tensor([1, -4], shape: [1, 2])
    #expect(Sequential([first, second])(x).numbers == second(first(x)).numbers)
    #expect(Sequential([])(x) === x)
  }

  @Test func theLinearLayersAreDrawnInOrder() {
    let model = ImageClassifier(
      inputSize: 5, outputSize: 2, hiddenSizes: [4, 3], regularization: .batchNorm,
      using: RandomGenerator(seed: 7))
    let generator = RandomGenerator(seed: 7)
    for (sizes, names) in zip(
      [(5, 4), (4, 3), (3, 2)], ["layers.0.block.0", "layers.1.block.0", "layers.2"])
    {
      let layer = Linear(inputSize: sizes.0, outputSize: sizes.1, using: generator)
      #expect(model.stateDictionary["\(names).weight"] == layer.weight.value)
      #expect(model.stateDictionary["\(names).bias"] == layer.bias.value)
    }
  }

  @Test func answersAreLogarithmsOfProbabilities() {
    let model = classifier(.batchNorm)
    let x = TensorValue.random([3, 784], seed: 1, in: 0...1).tensor()
    let y = model(x)
    #expect(y.shape == [3, 10])
    for row in 0..<3 {
      let sum = y.exponential().numbers[row * 10..<row * 10 + 10].reduce(0, +)
      expectClose([sum], [1])
    }
  }

  @Test func anAnswerInEvaluationDoesNotDependOnItsNeighbours() {
    let model = classifier(.batchNorm)
    let x = TensorValue.random([4, 784], seed: 1, in: 0...1)
    _ = model(x.tensor())
    model.evaluate()
    let together = model(x.tensor()).numbers
    let alone = model(Tensor(Array(x.floats.suffix(784)), shape: [1, 784])).numbers
    expectClose(Array(together.suffix(10)), alone)
  }

  // MARK: Hidden sizes

  @Test(arguments: [
    (784, 10, 5, [630, 476, 322, 168]), (784, 10, 3, [526, 268]), (784, 10, 2, [397]),
    (140, 4, 4, [106, 72, 38]), (4, 10, 3, [6, 8]), (5, 4, 3, [5, 5]), (3, 3, 2, [3]),
    (1, 1, 1, []), (1, 2, 2, [1]),
  ])
  func hiddenSizesAreAnArithmeticProgression(
    _ input: Int, _ output: Int, _ layers: Int, _ expected: [Int]
  ) {
    #expect(
      ImageClassifier.hiddenSizes(inputSize: input, outputSize: output, layerCount: layers)
        == expected)
  }

  /// With and without whole tiles, and for images that are mostly zero.
  @Test(arguments: [1, 3, 8, 20], [1, 4])
  func preparedForPredictionItGivesTheSameBits(_ batch: Int, _ share: Int) {
    let input = Tensor(
      RandomGenerator(seed: 1).uniform(batch * 784, from: 0, to: 1).enumerated().map {
        $0 % share == 0 ? $1 : 0
      }, shape: [batch, 784])
    let generator = CounterGenerator(seed: 1)
    for regularization in [
      .batchNorm, .dropout(probability: 0.5, generator: generator),
    ] as [Regularization] {
      let model = classifier(regularization)
      let expected = model.logProbabilities(of: input).numbers
      #expect(model.isTraining)
      model.prepareForPrediction()
      #expect(!model.isTraining)
      #expect(withoutGradients { model(input) }.numbers == expected)
    }
  }

  @Test func preparedForPredictionItCannotBeTrained() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let linear = Linear(inputSize: 2, outputSize: 3, using: RandomGenerator(seed: 0))
      linear.bias.copy(from: [1, 2, 3])
      linear.prepareForPrediction()
      linear.bias.copy(from: [1, 2, 3])
      linear.weight.copy(from: [1, 2, 3, 4, 5, 6])
    }
    expectSentence("numbers prepared for prediction cannot be overwritten", result)
  }
}
