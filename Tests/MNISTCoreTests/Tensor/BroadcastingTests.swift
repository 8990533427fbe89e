import Testing

@testable import MNISTCore

@Suite struct BroadcastingTests {
  private static let pairs: [(a: [Int], b: [Int], both: [Int]?)] = [
    ([2, 3], [2, 3], [2, 3]), ([2, 3], [3], [2, 3]), ([2, 1], [1, 3], [2, 3]),
    ([], [2, 3], [2, 3]), ([], [], []), ([4, 1, 3], [2, 1], [4, 2, 3]), ([1], [0], [0]),
    ([2, 3], [2], nil), ([2], [3], nil), ([0], [2], nil),
  ]

  @Test(arguments: pairs)
  func shapesAreAlignedAtTheLastAxis(_ a: [Int], _ b: [Int], _ expected: [Int]?) {
    #expect(Tensor.broadcastShape(a, b) == expected)
    #expect(Tensor.broadcastShape(b, a) == expected)
  }

  @Test func rowsColumnsAndNumbersAreRepeated() {
    let matrix = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    #expect((matrix + Tensor([10, 20, 30])).numbers == [11, 22, 33, 14, 25, 36])
    #expect((matrix + Tensor([10, 20], shape: [2, 1])).numbers == [11, 12, 13, 24, 25, 26])
    #expect((Tensor([1, 2], shape: [2, 1]) * Tensor([3, 4])).numbers == [3, 4, 6, 8])
    #expect((Tensor([1, 2], shape: [2, 1]) * Tensor([3, 4])).shape == [2, 2])
    #expect((matrix - Tensor(1)).numbers == [0, 1, 2, 3, 4, 5])
  }

  @Test func anAxisInTheMiddleIsRepeated() {
    let x = Tensor([1, 2, 3, 4], shape: [2, 1, 2])
    #expect(x.broadcast(to: [2, 2, 2]).numbers == [1, 2, 1, 2, 3, 4, 3, 4])
    #expect(x.broadcast(to: [2, 1, 2]) === x)
  }

  @Test func theGradientIsSummedOverWhatWasRepeated() {
    let row = Tensor([1, 2], requiresGradient: true)
    let number = Tensor(5, requiresGradient: true)
    let upstream = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2])
    (row.broadcast(to: [3, 2]) + number).backward(from: upstream)
    #expect(row.gradient?.numbers == [9, 12])
    #expect(number.gradient?.shape == [])
    #expect(number.gradient?.item == 21)
  }
}
