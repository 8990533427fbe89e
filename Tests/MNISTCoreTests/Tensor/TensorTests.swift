import Testing

@testable import MNISTCore

@Suite struct TensorTests {
  @Test func aTensorHoldsItsNumbersInTheOrderOfC() {
    let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect(matrix.shape == [2, 3])
    #expect(matrix.count == 6)
    #expect(matrix.numbers == [1, 2, 3, 4, 5, 6])
    #expect(matrix.value == TensorValue([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]))
  }

  @Test func vectorsNumbersAndRepetitions() {
    #expect(Tensor([1, 2]).shape == [2])
    #expect(Tensor(7).shape == [])
    #expect(Tensor(7).item == 7)
    #expect(Tensor([7], shape: [1, 1]).item == 7)
    #expect(Tensor(repeating: 3, shape: [2, 2]).numbers == [3, 3, 3, 3])
    #expect(Tensor(repeating: 3, shape: []).item == 3)
    #expect(Tensor([], shape: [0, 4]).numbers == [])
  }

  @Test func itsTextIsItsShapeAndItsFirstEightNumbers() {
    #expect("\(Tensor([0.5, 1, -2]))" == "Tensor [3]: 0.5, 1.0, -2.0")
    let numbers = (1...9).map { Float($0) }
    #expect(
      "\(Tensor(Array(numbers[..<8]), shape: [2, 4]))"
        == "Tensor [2, 4]: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0")
    #expect("\(Tensor(numbers))" == "Tensor [9]: 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, …")
  }

  @Test func aTensorOwnsItsNumbers() {
    var numbers: [Float] = [1, 2]
    let tensor = Tensor(numbers)
    numbers[0] = 9
    #expect(tensor.numbers == [1, 2])
  }

  @Test func aTensorIsAReference() {
    let tensor = Tensor([1, 2])
    let same = tensor
    let value = tensor.value
    tensor.copy(from: [5, 6])
    #expect(same.numbers == [5, 6])
    #expect(value == TensorValue([1, 2] as [Float], shape: [2]))
  }

  @Test func operationsLeaveTheirInputsAlone() {
    let x = Tensor([1, -2])
    let y = Tensor([3, 4])
    _ = (x + y, x * y, -x, x.leakyReLU(negativeSlope: 0.1), x.sum(), x.reshaped([2, 1]))
    #expect(x.numbers == [1, -2])
    #expect(y.numbers == [3, 4])
  }

  @Test func onlyWhatWasAskedToRequiresAGradient() {
    #expect(!Tensor([1]).requiresGradient)
    #expect(!Tensor([1], shape: [1]).requiresGradient)
    #expect(!Tensor(repeating: 1, shape: [2]).requiresGradient)
    #expect(Tensor(repeating: 1, shape: [2], requiresGradient: true).requiresGradient)
    #expect(Tensor([1], requiresGradient: true).requiresGradient)
    #expect(Parameter(Tensor([1])).requiresGradient)
    #expect(!Buffer(Tensor([1])).requiresGradient)
    #expect(Tensor([1]).gradient == nil)
  }
}
