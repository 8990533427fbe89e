import Testing

@testable import MNISTCore

@Suite struct CPUStorageTests {
  @Test func memoryBeginsAtACacheLine() {
    for count in [0, 1, 15, 16, 17, 1_000] {
      let buffer = CPUStorage(count: count)
      #expect(UInt(bitPattern: buffer.start) % 64 == 0)
    }
  }

  /// Kernels write whole vectors: what lies beyond the numbers must belong to the buffer.
  @Test func wholeVectorsBeyondTheNumbersDisturbNobody() {
    let buffers = (1...70).map { CPUStorage([Float](repeating: Float($0), count: $0)) }
    for buffer in buffers {
      let padded = (buffer.count + 15) / 16 * 16
      for i in buffer.count..<padded { buffer.start[i] = -1 }
    }
    for buffer in buffers {
      #expect(buffer.numbers == [Float](repeating: Float(buffer.count), count: buffer.count))
    }
  }

  @Test func whatLiesBeyondTheNumbersIsNotCounted() {
    let x = CPUStorage([3])
    x.start[1] = 100
    for reduction in [Reduction.sum(dividedBy: 1), .maximum] {
      #expect(x.device.download(x.device.reduce(reduction, x, from: [], to: [])) == [3])
    }
  }

  @Test func memoryIsUsedAgain() {
    // A size that no other test uses, so that none takes the block in between.
    let count = 1_234_567
    let first = CPUStorage(count: count).start
    let second = CPUStorage(count: count).start
    #expect(first == second)
  }
}
