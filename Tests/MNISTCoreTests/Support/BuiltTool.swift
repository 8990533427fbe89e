import Foundation
import Testing

/// One of the two executables, as a process.
struct BuiltTool {
  struct Result: Equatable {
    let exitCode: Int32
    let output: String
    let error: String
    /// What a run that is over has come to, which stands in standard error too: how long it took differs.
    var answer = ""

    static func == (a: Result, b: Result) -> Bool {
      a.exitCode == b.exitCode && a.output == b.output && a.error == b.error
    }
  }

  static let train = BuiltTool("mnist-train")
  static let predict = BuiltTool("mnist-predict")

  let path: String

  /// The build folder is that of the test bundle, or one around it.
  private init(_ name: String) {
    var folder = Bundle.module.bundleURL
    var isDirectory: ObjCBool = true
    repeat {
      folder.deleteLastPathComponent()
      let path = folder.path + "/" + name
      if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
        !isDirectory.boolValue
      {
        self.path = path
        return
      }
    } while folder.path != "/"
    path = "there is no \(name) beside the tests: run `swift build` first"
  }

  /// Runs the tool with `folder` as its working directory, for at most 60 seconds.
  ///
  /// - Parameters:
  ///   - shell: a shell's words around `"$@"`, which stands for the tool and its arguments.
  ///   - mirror: for downloads; at the default address, nobody answers.
  func run(
    _ arguments: [String], in folder: String, shell: String? = nil,
    mirror: String = "http://127.0.0.1:9/", environment: [String: String] = [:]
  ) async throws -> Result {
    // Files in place of pipes: however much is written, nobody waits for a reader.
    let streams = try ["output", "error"].map { name in
      let path = FileManager.default.temporaryDirectory.path + "/mnist-\(UUID().uuidString)-\(name)"
      try Data().write(to: URL(fileURLWithPath: path))
      return (path: path, handle: try #require(FileHandle(forWritingAtPath: path)))
    }
    defer {
      for stream in streams { try? FileManager.default.removeItem(atPath: stream.path) }
    }
    let process = Process()
    let command = [path] + arguments
    process.executableURL = URL(fileURLWithPath: shell == nil ? path : "/bin/sh")
    process.arguments = shell.map { ["-c", $0, "sh"] + command } ?? arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    // A crash must end at once, not wait for a backtrace.
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["SWIFT_BACKTRACE": "enable=no", "MNIST_MIRROR": mirror, "no_proxy": "127.0.0.1"]
    ) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = streams[0].handle
    process.standardError = streams[1].handle
    try process.run()
    // Under a sanitizer some runs take minutes.
    let deadline = ContinuousClock.now + .seconds(300)
    while process.isRunning {
      if ContinuousClock.now > deadline {
        kill(process.processIdentifier, SIGKILL)
        Issue.record("\(command.joined(separator: " ")) did not end")
        break
      }
      try await Task.sleep(for: .milliseconds(2))
    }
    process.waitUntilExit()
    #expect(process.terminationReason == .exit, "\(command) ended by a signal")
    let texts = try streams.map {
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: $0.path)), as: UTF8.self)
    }
    let (error, answer) = Self.parts(of: texts[1])
    return Result(
      exitCode: process.terminationStatus, output: texts[0], error: error, answer: answer)
  }

  /// An answer is a line and those after it that are set in.
  static func parts(of text: String) -> (error: String, answer: String) {
    guard let start = text.firstRange(of: #/^mnist-train: done in /#.anchorsMatchLineEndings())
    else { return (text, "") }
    let rest = text[start.lowerBound...]
    let end = rest.firstRange(of: #/\n(?! )/#)?.upperBound ?? rest.endIndex
    return (text[..<start.lowerBound] + String(rest[end...]), String(rest[..<end]))
  }
}
