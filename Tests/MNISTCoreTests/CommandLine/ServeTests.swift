import Foundation
import Testing

@testable import MNISTCore

/// `mnist-predict --serve` from outside.
@Suite(.enabled(if: TestedHTTPServer.isThere, TestedHTTPServer.isMissing))
struct ServeTests {
  @Test func itAnswersLoadsAnewAndEnds() async throws {
    let checkpoints = try [3, 4].map { try SmallSets.checkpoint(seed: $0) }
    let image = try SmallService.image()
    let answers = try checkpoints.map {
      try SavedModel($0).makeModel().classification(of: image).json()
    }
    try await SmallSets.withFolderAsync { folder async throws in
      let path = "\(folder)/m"
      try checkpoints[0].write(to: path)
      let run = try await serve("--verbose 2", in: folder) { service async throws in
        let client = try HTTPClient(port: service.port)
        func predicted() -> String? {
          client.ask(
            "POST", "/v1/predict", body: String(decoding: SmallService.picture, as: UTF8.self))
          return client.answer()?.body
        }
        #expect(predicted() == answers[0])
        client.ask("GET", "/healthz", ["Origin: http://stranger.example"])
        #expect(client.answer()?.body == #"{"status":"ok"}"#)

        try checkpoints[1].write(to: path)
        service.signal(SIGHUP)
        try await service.wait(forLine: "mnist-predict: m is loaded anew")
        #expect(predicted() == answers[1])

        try SmallSets.write(Array("no model".utf8), path)
        service.signal(SIGHUP)
        try await service.wait(
          forLine: "mnist-predict: WARNING: m: not a model (expected a safetensors file or one of "
            + "PyTorch, found a text file); the model that was loaded stays")
        #expect(predicted() == answers[1])
        try await eventually { try service.lines().count == 7 }
        service.signal(SIGTERM)
      }
      #expect(run.exitCode == 143 && run.output == "")
      let size = answers[0].utf8.count
      let lines = try text("\(folder)/log").replacing(#/ \d+\.\d\d ms\n/#, with: " … ms\n")
      #expect(
        lines.contains("127.0.0.1 \"POST /v1/predict\" 200 \(size) … ms\n")
          && lines.contains("127.0.0.1 \"GET /healthz\" 200 15 … ms\n"), "\(lines)")
    }
  }

  @Test func quietlyItTellsNothingOfRequests() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.checkpoint().write(to: "\(folder)/m")
      let run = try await serve("", in: folder) { service async throws in
        let client = try HTTPClient(port: service.port)
        client.ask("GET", "/")
        #expect(client.answer()?.body == DrawingPage.html)
        service.signal(SIGINT)
      }
      #expect(run.exitCode == 130 && run.output == "")
      #expect(try text("\(folder)/log").split(separator: "\n").count == 1)
    }
  }

  @Test func aPortThatIsInUseIsASentence() async throws {
    let (socket, address) = try ListeningSocket.open(ServiceAddress(host: "127.0.0.1", port: 0))
    defer { close(socket) }
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.checkpoint().write(to: "\(folder)/m")
      #expect(
        try await BuiltTool.predict.run(
          words("--model_fn m --gpu_id -1 --serve \(address.port)"), in: folder)
          == .init(
            exitCode: 1, output: "",
            error:
              "mnist-predict: error: port \(address.port) is in use (expected one that is free "
              + "at 127.0.0.1)\n"))
    }
  }

  // MARK: -

  private struct Service {
    let port: UInt16
    let processID: Int32
    let log: String

    func signal(_ number: Int32) { kill(processID, number) }

    /// Those on standard error.
    func lines() throws -> [Substring] {
      String(decoding: try SmallSets.content(log), as: UTF8.self).split(separator: "\n")
    }

    func wait(forLine line: String) async throws {
      try await eventually { try lines().contains { $0 == line } }
    }
  }

  /// Serves the model in `m` on a free port while `body` runs, which must end it; standard error goes to `log`.
  private func serve(
    _ line: String, in folder: String, _ body: (Service) async throws -> Void
  ) async throws -> BuiltTool.Result {
    async let run = BuiltTool.predict.run(
      words("--model_fn m --gpu_id -1 --n_threads 1 --serve 0 \(line)"), in: folder,
      shell: #"echo $$ >pid; exec "$@" 2>log"#)
    let first = /mnist-predict: serving http:\/\/127\.0\.0\.1:(\d+)\/ \(m; Ctrl-C ends it\)\n/
    var processID: Int32?
    do {
      var port: UInt16?
      try await eventually {
        processID = (try? text("\(folder)/pid")).flatMap { Int32($0.dropLast()) }
        port = (try? text("\(folder)/log"))?.prefixMatch(of: first).flatMap { UInt16($0.output.1) }
        return port != nil
      }
      try await body(
        Service(
          port: try #require(port), processID: try #require(processID), log: "\(folder)/log"))
    } catch {
      // Nobody else would end it.
      if let processID { kill(processID, SIGKILL) }
      throw error
    }
    return try await run
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try SmallSets.content(path), as: UTF8.self)
  }
}
