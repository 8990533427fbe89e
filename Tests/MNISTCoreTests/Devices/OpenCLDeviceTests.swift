import Foundation
import Testing

@testable import MNISTCore

/// That it computes what every device must is tested in `DeviceOperationTests`.
@Suite(.enabled(if: TestedGPU.device != nil, TestedGPU.isMissing))
struct OpenCLDeviceTests {
  private let device: OpenCLDevice

  init() throws { device = try #require(TestedGPU.device) }

  private func bits(_ numbers: [Float]) -> [UInt32] { numbers.map(\.bitPattern) }

  @Test(arguments: DeviceCalls.allCases)
  func theSameCallsGiveTheSameBits(_ operation: DeviceCalls) {
    for call in operation.calls {
      let (first, second) = (call.results(device), call.results(device))
      #expect(first.map(bits) == second.map(bits), "\(operation) \(call.name)")
    }
  }

  /// So it is only a matter of speed which one computes.
  @Test(arguments: [(33, 65, 7), (64, 64, 784), (70, 30, 129)])
  func everyVariantOfTheProductGivesTheSameBits(_ m: Int, _ n: Int, _ k: Int) {
    let a = device.upload(DeviceCalls.numbers(m * k, 1))
    let b = device.upload(DeviceCalls.numbers(k * n, 2))
    let product = MatrixProduct(
      a: Matrix(a, rows: m, columns: k), b: Matrix(b, rows: k, columns: n))
    let results = ProductKernels.variants.map { variant in
      bits(device.download(device.multiply(product, with: variant)))
    }
    #expect(results.count == 2)
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func aRunOfTheSameSeedHasTheSameBytes() throws {
    let images = SmallSets.fields(40, height: 3, width: 5, classes: 3)
    let settings = SmallSets.settings(images, hiddenSizes: [9, 6], useDropout: true)
    let states = try (0..<2).map { _ in
      try GPU.use(device) {
        let run = TrainingRun(settings, images: images)
        try run.train()
        return Checkpoint(settings: settings, state: run.state).encoded(as: .safeTensors)
      }
    }
    #expect(states[0] == states[1])
  }

  /// A number that is fetched early is the one that was there.
  @Test func aLossIsWhatItWasBeforeItWasOverwritten() {
    let x = device.upload([1, 2, 3])
    let sum = device.reduce(.sum(dividedBy: 1), x, from: [3], to: [])
    device.fill(Overwriting(x), with: 7)
    #expect(device.download(sum) == [6])
    device.fill(Overwriting(sum), with: 5)
    #expect(device.download(sum) == [5])
  }

  /// The default model: one product forward and two back for each of its five layers, but no gradient of the
  /// images; the batch, four normalisations, the loss, and one update of all parameters.
  @Test func aStepOfTheDefaultModelIsTheseLaunches() throws {
    let images = SmallSets.fields(8, height: 28, width: 28, classes: 10)
    var settings = SmallSets.settings(
      images,
      hiddenSizes: ImageClassifier.hiddenSizes(inputSize: 784, outputSize: 10, layerCount: 5),
      useDropout: false)
    settings.epochCount = 1
    settings.batchSize = 2
    settings.trainRatio = 0.5
    var launches: [[String: Int]] = []
    // Its own: other tests launch theirs meanwhile.
    let device = try TestedGPU.another()
    try GPU.use(device) {
      let run = TrainingRun(settings, images: images)
      try run.train { event in
        if case .epoch = event { return }
        launches.append(device.queue.launches)
      }
    }
    #expect(launches.count == 4)
    var step = launches[1].merging(launches[0]) { $0 - $1 }.filter { $0.value > 0 }
    // Running statistics are kept aside in a step that follows a slow one.
    step["copy_rows"] = nil
    let products = ProductKernels.variants.reduce(0) {
      $0 + (step.removeValue(forKey: $1.name) ?? 0)
    }
    #expect(products == 14)
    #expect(
      step == [
        "gather_bytes": 1, "batch_norm": 4, "log_softmax": 1, "negative_log_likelihood": 1,
        "fill": 1, "negative_log_likelihood_gradient": 1, "log_softmax_gradient": 1,
        "column_sums": 1, "batch_norm_gradients": 4, "adam": 1,
      ])
  }

  // MARK: Memory

  @Test func buffersThatWaitAreUsedAgain() throws {
    let queue = try TestedGPU.queue(memory: 1 << 20, largest: 1 << 20)
    let first = try (0..<20).map { _ in try #require(queue.take(256)) }
    #expect(Set(first).count == 20)
    for buffer in first { queue.give(buffer, 256) }
    // One of the next size, for which there is room beside them.
    let larger = try #require(queue.take(257))
    let second = try (0..<20).map { _ in try #require(queue.take(1)) }
    #expect(Set(second) == Set(first) && !first.contains(larger))
    for buffer in second { queue.give(buffer, 1) }
    queue.give(larger, 512)
    #expect(queue.take(257) == larger)
    queue.give(larger, 257)
    try queue.check()
  }

  @Test func buffersThatWaitMakeRoomForOthers() throws {
    let queue = try TestedGPU.queue(memory: 1_024, largest: 768)
    for _ in 0..<3 {
      let small = try (0..<2).map { _ in try #require(queue.take(256)) }
      for buffer in small { queue.give(buffer, 256) }
      queue.give(try #require(queue.take(768)), 768)
    }
    try queue.check()
    // More than one allocation may have.
    #expect(queue.take(769) == nil)
    let expected = DeviceError.outOfMemory(device: queue.description.name, byteCount: 1_024)
    #expect(throws: expected) { try queue.check() }
  }

  @Test func buffersWaitOnWhereThereIsRoomBesideThem() throws {
    let queue = try TestedGPU.queue(memory: 1_024, largest: 1_024)
    let waiting = try #require(queue.take(768))
    queue.give(waiting, 768)
    let beside = try #require(queue.take(256))
    #expect(beside != waiting)
    #expect(queue.take(768) == waiting)
    for (buffer, byteCount) in [(waiting, 768), (beside, 256)] { queue.give(buffer, byteCount) }
    try queue.check()
  }

  @Test func noMoreIsTakenThanTheDeviceHas() throws {
    let queue = try TestedGPU.queue(memory: 1_024, largest: 1_024)
    let buffers = try (0..<2).map { _ in try #require(queue.take(512)) }
    try queue.check()
    #expect(queue.take(1) == nil)
    let expected = DeviceError.outOfMemory(device: queue.description.name, byteCount: 1_024)
    #expect(throws: expected) { try queue.check() }
    for buffer in buffers { queue.give(buffer, 512) }
    // Not after a failure either.
    #expect(queue.take(512) == nil)
  }

  /// Up to 1 MiB is copied and sent while this program goes on; more is waited for.
  @Test(arguments: [1 << 18, 1 << 18 + 1])
  func whatIsSentWithOrWithoutACopyComesDown(_ count: Int) {
    let numbers = DeviceCalls.numbers(count, 30)
    let x = device.upload(numbers)
    #expect(device.download(x) == numbers)
    device.write(numbers.reversed(), to: Overwriting(x))
    #expect(device.download(x) == numbers.reversed())
  }

  /// As where others use the device too: it says that it has more than its driver gives.
  @Test func whatTheDriverRefusesIsOutOfMemory() throws {
    let queue = try TestedGPU.queue(memory: 1 << 60, largest: 1 << 60)
    #expect(queue.take(1 << 50) == nil)
    let expected = DeviceError.outOfMemory(device: queue.description.name, byteCount: 1 << 60)
    #expect(throws: expected) { try queue.check() }
  }

  /// Until it is known that the device has read it.
  @Test func whatIsCopiedToBeSentIsHeld() throws {
    let queue = try TestedGPU.queue(memory: 1 << 23, largest: 1 << 22)
    let buffer = OpenCLBuffer(queue, [1, 2, 3] as [Float])
    buffer.write([4, 5, 6] as [Float])
    #expect(queue.heldCount == 2)
    #expect(buffer.numbers(3, orElse: Float.nan) == [4, 5, 6])
    #expect(queue.heldCount == 0)

    buffer.write([7, 8, 9] as [Float])
    let coming = try #require(queue.fetch(buffer.handle))
    buffer.write([0, 0, 0] as [Float])
    #expect(queue.heldCount == 2)
    #expect(queue.value(of: coming) == 7)
    #expect(queue.heldCount == 1)
    queue.release(coming)
    #expect(queue.heldCount == 2)
    #expect(buffer.numbers(3, orElse: Float.nan) == [0, 0, 0])
    #expect(queue.heldCount == 0)

    // More than 1 MiB is not copied.
    for (byteCount, heldCount) in [(1 << 20, 1), (1 << 20 + 1, 1)] {
      _ = OpenCLBuffer(queue, [UInt8](repeating: 7, count: byteCount))
      #expect(queue.heldCount == heldCount)
    }
    #expect(queue.take(1 << 24) == nil)
    buffer.write([1, 2, 3] as [Float])
    #expect(queue.heldCount == 1)
  }

  // MARK: Failures

  @Test func whatIsTooLargeFailsAndAllThatFollows() throws {
    let failing = try TestedGPU.another()
    let x = failing.upload([1, 2])
    let sum = failing.reduce(.sum(dividedBy: 1), x, from: [2], to: [])
    let large = failing.allocate(1 << 50)
    let name = failing.description
    let byteCount = failing.queue.description.memoryByteCount
    let expected = DeviceError.outOfMemory(device: name, byteCount: byteCount)
    #expect(throws: expected) { try failing.check() }
    #expect(
      "\(expected)"
        == "\(name): its memory does not suffice (expected at most \(byteCount >> 20) MiB in use)")
    // Nothing is computed any more, and nothing looks as if it were.
    #expect(large.count == 1 << 50)
    #expect(failing.download(failing.unary(.negate, x)).map(\.isNaN) == [true, true])
    #expect(failing.download(x).map(\.isNaN) == [true, true])
    #expect(failing.download(sum).map(\.isNaN) == [true])
    #expect(failing.argmax(x, rows: 1, columns: 2) == [0])
    #expect(throws: expected) { try failing.check() }
  }

  @Test func aRunOnADeviceThatFailsEndsWithItsError() throws {
    let failing = try TestedGPU.another()
    let images = SmallSets.fields(40, height: 3, width: 5, classes: 3)
    let settings = SmallSets.settings(images, hiddenSizes: [9], useDropout: false)
    #expect(throws: DeviceError.self) {
      try GPU.use(failing) {
        let run = TrainingRun(settings, images: images)
        try run.train { event in
          if case .trainIteration = event { _ = failing.allocate(1 << 50) }
          if case .epoch = event { Issue.record("an epoch was reported") }
        }
      }
    }
  }

  @Test func whatTheDriverCannotCompileIsASentence() throws {
    let failing = try TestedGPU.another()
    // Of a warning and two errors the first error is told.
    let source = "#warning odd\nint f() { return nowhere; }\nint g() { return neither; }"
    #expect {
      try failing.queue.build(source, options: "", kernels: ["f"])
    } throws: { error in
      guard case DeviceError.cannotBuild(device.description, -11, let log) = error else {
        return false
      }
      return log.contains("error") && log.contains("nowhere") && !log.contains("neither")
        && "\(error)".hasPrefix(
          "\(device): its driver cannot compile the kernels (expected a program, found "
            + "CL_BUILD_PROGRAM_FAILURE, -11: ")
    }
  }
}

/// Which variant of the product computes, before any was tried.
@Suite struct ProductVariantTests {
  @Test(arguments: [
    (16_384, 128, 128, true), (16_384, 128, 129, false), (1_048_576, 1_048_576, 4_096, false),
    (134_217_728, 4, 4, false), (4, 4, 134_217_728, false),
  ])
  func aProductOfManyStepsIsNotTried(_ m: Int, _ n: Int, _ k: Int, _ isTried: Bool) {
    #expect(ProductKernels.mayBeTried(m, n, k) == isTried)
  }

  @Test(arguments: [(128, 192, true), (128, 128, false), (64, 320, false), (65, 129, true)])
  func aLargeTileIsForTwoGroupsAUnitOrMore(_ m: Int, _ n: Int, _ isLarge: Bool) {
    let variant = ProductKernels.likely(m, n, computeUnitCount: 3)
    #expect(variant.name == (isLarge ? "product_64_1" : "product_32_4"))
  }
}

/// What is said where there is no device.
@Suite struct DeviceErrorTests {
  @Test(arguments: [
    (
      DeviceError.noOpenCL(names: ["libOpenCL.so.1"]),
      "there is no OpenCL on this system (expected libOpenCL.so.1, as a graphics driver or the package "
        + "ocl-icd-libopencl1 brings it, found none)"
    ),
    (.noDevice, "OpenCL knows no GPU here (expected one or more, found none)"),
    (.noSuchDevice(number: 2, count: 1), "there is no GPU 2 (expected 0, found 2)"),
    (.noSuchDevice(number: 5, count: 3), "there is no GPU 5 (expected 0 to 2, found 5)"),
    (
      .unusable(device: "X", problem: "its driver has no compiler"),
      "X cannot be used: its driver has no compiler"
    ),
    (
      .cannotBuild(device: "X", code: -11, log: ""),
      "X: its driver cannot compile the kernels (expected a program, found CL_BUILD_PROGRAM_FAILURE, -11)"
    ),
    (
      .failed(device: "X", call: "clFlush", code: -5),
      "X: the device failed (expected clFlush to succeed, found CL_OUT_OF_RESOURCES, -5)"
    ),
    (
      .failed(device: "X", call: "clFlush", code: -9999),
      "X: the device failed (expected clFlush to succeed, found -9999)"
    ),
  ])
  func everyFailureIsASentence(_ error: DeviceError, _ sentence: String) {
    #expect("\(error)" == sentence)
  }

  /// The first line with an error, else the first, and no more than 200 letters of it.
  @Test(arguments: [
    ("odd\n1: error: a\n\n2: error: b", "1: error: a"), ("\none\ntwo", "one"), ("", ""),
    ("odd\n1: error: a\0b", "1: error: a"),
    ("a" + String(repeating: "b", count: 200), "a" + String(repeating: "b", count: 199)),
  ])
  func aLineOfTheCompilersIsTold(_ log: String, _ line: String) {
    #expect(OpenCLProgram.summary(of: Array(log.utf8)) == line)
  }

  @Test func aLibraryThatIsNotThereIsNamed() {
    #expect(throws: DynamicLibrary.Missing(names: ["libNoOpenCL.so.7"])) {
      _ = try OpenCLLibrary(["libNoOpenCL.so.7"])
    }
  }
}
