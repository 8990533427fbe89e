import Foundation
import Testing

@testable import MNISTCore

/// The scripts as the shells take them; a shell that is not here is not tried.
@Suite struct CompletionScriptTests {
  private static func has(_ shell: String) -> Bool {
    ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(shell)")
    }
  }

  @Test(
    .enabled(if: has("bash"), "skipped: there is no bash"),
    arguments: [
      ("--rep", "--report"),
      ("--dataset f", "fashion-mnist"),
      ("--dataset = f", "fashion-mnist"),
      ("--dataset emnist-by", "emnist-byclass emnist-bymerge"),
      ("--completions =", "bash zsh fish"),
      ("--model_fn m", "m x m.ckpt"),
      ("--data_dir m", "m x m.ckpt"),
      ("--report m", "m x"),
      ("--raw m", "m x m.ckpt"),
      ("--n_test m", ""),
    ])
  func bashOffersWhatFits(_ line: String, _ expected: String) async throws {
    try await withFiles { folder async throws in
      let words = "mnist-predict \(line)".split(separator: " ").map { "'\($0)'" }
      let script = #"""
        eval "$("$@" --completions bash)" || exit 3
        COMP_WORDS=(\#(words.joined(separator: " "))); COMP_CWORD=\#(words.count - 1)
        _mnist_predict
        echo "${COMPREPLY[*]}"
        """#
      try SmallSets.write(Array(script.utf8), "\(folder)/script")
      let run = try await BuiltTool.predict.run([], in: folder, shell: #"exec bash ./script "$@""#)
      #expect(run.exitCode == 0 && run.error == "")
      #expect(
        run.output.split { " \n".contains($0) }.sorted()
          == expected.split(separator: " ").sorted())
    }
  }

  @Test(.enabled(if: has("fish"), "skipped: there is no fish"))
  func fishOffersWhatFits() async throws {
    try await withFiles { folder async throws in
      let script = #"""
        $argv --completions fish | source
        complete -C 'mnist-predict --rep'
        complete -C 'mnist-predict --dataset f'
        complete -C 'mnist-predict --report m'
        """#
      try SmallSets.write(Array(script.utf8), "\(folder)/script")
      let run = try await BuiltTool.predict.run(
        [], in: folder, shell: #"exec env HOME="$PWD" fish --no-config ./script "$@""#)
      #expect(run.error == "")
      #expect(offers(run.output) == ["--report", "fashion-mnist", "m x/"])
    }
  }

  /// `_arguments` and `compdef` stand-ins show what zsh would be told.
  @Test(.enabled(if: has("zsh"), "skipped: there is no zsh"))
  func zshTakesTheScript() async throws {
    let script = #"""
      compdef() { print -r -- "$@" }
      _arguments() { print -rl -- "$@" }
      eval "$("$@" --completions zsh)"
      _mnist_predict
      """#
    try await withFiles { folder async throws in
      try SmallSets.write(Array(script.utf8), "\(folder)/script")
      let run = try await BuiltTool.predict.run(
        [], in: folder, shell: #"exec zsh -f ./script "$@""#)
      #expect(run.exitCode == 0 && run.error == "")
      let lines = run.output.split(separator: "\n")
      #expect(
        lines.prefix(4) == [
          "_mnist_predict mnist-predict", "(-h --help)-h[print this help]",
          "(-h --help)--help[print this help]",
          "--model_fn=[a model of mnist-train or of PyTorch]:PATH:_files",
        ])
      let sets = DatasetChoice.allCases.map(\.rawValue).joined(separator: " ")
      #expect(lines.contains("--dataset=[which images]:SET:(\(sets))"))
      #expect(lines.last == "*:FILE:_files")
      // The command, each option once, help twice, and the files.
      #expect(lines.count == PredictOptions.command.options.count + 3)
    }
  }

  @Test(
    .enabled(if: has("bash"), "skipped: there is no bash"),
    arguments: [
      ("--compare m", "m x"), ("--compare a m", "m x"), ("--log_dir m", "m x"), ("m", ""),
      ("--seed 1 m", ""), ("--model_fn m.", "m.ckpt"),
    ])
  func bashOffersFoldersToCompare(_ line: String, _ expected: String) async throws {
    try await withFiles { folder async throws in
      let words = "mnist-train \(line)".split(separator: " ").map { "'\($0)'" }
      let script = #"""
        eval "$("$@" --completions bash)" || exit 3
        COMP_WORDS=(\#(words.joined(separator: " "))); COMP_CWORD=\#(words.count - 1)
        _mnist_train
        echo "${COMPREPLY[*]}"
        """#
      try SmallSets.write(Array(script.utf8), "\(folder)/script")
      let run = try await BuiltTool.train.run([], in: folder, shell: #"exec bash ./script "$@""#)
      #expect(run == .init(exitCode: 0, output: expected + "\n", error: ""))
    }
  }

  @Test(.enabled(if: has("fish"), "skipped: there is no fish"))
  func fishOffersFoldersToCompare() async throws {
    try await withFiles { folder async throws in
      let script = #"""
        $argv --completions fish | source
        complete -C 'mnist-train --compare m'
        complete -C 'mnist-train --compare a m'
        complete -C 'mnist-train m'
        """#
      try SmallSets.write(Array(script.utf8), "\(folder)/script")
      let run = try await BuiltTool.train.run(
        [], in: folder, shell: #"exec env HOME="$PWD" fish --no-config ./script "$@""#)
      #expect(run.error == "")
      #expect(offers(run.output) == ["m x/", "m x/"])
    }
  }

  @Test func theTrainingToolTakesNoFiles() {
    guard case .answer(let bash) = TrainOptions.parse(["--completions", "bash"]),
      case .answer(let zsh) = TrainOptions.parse(["--completions", "zsh"]),
      case .answer(let fish) = TrainOptions.parse(["--completions=fish"])
    else {
      Issue.record("expected answers")
      return
    }
    #expect(!bash.contains("*) kind=(-f) ;;\n"))
    #expect(bash.hasSuffix("\ncomplete -o filenames -F _mnist_train mnist-train"))
    for line in [
      "'(-h --help)'{-h,--help}'[print this help]'", "'--resume[go on with the run in PATH]'",
      "'--n_epochs=[passes over the training images]:N: '",
      "'--compare=[print a table of the runs logged to these folders, and train nothing]:"
        + "*:DIR:_files -/'",
    ] {
      #expect(zsh.contains("    \(line) \\\n"), "\(line)")
    }
    #expect(fish.contains("\ncomplete -c mnist-train -f\n"))
    #expect(fish.contains("\ncomplete -c mnist-train -s h -l help -d 'print this help'\n"))
    #expect(fish.contains("\ncomplete -c mnist-train -l resume -d 'go on with the run in PATH'\n"))
    #expect(
      fish.contains(
        "\ncomplete -c mnist-train -l n_epochs -x -d 'passes over the training images'\n"))
  }

  @Test func anotherShellIsRefused() {
    guard case .mistake(let error) = PredictOptions.parse(["--completions", "csh"]) else {
      Issue.record("expected a mistake")
      return
    }
    #expect(
      error.problem
        == .invalidChoice(
          option: "--completions", choices: ["bash", "zsh", "fish"], found: "csh"))
  }

  /// What fish prints, without the descriptions.
  private func offers(_ output: String) -> [Substring] {
    output.split(separator: "\n").map { $0.split(separator: "\t")[0] }
  }

  private func withFiles(_ body: (String) async throws -> Void) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/m x", withIntermediateDirectories: false)
      try SmallSets.write([], "\(folder)/m.ckpt")
      try await body(folder)
    }
  }
}
