/// What both tools do around their work.
public enum Tool {
  /// Answers, refuses or works, as the command line asks.
  ///
  /// - Parameter work: throws a `UsageError` for what only the data shows to be wrong on the command
  ///   line, any other error for what is wrong in the world.
  /// - Returns: the exit code: 0 done, 1 the data or the run failed, 2 the command line was wrong; 129,
  ///   130 or 143 where the work threw a `StopSignal`.
  public static func run<Options: ToolOptions>(
    _ arguments: [String], _ work: (Options, inout Console) throws -> Void
  ) -> Int32 {
    var console = Console(tool: Options.toolName)
    switch Options.parse(arguments) {
    case .answer(let text):
      console.print(text)
    case .mistake(let error):
      return console.refuse(error)
    case .options(let options):
      do {
        guard options.gpuID < 0 else { throw DeviceError.noGPU(gpuID: options.gpuID) }
        let missing = Processor.missingInstructions
        guard missing.isEmpty else { throw DeviceError.otherProcessor(missing: missing) }
        try ThreadPool.use(threadCount: options.threadCount ?? Processor.count) {
          try work(options, &console)
        }
      } catch let error as UsageError {
        return console.refuse(error)
      } catch let signal as StopSignal {
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
public protocol ToolOptions: Equatable, Sendable {
  static var toolName: String { get }
  static func parse(_ arguments: [String]) -> Invocation<Self>
  var gpuID: Int { get }
  var threadCount: Int? { get }
}

extension TrainOptions: ToolOptions {
  public static var toolName: String { command.name }
}

extension PredictOptions: ToolOptions {
  public static var toolName: String { command.name }
}
