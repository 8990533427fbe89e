import MNISTCore
import Testing

@Suite struct TensorValueTests {
  @Test func aCopyDoesNotFollowTheOriginal() {
    var numbers: [Float] = [1, 2, 3]
    let value = TensorValue(numbers, shape: [3])
    numbers[0] = 9
    #expect(value == TensorValue([1, 2, 3] as [Float], shape: [3]))
  }
}
