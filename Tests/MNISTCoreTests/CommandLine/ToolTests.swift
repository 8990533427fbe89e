import Testing

@testable import MNISTCore

/// What goes to the streams is tested where they can be read: in `ExecutableTests`.
@Suite struct ToolTests {
  @Test func workThatEndsWellIs0() {
    var options: Options?
    #expect(Tool.run(["work"]) { (given: Options, _) in options = given } == 0)
    #expect(options == Options())
  }

  @Test func workThatFailsIs1() {
    #expect(
      Tool.run(["work"]) { (_: Options, _) in throw FileError.emptyPath } == 1)
  }

  @Test func aMistakeThatOnlyTheDataShowsIs2() {
    #expect(Tool.run(["work"]) { (_: Options, _) in throw Options.mistake } == 2)
  }

  @Test func aMistakeOnTheCommandLineIs2AndNothingIsDone() {
    #expect(Tool.run(["mistake"]) { (_: Options, _) in Issue.record("was called") } == 2)
  }

  @Test func anAnswerIs0AndNothingIsDone() {
    #expect(Tool.run(["answer"]) { (_: Options, _) in Issue.record("was called") } == 0)
  }

  /// Also without any device.
  @Test func aDeviceThatIsNotThereIs2AndNothingIsDone() {
    #expect(Tool.run(["gpu"]) { (_: Options, _) in Issue.record("was called") } == 2)
  }

  @Test func aDeviceThatFailsIs1() {
    #expect(
      Tool.run(["work"]) { (_: Options, _) in
        throw DeviceError.failed(device: "d", call: "clFinish", code: -36)
      } == 1)
  }

  @Test func theNumberOfAGPUIsWrongWhereThereIsNone() {
    func sentence(_ error: DeviceError) -> String? {
      DeviceChoice.refusal(of: 3, error)?.sentence
    }
    #expect(
      sentence(.noDevice)
        == "argument --gpu_id: must be -1, for OpenCL knows no GPU here (expected one or more, found "
        + "none), found 3")
    #expect(
      sentence(.noOpenCL(names: ["libOpenCL.so.1"]))?.hasPrefix(
        "argument --gpu_id: must be -1, for there is no OpenCL on this system (expected ") == true)
    #expect(
      sentence(.noSuchDevice(number: 3, count: 2))
        == "argument --gpu_id: must be at most 1, as mnist-train --devices lists them, found 3")
    #expect(sentence(.outOfMemory(device: "d", byteCount: 1 << 20)) == nil)
  }

  @Test(arguments: [
    ("--model_fn m", true), ("--compare a", false), ("--devices", false),
  ])
  func onlyTrainingNeedsADevice(_ line: String, _ computes: Bool) {
    guard case .options(let options) = TrainOptions.parse(words(line)) else {
      Issue.record("expected options")
      return
    }
    #expect(options.computes == computes)
  }

  @Test(arguments: [
    ("--model_fn m", true), ("--model_fn m --export m.onnx", false), ("--info m", false),
    ("--model_fn m --serve 0", true),
  ])
  func onlyPredictingNeedsADevice(_ line: String, _ computes: Bool) {
    guard case .options(let options) = PredictOptions.parse(words(line)) else {
      Issue.record("expected options")
      return
    }
    #expect(options.computes == computes)
  }

  @Test func theDevicesAreListedFromTheProcessorOn() {
    let lines = DeviceChoice.list().split(separator: "\n")
    let count = (try? GPU.all().count) ?? 0
    #expect(lines[0].hasPrefix("-1  CPU (\(Processor.count) thread"))
    #expect(lines.count == 1 + max(1, count))
    #expect(lines[1].hasPrefix(count == 0 ? "    no GPU: " : " 0  "))
  }

  @Test func workIsDoneWithTheThreadsThatWereAskedFor() {
    var count = 0
    #expect(
      Tool.run(["3 threads"]) { (_: Options, _) in count = ThreadPool.current.threadCount } == 0)
    #expect(count == 3)
    let outside = ThreadPool.current.threadCount
    #expect(Tool.run(["work"]) { (_: Options, _) in count = ThreadPool.current.threadCount } == 0)
    #expect(count == outside)
  }
}

private struct Options: ToolOptions {
  static let toolName = "tool-under-test"
  static let mistake = UsageError(
    tool: toolName, usage: "usage: tool-under-test", problem: .emptyValue(option: "--a"))

  static func refusal(ofGPU number: Int, _ error: DeviceError) -> UsageError? {
    DeviceChoice.refusal(of: number, error) == nil ? nil : mistake
  }

  var gpuID: Int?
  var computes = true
  var threadCount: Int?
  var dataset: DatasetChoice?
  var dataDirectory: String?
  var mirror: String?
  var preparation = ImagePreparation()
  var optionsWithoutEffect: [String] = []

  static func parse(_ arguments: [String]) -> Invocation<Options> {
    switch arguments {
    case ["mistake"]: .mistake(mistake)
    case ["answer"]: .answer("(an answer of tool-under-test)")
    case ["gpu"]: .options(Options(gpuID: 3))
    case ["3 threads"]: .options(Options(threadCount: 3))
    default: .options(Options())
    }
  }
}
