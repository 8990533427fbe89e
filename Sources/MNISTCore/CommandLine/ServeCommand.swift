// Predictions over HTTP.

extension PredictOptions {
  /// Answers requests until a signal asks for the end, which is thrown then.
  package func serve(at wanted: ServiceAddress, _ console: inout Console) throws {
    let file = try ModelFile(readingFrom: modelPath)
    if let note = PredictionText.convertedTypes(of: file.model, in: modelPath) {
      console.note(note)
    }
    StopSignal.listen()
    StopSignal.holdBack("")
    ReloadSignal.listen()
    let printed: @Sendable (String) -> Void = { line in
      // A terminal that stands still must not hold up the service.
      if ProcessStream.error.hasRoom { _ = ProcessStream.error.write(line + "\n") }
    }
    let service = try PredictionService(
      file, address: wanted, names: serviceNames,
      threadCount: ThreadPool.current.threadCount,
      log: verbosity < 2 ? nil : printed)
    let server = try HTTPServer(wanted, limits: HTTPServiceLimits(), handler: service)
    if !wanted.isLoopback {
      console.warn(
        "everybody who can reach \(server.address) can use the service: it knows no passwords, and nothing is encrypted"
      )
    }
    let name = PythonSyntax.escaped(modelPath)
    console.note("\(Self.toolName): serving http://\(server.address)/ (\(name); Ctrl-C ends it)")
    do {
      while true {
        try StopSignal.check()
        if ReloadSignal.take() {
          do {
            try service.reload()
            console.note("\(Self.toolName): \(name) is loaded anew")
          } catch {
            console.warn("\(ErrorText.sentence(error)); the model that was loaded stays")
          }
        }
        server.cutOverdue()
        StopSignal.wait(milliseconds: 50)
      }
    } catch {
      if server.stop(within: 5) { service.close() }
      throw error
    }
  }
}

extension CommandOption {
  /// Where a service listens.
  static func service(
    _ name: String, _ path: WritableKeyPath<Values, ServiceAddress?>, _ group: Group, _ help: String
  ) -> CommandOption {
    let standard = "127.0.0.1:8000"
    return CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard let address = ServiceAddress(text) else {
          throw .outOfRange(
            option: "--\(name)",
            allowed: "a port up to 65535, alone or after an address, such as 0.0.0.0:8000",
            found: PythonSyntax.quoted(text))
        }
        values[keyPath: path] = address
      },
      metavariable: "[ADDRESS:]PORT", defaultText: standard, impliedValue: standard)
  }

  /// A name of a machine, each time that the option is given.
  static func name(
    _ name: String, _ path: WritableKeyPath<Values, [String]>, _ group: Group, _ help: String
  ) -> CommandOption {
    CommandOption(
      name: name, group: group, help: help,
      action: .take { text, values throws(UsageError.Problem) in
        guard !text.isEmpty else { throw .emptyValue(option: "--\(name)") }
        guard !text.contains(where: { ":/".contains($0) }) else {
          throw .outOfRange(
            option: "--\(name)", allowed: "a name alone, without http:// and without a port",
            found: PythonSyntax.quoted(text))
        }
        values[keyPath: path].append(text)
      },
      metavariable: "NAME")
  }
}
