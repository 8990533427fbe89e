import Foundation
import Testing

@testable import MNISTCore

@Suite struct EvaluationTests {
  // MARK: scikit-learn

  private struct Reference: Decodable {
    struct Case: Decodable {
      let name: String
      let classes: Int
      let labels: [Int]
      let predicted: [Int]
      let accuracy: String
      let matrix: [[Int]]
      let scores: [[String]]
      let macro: [String]
      let weighted: [String]
    }
    let cases: [Case]
  }

  @Test func everyFigureEqualsScikitLearnsToTheLastPrintedDigit() throws {
    let file = try Data(contentsOf: Fixture.url("scores.json"))
    let cases = try JSONDecoder().decode(Reference.self, from: file).cases
    #expect(cases.count == 5)
    for reference in cases {
      let evaluation = Evaluation(
        zip(reference.labels, reference.predicted).enumerated().map {
          var probabilities = [Float](repeating: 0, count: reference.classes)
          probabilities[$0.element.1] = 1
          return Classification(
            index: $0.offset, label: $0.element.0, probabilities: probabilities)
        })
      let confusion = evaluation.confusion
      #expect(confusion.counts == reference.matrix, "\(reference.name)")
      #expect(NumberText.fixed(evaluation.accuracy.value) == reference.accuracy)
      let found = confusion.scores.map { texts($0) + ["\($0.support)"] }
      #expect(found == reference.scores, "\(reference.name)")
      #expect(texts(confusion.macroAverage) == reference.macro, "\(reference.name)")
      #expect(texts(confusion.weightedAverage) == reference.weighted, "\(reference.name)")
      #expect(confusion.macroAverage.support == reference.labels.count)
    }
  }

  private func texts(_ scores: ClassScores) -> [String] {
    [scores.precision, scores.recall, scores.f1].map(NumberText.fixed)
  }

  // MARK: Confusions

  @Test func confusionsAreSortedByCountThenClasses() {
    let matrix = ConfusionMatrix(counts: [[5, 2, 3], [3, 9, 0], [2, 0, 7]])
    let found = matrix.confusions.map { [$0.label, $0.predicted, $0.count] }
    #expect(found == [[0, 2, 3], [1, 0, 3], [0, 1, 2], [2, 0, 2]])
    #expect(matrix.correct == 21)
    #expect(matrix.total == 31)
  }

