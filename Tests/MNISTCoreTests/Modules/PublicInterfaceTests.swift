// No @testable here: what another package can do with the library.
import MNISTCore
import Testing

@Suite struct PublicInterfaceTests {
  /// Points on a line, with the side they are on.
  private struct Points: Dataset {
    let count = 40

    func batch(_ indices: ArraySlice<Int>) -> Batch {
      let numbers = indices.map { Float($0) / 20 - 1 }
      return Batch(
        inputs: Tensor(numbers, shape: [indices.count, 1]),
        labels: numbers.map { $0 < 0 ? 0 : 1 })
    }
  }

  @Test func aDatasetOfOnesOwnTrainsAClassifier() throws {
    let generator = RandomGenerator(seed: 1)
    let model = ImageClassifier(
      inputSize: 1, outputSize: 2, hiddenSizes: [8], regularization: .batchNorm, using: generator)
    let trainer = Trainer(model: model, optimizer: Adam(model.parameters, learningRate: 0.05))
    try trainer.train(
      Points(), validating: Points(), epochCount: 20, batchSize: 8, using: generator)
    #expect(model.accuracy(on: Points(), batchSize: 40) > 0.9)
  }

  @Test func statesCanBeMadeAndTaken() {
    let parameter = Parameter(Tensor([1, 2]))
    let optimizer = Adam([parameter])
    let moment = TensorValue([0.5, 0.25] as [Float], shape: [2])
    let state = Adam.State(step: 3, expAvg: moment, expAvgSq: moment)
    optimizer.state = [state]
    #expect(optimizer.state == [state])

    let generator = RandomGenerator(seed: 1)
    let words = generator.state.words
    generator.state = RandomGenerator.State(words: words, position: 5)
    #expect(generator.state.position == 5)
  }
}
