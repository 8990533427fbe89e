import Foundation
import Testing

@testable import MNISTCore

@Suite struct MachineTests {
  @Test func thereIsAtLeastOneProcessor() {
    #expect(Processor.count >= 1)
  }

  /// The tests run, so the processor can do what the library was compiled for.
  @Test func nothingIsMissingWhereTheTestsRun() {
    #expect(ProcessorCheck.missingInstructions == [])
  }

  @Test func anotherProcessorIsASentence() {
    #expect(
      ProcessorCheck.sentence(missing: ["avx2", "fma"])
        == "this program was built for another processor (expected one with avx2, fma; "
        + "build it on this machine, or with MNIST_TARGET=x86-64 for any)")
  }

  @Test func memoryIsPromisedOnlyWhereItIsThere() {
    #expect(SystemMemory.has(1))
    #expect(!SystemMemory.has(.max))
    #expect(!SystemMemory.has(1 << 60))
    #expect(SystemMemory.byteCount > 64 << 20)
  }

  @Test func aDescriptorIsWaitedForUntilItIsReady() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(!SystemError.wait(for: POLLIN, on: ends[0], milliseconds: 1))
    #expect(SystemError.wait(for: POLLOUT, on: ends[1], milliseconds: 1))
    #expect(write(ends[1], "x", 1) == 1)
    #expect(SystemError.wait(for: POLLIN, on: ends[0], milliseconds: 1))
    #expect(SystemError.mayPass(EINTR) && SystemError.mayPass(EAGAIN))
    #expect(!SystemError.mayPass(EPIPE))
  }

  @Test func theClocksGoForwardInSeconds() {
    // 2020 and 2100.
    #expect((1_577_836_800..<4_102_444_800).contains(SystemClock.wallTime))
    let start = SystemClock.monotonicTime
    usleep(20_000)
    #expect((0.02..<60).contains(SystemClock.monotonicTime - start))
  }

  @Test func aLimitOnItsRateLetsThroughTheFirstAndThenAfterItsTime() {
    var limit = RateLimit(seconds: 2)
    let times: [Double] = [100, 100.5, 101.99, 102, 103.9, 110, 111, 112]
    #expect(
      times.map { limit.lets(through: $0) }
        == [true, false, false, true, false, true, false, true])
    var always = RateLimit(seconds: 0)
    #expect([5.0, 5, 5].map { always.lets(through: $0) } == [true, true, true])
  }

  @Test func whatIsUsedAlreadyIsNotThereAnyMore() {
    let used = SystemMemory.usedByteCount
    #expect((0..<SystemMemory.byteCount).contains(used))
    #if os(Linux)
      #expect(used > 1 << 20)
    #endif
  }

  @Test func aFileOfTheSystemsIsReadAsFarAsItIsWanted() throws {
    try SmallSets.withFolder(["f": Array("some text".utf8)]) { folder in
      #expect(SystemFile.text("\(folder)/f") == "some text")
      #expect(SystemFile.text("\(folder)/f", limit: 4) == "some")
      #expect(SystemFile.text("\(folder)/none") == nil)
      #expect(SystemFile.text(folder) == "" || SystemFile.text(folder) == nil)
    }
  }
}