  @Test func aConfusionMatrixHasOneClassOrMore() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = ConfusionMatrix(counts: [])
    }
    expectSentence("a confusion matrix is square", result)
    #expect(ConfusionMatrix(counts: [[3]]).classCount == 1)
  }

  @Test func classificationsWithoutLabelAreNotCounted() {
    let matrix = ConfusionMatrix(
      [
        Classification(index: 0, label: nil, probabilities: [1, 0]),
        Classification(index: 1, label: 0, probabilities: [0.4, 0.6]),
      ], classCount: 2)
    #expect(matrix.counts == [[0, 1], [0, 0]])
  }

  @Test func aMatrixOfPredictionsHasTheClassesThatAreNamed() {
    #expect(ConfusionMatrix(predicted: [0], labels: [0]).counts == [[1]])
    #expect(
      ConfusionMatrix(predicted: [0, 2], labels: [1, 0]).counts == [
        [0, 0, 1], [1, 0, 0], [0, 0, 0],
      ])
    #expect(
      ConfusionMatrix(predicted: [0, 1], labels: [0, 2]).counts == [
        [1, 0, 0], [0, 0, 0], [0, 1, 0],
      ])
  }

  @Test func aClassWithoutExamplesScoresNothing() {
    let none = ConfusionMatrix(counts: [[0, 0], [0, 0]])
    let one = ConfusionMatrix(counts: [[1, 0], [0, 0]])
    for (average, score, support) in [
      (none.weightedAverage, 0, 0), (none.macroAverage, 0, 0), (one.weightedAverage, 1, 1),
      (one.macroAverage, 0.5, 1),
    ] as [(ClassScores, Double, Int)] {
      #expect(
        average == ClassScores(precision: score, recall: score, f1: score, support: support))
    }
  }

  // MARK: Accuracy

  @Test(arguments: [
    (0, 10, 0.0, 0.27753279986288926), (10, 10, 0.7224672001371109, 1.0),
    (9803, 10_000, 0.9773861410957926, 0.9828449900693356),
    (1, 2, 0.09453120573423074, 0.9054687942657693),
    (37, 120, 0.23272736988916295, 0.3958299772380067),
  ])
  func theIntervalIsWilsonsAsSciPyComputesIt(
    _ successes: Int, _ trials: Int, _ lower: Double, _ upper: Double
  ) {
    let interval = Proportion(successes: successes, trials: trials).interval95
    #expect(abs(interval.lowerBound - lower) < 1e-12)
    #expect(abs(interval.upperBound - upper) < 1e-12)
  }

  /// Of these, rounding would pass one end or the other.
  @Test(arguments: [(11, 11), (500, 500), (0, 21), (0, 500), (1, 1)])
  func theIntervalLiesBetweenNoneAndAll(_ successes: Int, _ trials: Int) {
    let interval = Proportion(successes: successes, trials: trials).interval95
    #expect(interval.lowerBound >= 0 && interval.upperBound <= 1)
  }

  @Test func oneExampleIsEnoughToBeMeasured() {
    let evaluation = Evaluation([Classification(index: 0, label: 0, probabilities: [1])])
    #expect(evaluation.accuracy == Proportion(successes: 1, trials: 1))
  }

  @Test func theStandardErrorIsTheBinomialDistributions() {
    let accuracy = Proportion(successes: 9, trials: 10)
    #expect(accuracy.value == 0.9)
    #expect(abs(accuracy.standardError - 0.09486832980505137) < 1e-15)
  }

  // MARK: Calibration

  @Test func binsHoldWhatLiesAboveTheLowerEdgeAndUpToTheUpper() {
    func example(_ confidence: Float, correct: Bool) -> Classification {
      Classification(
        index: 0, label: correct ? 0 : 1, probabilities: [confidence, 0, 1 - confidence],
        predicted: 0)
    }
    let calibration = Calibration(
      [
        example(0.5, correct: false), example(0.75, correct: true), example(0.75, correct: true),
        example(1, correct: true), example(0.875, correct: false),
      ], binCount: 4)
    #expect(calibration.bins.map(\.count) == [0, 1, 2, 2])
    #expect(calibration.bins.map(\.accuracy) == [0, 0, 1, 0.5])
    #expect(calibration.bins.map(\.confidence) == [0, 0.5, 0.75, 0.9375])
    #expect(calibration.bins.map(\.upper) == [0.25, 0.5, 0.75, 1])
    // (1 · 0.5 + 2 · 0.25 + 2 · 0.4375) / 5
    #expect(abs(calibration.expectedError - 0.375) < 1e-15)
  }

  /// Rounding may give a probability a little above 1.
  @Test func whatLiesBeyondTheBinsIsInTheNearestAndWhatHasNoLabelInNone() {
    func example(_ confidence: Float, label: Int? = 0) -> Classification {
      Classification(index: 0, label: label, probabilities: [confidence, 0], predicted: 0)
    }
    let calibration = Calibration(
      [example(0), example(0.5, label: nil), example(0.25, label: 1), example(1.0009765625)],
      binCount: 2)
    #expect(
      calibration.bins == [
        .init(lower: 0, upper: 0.5, count: 2, confidence: 0.125, accuracy: 0.5),
        .init(lower: 0.5, upper: 1, count: 1, confidence: 1.0009765625, accuracy: 1),
      ])
    #expect(Calibration([example(0.75)], binCount: 1).expectedError == 0.25)
    let none = Calibration([])
    #expect(none.bins.count == 10 && none.expectedError == 0)
  }

  // MARK: Classifications

  @Test func ranksAreByProbabilityThenClass() {
    let example = Classification(index: 3, label: 2, probabilities: [0.1, 0.4, 0.4, 0.1])
    #expect(example.ranking == [1, 2, 0, 3])
    #expect(example.predicted == 1)
    #expect(example.confidence == 0.4)
    #expect(example.isCorrect == false)
    #expect(Classification(index: 0, label: nil, probabilities: [1]).isCorrect == nil)
  }

  @Test func theWorstMistakesAreTheMostCertain() {
    let evaluation = Evaluation([
      Classification(index: 0, label: 0, probabilities: [0.1, 0.9]),
      Classification(index: 1, label: 1, probabilities: [0.1, 0.9]),
      Classification(index: 2, label: 1, probabilities: [0.99, 0.01]),
      Classification(index: 3, label: 0, probabilities: [0.1, 0.9]),
    ])
    #expect(evaluation.worstMistakes.map(\.index) == [2, 0, 3])
    #expect(evaluation.accuracy == Proportion(successes: 1, trials: 4))
  }

  @Test func aModelsClassificationsAreItsPredictions() throws {
    let images = SmallSets.fields(21)
    let model = SmallSets.settings(images).makeModel(
      using: RandomGenerator(seed: 1), dropout: CounterGenerator(seed: 1))
    let dataset = ImageDataset(images)
    let found = try model.classifications(of: dataset, batchSize: 8)
    #expect(found.map(\.predicted) == model.predictedLabels(of: dataset, batchSize: 21))
    #expect(found.map(\.index) == Array(0..<21))
    #expect(found.map(\.label) == images.labels.map { Int($0) })
    for example in found {
      let sum = example.probabilities.reduce(0, +)
      #expect(abs(sum - 1) < 1e-5)
      #expect(example.confidence == example.probabilities.max())
    }
    let unknown = try model.classifications(of: dataset, batchSize: 8, labelsAreKnown: false)
    #expect(unknown.allSatisfy { $0.label == nil })
  }

  @Test func answersThatAreNoProbabilitiesAreRefused() throws {
    let inputs = Tensor([-0.693_147_2, -0.693_147_2, 1, 2], shape: [2, 2])
    let data = TensorDataset(inputs: inputs, labels: [0, 1])
    let error = #expect(throws: ClassificationError.self) {
      try Sequential([]).classifications(of: data, batchSize: 1)
    }
    #expect(
      error?.description
        == "the model's answer to image 1 is no logarithms of probabilities (expected probabilities that "
        + "add up to 1, found \(exp(Float(1)) + exp(Float(2))))")
    let together = #expect(throws: ClassificationError.self) {
      try Sequential([]).classifications(of: data, batchSize: 2)
    }
    #expect(together?.description.hasPrefix("the model's answer to image 1 is no ") == true)
    let overflowing = TensorDataset(inputs: Tensor([.nan, 0], shape: [1, 2]), labels: [0])
    #expect(throws: ClassificationError.self) {
      try LogSoftmax().classifications(of: overflowing, batchSize: 1)
    }
  }
  @Test func probabilitiesAddUpToOneWithinAThousandth() {
    func answer(_ sum: Float) throws {
      let inputs = Tensor([log(0.5), log(sum - 0.5)], shape: [1, 2])
      _ = try Sequential([]).classifications(
        of: TensorDataset(inputs: inputs, labels: [0]), batchSize: 1)
    }
    for sum: Float in [0.9992, 1.0008] { #expect(throws: Never.self) { try answer(sum) } }
    for sum: Float in [0.9985, 1.0015] {
      #expect(throws: ClassificationError.self) { try answer(sum) }
    }
  }
}
