import Testing

@testable import MNISTCore

@Suite struct MatrixOperationsTests {
  @Test func aProductByHand() {
    let a = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let b = Tensor([7, 8, 9, 10, 11, 12], shape: [3, 2])
    #expect(a.matrixProduct(b).value == TensorValue([58, 64, 139, 154] as [Float], shape: [2, 2]))
  }

  @Test func linearByHand() {
    let x = Tensor([1, 2], shape: [1, 2])
    let weight = Tensor([3, 4, 5, 6, 7, 8], shape: [3, 2])
    let y = x.linear(weight: weight, bias: Tensor([100, 200, 300]))
    #expect(y.value == TensorValue([111, 217, 323] as [Float], shape: [1, 3]))
  }

  @Test(arguments: [[1, 1, 1], [2, 7, 17], [3, 33, 1], [31, 65, 129]])
  func linearIsTheProductPlusTheBias(_ sizes: [Int]) {
    let (batch, inputs, outputs) = (sizes[0], sizes[1], sizes[2])
    let x = TensorValue.random([batch, inputs], seed: 1).tensor()
    let weight = TensorValue.random([outputs, inputs], seed: 2).tensor()
    let bias = TensorValue.random([outputs], seed: 3).tensor()
    let expected = (0..<batch * outputs).map { place in
      let (row, output) = place.quotientAndRemainder(dividingBy: outputs)
      return Float(
        (0..<inputs).reduce(Double(bias.numbers[output])) {
          $0 + Double(x.numbers[row * inputs + $1]) * Double(weight.numbers[output * inputs + $1])
        })
    }
    expectClose(
      x.linear(weight: weight, bias: bias).value,
      TensorValue(expected, shape: [batch, outputs]))
  }

  /// Images are mostly zero, and zeros are left out where that changes nothing: 0 · ∞ is not left out.
  @Test(arguments: [Float.infinity, -.infinity, .nan], [0, 70, 129])
  func aWeightThatIsNotFiniteShowsBehindAZero(_ number: Float, _ place: Int) throws {
    var numbers = [Float](repeating: 1, count: 130)
    numbers[place] = number
    let x = Tensor(repeating: 0, shape: [40, 65])
    let weight = Tensor(numbers, shape: [2, 65], requiresGradient: true)
    let y = x.linear(weight: weight, bias: Tensor([5, 5]))
    let isInFirst = place < 65
    for row in 0..<40 {
      #expect(y.numbers[2 * row].isNaN == isInFirst)
      #expect(y.numbers[2 * row + 1].isNaN != isInFirst)
    }
    y.backward(from: Tensor(repeating: number, shape: [40, 2]))
    #expect(try #require(weight.gradient).numbers.allSatisfy(\.isNaN))
  }

  /// Forward and backward, to the last bit: the activation in the product's epilogue is the same one.
  @Test(arguments: [[2, 7, 17], [3, 33, 1], [8, 5, 48], [65, 64, 130]])
  func aProductWithItsActivationIsTheTwoInARow(_ sizes: [Int]) {
    let (batch, inputs, outputs) = (sizes[0], sizes[1], sizes[2])
    let upstream = TensorValue.random([batch, outputs], seed: 4).tensor()
    func results(_ apply: (Tensor, Tensor, Tensor) -> Tensor) -> [TensorValue?] {
      let x = TensorValue.random([batch, inputs], seed: 1).tensor(requiresGradient: true)
      let weight = TensorValue.random([outputs, inputs], seed: 2).tensor(requiresGradient: true)
      let bias = TensorValue.random([outputs], seed: 3).tensor(requiresGradient: true)
      let y = apply(x, weight, bias)
      let value = y.value
      y.backward(from: upstream)
      return [value, x.gradient?.value, weight.gradient?.value, bias.gradient?.value]
    }
    let one = results { $0.linear(weight: $1, bias: $2, negativeSlope: 0.01) }
    let two = results { $0.linear(weight: $1, bias: $2).leakyReLU(negativeSlope: 0.01) }
    #expect(one == two)
  }

  /// To the last bit too: on the way back one pass goes through normalisation and activation.
  @Test(arguments: [[2, 7, 17], [3, 33, 1], [8, 5, 48], [65, 64, 130]])
  func aWholeBlockIsItsThreeLayersInARow(_ sizes: [Int]) {
    let (batch, inputs, outputs) = (sizes[0], sizes[1], sizes[2])
    let upstream = TensorValue.random([batch, outputs], seed: 4).tensor()
    func results(_ module: any Module) -> [TensorValue?] {
      let x = TensorValue.random([batch, inputs], seed: 1).tensor(requiresGradient: true)
      let parameters = module.parameters
      // The weight of the normalisation, which starts at 1.
      parameters[2].copy(from: TensorValue.random([outputs], seed: 3).floats)
      let y = module(x)
      let value = y.value
      y.backward(from: upstream)
      let state = module.stateDictionary
      return [value, x.gradient?.value] + state.names.map { state[$0] }
        + parameters.map { $0.gradient?.value }
    }
    let one = results(
      Block(
        inputSize: inputs, outputSize: outputs, regularization: .batchNorm,
        using: RandomGenerator(seed: 2)))
    let three = results(
      Sequential([
        Linear(inputSize: inputs, outputSize: outputs, using: RandomGenerator(seed: 2)),
        LeakyReLU(), BatchNorm1d(outputs),
      ]))
    #expect(one == three)
    #expect(one.allSatisfy { $0 != nil })
  }

  @Test func onlyWhatIsAskedForGetsAGradient() {
    let x = Tensor([1, 2], shape: [1, 2])
    let weight = Parameter(Tensor([3, 4], shape: [1, 2]))
    let bias = Tensor([5])
    x.linear(weight: weight, bias: bias).backward()
    #expect(weight.gradient?.numbers == [1, 2])
    #expect(x.gradient == nil)
    #expect(bias.gradient == nil)
  }

  @Test func reshapingKeepsTheNumbers() {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3], requiresGradient: true)
    let y = x.reshaped([3, 2])
    #expect(y.value == TensorValue([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2]))
    y.backward(from: Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
    #expect(
      x.gradient?.value == TensorValue([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]))
  }
}
