import MNISTCore
import Testing

@Suite struct DropoutTests {
  private func layer(_ probability: Double, seed: UInt64 = 1) -> Dropout {
    Dropout(probability: probability, using: CounterGenerator(seed: seed))
  }

  @Test(arguments: [0.1, 0.3, 0.5, 0.9])
  func theShareOfZerosIsTheProbabilityAndTheMeanStays(_ probability: Double) {
    let count = 200_000
    let y = layer(probability)(Tensor(repeating: 1, shape: [count])).numbers
    let kept = Float(1 / (1 - probability))
    #expect(y.allSatisfy { $0 == 0 || $0 == kept })
    let share = Double(y.count { $0 == 0 }) / Double(count)
    // Five standard deviations.
    let limit = 5 * (probability * (1 - probability) / Double(count)).squareRoot()
    #expect(abs(share - probability) < limit)
    let mean = y.reduce(0) { $0 + Double($1) } / Double(count)
    #expect(abs(mean - 1) < limit / (1 - probability) + 1e-6)
  }

  @Test func whatIsDroppedGetsNoGradient() {
    let x = Tensor(repeating: 2, shape: [100], requiresGradient: true)
    let y = layer(0.5)(x)
    y.backward(from: Tensor(repeating: 1, shape: [100]))
    #expect(x.gradient?.numbers == y.numbers.map { $0 / 2 })
  }

  @Test func eachMaskIsANewOneAndASeedRepeatsThem() {
    let (first, second, other) = (layer(0.5), layer(0.5), layer(0.5, seed: 2))
    let x = Tensor(repeating: 1, shape: [64])
    let masks = (0..<2).map { _ in first(x).numbers }
    #expect(masks[0] != masks[1])
    #expect((0..<2).map { _ in second(x).numbers } == masks)
    #expect(other(x).numbers != masks[0])
  }

  @Test func layersThatShareAGeneratorHaveDifferentMasks() {
    let generator = CounterGenerator(seed: 1)
    let x = Tensor(repeating: 1, shape: [64])
    let layers = (0..<2).map { _ in Dropout(probability: 0.5, using: generator) }
    #expect(layers[0](x).numbers != layers[1](x).numbers)
    #expect(generator.count == 128)
  }

  @Test func nothingChangesInEvaluation() {
    let generator = CounterGenerator(seed: 1)
    let layer = Dropout(probability: 0.5, using: generator)
    layer.evaluate()
    let x = Tensor([1, 2, 3])
    #expect(layer(x).numbers == [1, 2, 3])
    #expect(generator.count == 0)
    layer.train()
    _ = layer(x)
    #expect(generator.count == 3)
  }

  @Test func probabilityZeroChangesNothing() {
    let (x, generator) = (Tensor([1, 2, 3]), CounterGenerator(seed: 1))
    #expect(Dropout(probability: 0, using: generator)(x) === x)
    #expect(generator.count == 0)
    #expect(x.dropout(probability: 0, using: generator).numbers == [1, 2, 3])
  }

  @Test(arguments: [1, 2, 3])
  func theMaskIsTheSameForAnyThreadCount(_ threads: Int) {
    let x = Tensor(repeating: 1, shape: [7, 10_001])
    let found = ThreadPool.use(threadCount: threads) {
      layer(0.3)(x).numbers
    }
    let expected = ThreadPool.use(threadCount: 1) {
      layer(0.3)(x).numbers
    }
    #expect(found == expected)
  }

  @Test func itIsPrintedAsInPyTorch() {
    #expect(layer(0.3).description == "Dropout(p=0.3, inplace=False)")
  }
}
