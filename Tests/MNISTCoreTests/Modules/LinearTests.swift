import MNISTCore
import Testing

@Suite struct LinearTests {
  @Test func startValuesAreUniformInOneOverTheRootOfTheInputs() {
    let layer = Linear(inputSize: 25, outputSize: 400, using: RandomGenerator(seed: 1))
    for numbers in [layer.weight.numbers, layer.bias.numbers] {
      let largest = numbers.map(abs).max() ?? 0
      #expect(largest <= 0.2 && largest > 0.19)
      let mean = numbers.reduce(0, +) / Float(numbers.count)
      #expect(abs(mean) < 0.02)
    }
    #expect(layer.weight.shape == [400, 25])
    #expect(layer.bias.shape == [400])
  }

  @Test func theWeightIsDrawnBeforeTheBias() {
    let layer = Linear(inputSize: 4, outputSize: 3, using: RandomGenerator(seed: 2))
    let draws = RandomGenerator(seed: 2).uniform(15, from: -0.5, to: 0.5)
    #expect(layer.weight.numbers + layer.bias.numbers == draws)
  }

  @Test func itIsPrintedAsInPyTorch() {
    #expect(
      Linear(inputSize: 784, outputSize: 630, using: RandomGenerator(seed: 0)).description
        == "Linear(in_features=784, out_features=630, bias=True)")
  }
}
