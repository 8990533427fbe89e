import Testing

@testable import MNISTCore

@Suite struct ProcessorTests {
  @Test func thereIsAtLeastOneProcessor() {
    #expect(Processor.count >= 1)
  }

  /// The tests run, so the processor can do what the library was compiled for.
  @Test func nothingIsMissingWhereTheTestsRun() {
    #expect(Processor.missingInstructions == [])
  }

  @Test func anotherProcessorIsASentence() {
    #expect(
      DeviceError.otherProcessor(missing: ["avx2", "fma"]).description
        == "this program was built for another processor (expected one with avx2, fma; "
        + "build it on this machine, or with MNIST_TARGET=x86-64 for any)")
  }
}
