import Testing

@testable import MNISTCore

@Suite struct ShiftedMeanTests {
  /// Two classes: the first has the probability that one pixel tells.
  private final class OnePixel: Module {
    var isTraining = true
    private let place: Int

    init(_ place: Int) { self.place = place }

    func callAsFunction(_ input: Tensor) -> Tensor {
      let (numbers, size) = (input.numbers, input.shape[1])
      let found = (0..<input.shape[0]).flatMap { row -> [Float] in
        let number = numbers[row * size + place]
        return [number, 1 - number]
      }
      return Tensor(found, shape: [input.shape[0], 2]).logarithm()
    }
  }

  /// Of images of two rows and three columns:
  /// ```
  /// 0.1 0.2 0.3    0.9 0.8 0.7
  /// 0.4 0.5 0.6    0.6 0.5 0.4
  /// ```
  private let inputs = Tensor(
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], shape: [2, 6])

  /// Of the nine pixels around the place those inside count, and the others are 0.
  @Test(
    arguments: [
      (0, [0.1, 0.2, 0.4, 0.5], [0.9, 0.8, 0.6, 0.5]),
      (1, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]),
      (5, [0.2, 0.3, 0.5, 0.6], [0.8, 0.7, 0.5, 0.4]),
    ] as [(Int, [Float], [Float])])
  func theAnswerIsTheMeanOverNineShifts(_ place: Int, _ first: [Float], _ second: [Float]) {
    let model = ShiftedMean(OnePixel(place), size: ImageSize(height: 2, width: 3))
    let found = model.logProbabilities(of: inputs).exponential().numbers
    let expected: [Float] = [first, second].flatMap { pixels -> [Float] in
      let mean = pixels.reduce(0, +) / 9
      return [mean, 1 - mean]
    }
    #expect(found.count == 4)
    for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-6) }
  }

  /// Batch normalisation and dropout are off in it, too.
  @Test func theInnerModelIsEvaluated() throws {
    let images = SmallSets.fields(20, height: 4, width: 6, classes: 3)
    let model = SmallSets.settings(images, useDropout: true).makeModel(
      using: RandomGenerator(seed: 1), dropout: CounterGenerator(seed: 1))
    let mean = ShiftedMean(model, size: ImageSize(height: 4, width: 6))
    let dataset = ImageDataset(images)
    let found = try mean.classifications(of: dataset, batchSize: 7)
    #expect(try mean.classifications(of: dataset, batchSize: 20) == found)
    let plain = try model.classifications(of: dataset, batchSize: 7)
    #expect(found.map(\.probabilities) != plain.map(\.probabilities))
    #expect(model.isTraining)
  }
}
