/// What both tools do around their work.
package enum Tool {
  /// Answers, refuses or works, as the command line asks.
  ///
  /// - Parameter work: throws a `UsageError` for what only the data shows to be wrong on the command
  ///   line, any other error for what is wrong in the world.
  /// - Returns: the exit code: 0 done, 1 the data or the run failed, 2 the command line was wrong; that of the
  ///   signal where the work threw a `StopSignal`.
  package static func run<Options: ToolOptions>(
    _ arguments: [String], _ work: (Options, inout Console) throws -> Void
  ) -> Int32 {
    _ = StopSignal.ignoresHangup
    ProcessSignal.endCrashesAtOnce()
    var console = Console(tool: Options.toolName)
    switch Options.parse(arguments) {
    case .answer(let text):
      console.print(text)
    case .mistake(let error):
      return console.refuse(error)
    case .failure(let error):
      return console.fail(ErrorText.sentence(error))
    case .options(let options):
      do {
        let threads = options.threadCount.map { ThreadChoice(count: $0) } ?? ThreadChoice()
        for text in threads.warnings { console.warn(text) }
        for text in options.optionsWithoutEffect { console.warnAlsoAtEnd(text) }
        try ThreadPool.use(threadCount: threads.count) {
          try DeviceChoice.use(
            options.computes ? options.gpuID : -1, &console, tool: Options.toolName
          ) { try work(options, &$0) }
        }
        console.repeatWarnings()
      } catch let error as UsageError {
        return console.refuse(error)
      } catch let error as DeviceError {
        guard let number = options.gpuID, let mistake = Options.refusal(ofGPU: number, error) else {
          return console.fail(ErrorText.sentence(error))
        }
        return console.refuse(mistake)
      } catch let signal as StopSignal {
        console.repeatWarnings()
        _ = console.finish()
        return signal.exitCode
      } catch {
        return console.fail(ErrorText.sentence(error))
      }
    }
    return console.finish()
  }
}

/// What the options of both tools have in common.
package protocol ToolOptions: Equatable, Sendable {
  static var toolName: String { get }
  static func parse(_ arguments: [String]) -> Invocation<Self>
  /// What to say of a GPU that was asked for by its number; nil where the number is not what is wrong.
  static func refusal(ofGPU number: Int, _ error: DeviceError) -> UsageError?
  /// The number of a GPU, −1 for the CPU; nil where that was not said.
  var gpuID: Int? { get }
  /// Whether a device is needed at all.
  var computes: Bool { get }
  var threadCount: Int? { get }
  var dataset: DatasetChoice? { get }
  var dataDirectory: String? { get }
  var mirror: String? { get }
  /// What is done to the images of a folder as they are loaded.
  var preparation: ImagePreparation { get }
  /// A sentence for each option of the command line that another one makes void.
  var optionsWithoutEffect: [String] { get set }
}

extension TrainOptions: ToolOptions {
  package static var toolName: String { command.name }
  package static func refusal(ofGPU number: Int, _ error: DeviceError) -> UsageError? {
    DeviceChoice.refusal(of: number, error).map(command.error)
  }
  package var computes: Bool { comparison.folders.isEmpty && !listsDevices && !printsRuns }
}

extension PredictOptions: ToolOptions {
  package static var toolName: String { command.name }
  package static func refusal(ofGPU number: Int, _ error: DeviceError) -> UsageError? {
    DeviceChoice.refusal(of: number, error).map(command.error)
  }
  package var computes: Bool { exportPath == nil && describedPath == nil }
}

extension ToolOptions {
  /// Where the images are from. The environment may name a mirror too; an empty variable is none.
  package var dataSource: DataSource {
    let ofEnvironment = CLibrary.environment("MNIST_MIRROR") ?? ""
    var source = DataSource(
      dataset, in: dataDirectory,
      mirror: mirror ?? (ofEnvironment.isEmpty ? nil : ofEnvironment))
    source.preparation = preparation
    return source
  }
}
