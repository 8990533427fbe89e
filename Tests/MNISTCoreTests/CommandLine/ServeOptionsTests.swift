import Testing

@testable import MNISTCore

/// The options of `mnist-predict --serve`.
@Suite struct ServeOptionsTests {
  private func options(_ line: String) -> PredictOptions? {
    guard case .options(let options) = PredictOptions.parse(words("--model_fn m \(line)")) else {
      Issue.record("expected options of \(line)")
      return nil
    }
    return options
  }

  private func expect(
    _ line: String, isRefused sentence: String, at location: SourceLocation = #_sourceLocation
  ) {
    guard case .mistake(let error) = PredictOptions.parse(words("--model_fn m \(line)")) else {
      Issue.record("expected a mistake", sourceLocation: location)
      return
    }
    #expect(
      error.description
        == "mnist-predict: error: \(sentence)\n\(PredictOptions.command.shortUsage)",
      sourceLocation: location)
  }

  @Test func nothingIsServedUnlessThatWasSaid() {
    let options = options("")
    #expect(options?.serviceAddress == nil && options?.serviceNames == [])
    #expect(options?.verbosity == 1)
  }

  @Test(arguments: [
    ("--serve 8080", "127.0.0.1:8080"), ("--serve=0", "127.0.0.1:0"),
    ("--serve localhost:9", "127.0.0.1:9"), ("--serve 0.0.0.0:8000", "0.0.0.0:8000"),
    ("--serve=[::1]:9", "[::1]:9"), ("--ser 1", "127.0.0.1:1"),
    ("--serve 1 --serve 2", "127.0.0.1:2"),
  ])
  func theAddressIsWhereItListens(_ line: String, _ address: String) {
    #expect(options(line)?.serviceAddress == ServiceAddress(address))
  }

  /// As the help says.
  @Test(arguments: ["--serve", "--serve --verbose 2", "--verbose 2 --serve", "--serve --"])
  func withoutAnAddressItIsTheUsualOne(_ line: String) {
    let found = options(line)
    #expect(found?.serviceAddress == ServiceAddress("127.0.0.1:8000"))
    #expect(found?.verbosity == (line.contains("verbose") ? 2 : 1))
    let option = PredictOptions.command.options.first { $0.flag == "--serve" }
    #expect(option?.impliedValue == "127.0.0.1:8000")
    #expect(option?.defaultText == option?.impliedValue)
  }

  /// No other option does without its value, but the report of a run's folder.
  @Test func onlyThisValueIsImplied() {
    let implied = PredictOptions.command.options.filter { $0.impliedValue != nil }
    #expect(implied.map(\.flag) == ["--serve"])
    let without = PredictOptions.command.options.filter { $0.storeWithoutValue != nil }
    #expect(without.map(\.flag) == ["--report"])
    #expect(TrainOptions.command.options.allSatisfy { $0.impliedValue == nil })
    expect("--serve 1 --allow_host", isRefused: "argument --allow_host: expected one argument")
  }

  @Test func namesAreAllKeptInTheirOrder() {
    #expect(
      options("--allow_host b --serve 1 --allow-host=A.b")?.serviceNames == ["b", "A.b"])
  }

  @Test func allOfItReachesItsValues() {
    var expected = PredictOptions(modelPath: "m")
    expected.serviceAddress = ServiceAddress("0.0.0.0:80")
    expected.serviceNames = ["a"]
    expected.verbosity = 0
    expected.gpuID = -1
    expected.threadCount = 2
    #expect(
      options("--serve 0.0.0.0:80 --allow_host a --verbose 0 --gpu_id -1 --n_threads 2")
        == expected)
  }

  @Test(arguments: [
    "x", "a.png", "65536", "-1", "127.0.0.1", "localhost:", "example.org:80", "::1:80",
  ])
  func whatIsNoAddressIsAMistake(_ text: String) {
    let sentence =
      "argument --serve: must be a port up to 65535, alone or after an address, such as 0.0.0.0:8000, "
      + "found '\(text)'"
    expect("--serve \(text)", isRefused: sentence)
    expect("--serve=\(text)", isRefused: sentence)
  }

  @Test(arguments: [
    (
      "--serve=",
      "argument --serve: must be a port up to 65535, alone or after an address, such as "
        + "0.0.0.0:8000, found ''"
    ),
    ("--serve 1 --allow_host=", "argument --allow_host: must not be empty"),
    (
      "--serve 1 --allow_host a/b",
      "argument --allow_host: must be a name alone, without http:// and without a port, found 'a/b'"
    ),
    (
      "--serve 1 --allow_host a:80",
      "argument --allow_host: must be a name alone, without http:// and without a port, found 'a:80'"
    ),
    ("--serve 1 --verbose 3", "argument --verbose: must be from 0 to 2, found 3"),
    ("--serve 1 --verbose -1", "argument --verbose: must be from 0 to 2, found -1"),
    ("--serve 1 --verbose", "argument --verbose: expected one argument"),
    ("--serve 1 a.png", "argument --serve: not allowed with argument FILE"),
    ("a.png --serve", "argument --serve: not allowed with argument FILE"),
    ("--serve 1 -", "argument --serve: not allowed with argument FILE"),
    ("--serve 1 --images i", "argument --serve: not allowed with argument --images"),
    ("--serve 1 --report r", "argument --serve: not allowed with argument --report"),
    ("--serve 1 --n_test 3", "argument --serve: not allowed with argument --n_test"),
    ("--serve 1 --show", "argument --serve: not allowed with argument --show"),
    ("--serve 1 --json", "argument --serve: not allowed with argument --json"),
    ("--serve 1 --shifts", "argument --serve: not allowed with argument --shifts"),
    ("--serve 1 --export m.onnx", "argument --serve: not allowed with argument --export"),
    ("--serve --raw", "argument --raw: not allowed without argument FILE or --images"),
    ("--serve 1 --log_dir l", "argument --log_dir: not allowed without argument --report"),
    ("--serve 1 --predictions p", "argument --predictions: not allowed without argument --images"),
  ])
  func whatMeansNothingTogetherIsRefused(_ line: String, _ sentence: String) {
    expect(line, isRefused: sentence)
  }

  @Test(
    arguments: [
      ("--serve 1 --data_dir d", "--data_dir has no effect with --serve: no test images are read"),
      (
        "--serve 1 --batch_size 3",
        "--batch_size has no effect with --serve: no test images are read"
      ),
      (
        "--serve 1 --dataset mnist", "--dataset has no effect with --serve: no test images are read"
      ),
      (
        "--serve 1 --mirror http://x",
        "--mirror has no effect with --serve: no test images are read"
      ),
      (
        "--serve 1 --image_size 9",
        "--image_size has no effect with --serve: no test images are read"
      ),
      ("--serve 1 --transpose", "--transpose has no effect with --serve: no test images are read"),
      ("--allow_host a", "--allow_host has no effect without --serve"),
      ("--verbose 2", "--verbose has no effect without --serve"),
      ("--serve 1 --n_threads 2 --gpu_id -1 --allow_host a --verbose 2", nil),
    ] as [(String, String?)])
  func whatIsVoidIsNamed(_ line: String, _ sentence: String?) {
    #expect(options(line)?.optionsWithoutEffect == [sentence].compactMap(\.self))
  }

  /// What a shortened name meant in version 1.0 it means for ever.
  @Test(arguments: ["--v", "--ve", "--ver", "--vers"])
  func theVersionMayBeAskedForInShortAsEver(_ name: String) {
    #expect(PredictOptions.parse([name]) == .answer("mnist-predict \(Release.version)"))
  }

  @Test func soMayTheDrawingAndTheNewOptionsHaveShortNamesToo() {
    #expect(options("--s a.png")?.show == true)
    #expect(options("--serve --verb 2")?.verbosity == 2)
    #expect(options("--serve --al a")?.serviceNames == ["a"])
  }
}
