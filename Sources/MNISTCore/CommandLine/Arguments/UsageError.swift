/// What a command line asks for.
package enum Invocation<Options: Equatable & Sendable>: Equatable, Sendable {
  /// Do the tool's work with these options.
  case options(Options)
  /// `--help` or `--version`: print this text (and a line end) on standard output, exit with 0.
  case answer(String)
  /// Print the error's description (and a line end) on standard error, exit with 2.
  case mistake(UsageError)
  /// A file that the command line names cannot be read: print the error, exit with 1.
  case failure(FileError)
}

/// A command line that cannot be followed, with all that is to be printed about it.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong. Options are named as Python's argparse names them, such as `--n_epochs`.
  enum Problem: Error, Equatable, Sendable {
    /// `nearest` is the option that was probably meant by an argument that is none.
    case missing(options: [String], nearest: String? = nil)
    case unrecognized(arguments: [String], nearest: String?)
    case ambiguous(argument: String, candidates: [String])
    case noValue(option: String)
    case noValues(option: String)
    case unexpectedValue(option: String, value: String)
    /// `type` is Python's name for it: `int` or `float`.
    case invalidValue(option: String, type: String, value: String)
    case emptyValue(option: String)
    case invalidChoice(option: String, choices: [String], found: String)
    /// `other` is an option too, or what stands for arguments of none.
    case notAllowedWith(option: String, other: String)
    case notAllowedWithout(option: String, other: String)
    /// `allowed` follows the words "must be".
    case outOfRange(option: String, allowed: String, found: String)
    /// Known only once the data is read: too few images on one side of the split.
    case split(ratio: Double, images: Int, training: Int)
    /// Known only once the model file is read: its run was begun otherwise.
    case contradictsRun(option: String, path: String, expected: String, found: String)
    /// Known only once the model to start from is read: it is built otherwise.
    case contradictsStart(option: String, path: String, expected: String, found: String)
    /// `line` counts from 1; nil where the mistake is in what the file does not say.
    indirect case inFile(path: String, line: Int?, Self)
    /// Of a file of settings: `nearest` is the key that was probably meant.
    case unknownKey(String, nearest: String?)
    case repeatedKey(option: String, line: Int)
    case onlyOnCommandLine(option: String)
    case notASetting(found: String)
    case notUTF8
    case badQuotes(found: String)
    case json(JSONError)
    case notInSweep(option: String)
    /// Known only once the data is read: every model for it has more than `limit` parameters.
    case modelTooLarge(inputs: Int, outputs: Int, limit: Int)
  }

  let tool: String
  /// A line.
  let usage: String
  let problem: Problem

  /// What is wrong, alone.
  package var sentence: String { problem.sentence }

  /// One line with the mistake, for a mistyped option one with a hint, and the usage.
  package var description: String {
    "\(tool): error: \(problem.sentence)\n\(usage)"
  }
}

extension UsageError.Problem {
  /// Where argparse has the same mistake, argparse's own words.
  ///
  /// What was typed is shown with its control characters escaped, so that it cannot steer a
  /// terminal; argparse does so only in values.
  var sentence: String {
    switch self {
    case .missing(let options, let nearest):
      "the following arguments are required: \(options.joined(separator: ", "))" + hint(nearest)
    case .unrecognized(let arguments, let nearest):
      "unrecognized arguments: "
        + arguments.map(PythonSyntax.escaped).joined(separator: " ") + hint(nearest)
    case .ambiguous(let argument, let candidates):
      "ambiguous option: \(PythonSyntax.escaped(argument)) could match "
        + candidates.joined(separator: ", ")
    case .noValue(let option):
      "argument \(option): expected one argument"
    case .noValues(let option):
      "argument \(option): expected at least one argument"
    case .unexpectedValue(let option, let value):
      "argument \(option): ignored explicit argument \(PythonSyntax.quoted(value))"
    case .invalidValue(let option, let type, let value):
      "argument \(option): invalid \(type) value: \(PythonSyntax.quoted(value))"
    case .emptyValue(let option):
      "argument \(option): must not be empty"
    case .invalidChoice(let option, let choices, let found):
      "argument \(option): invalid choice: \(PythonSyntax.quoted(found)) (choose from "
        + choices.map(PythonSyntax.quoted).joined(separator: ", ") + ")"
    case .notAllowedWith(let option, let other):
      "argument \(option): not allowed with argument \(other)"
    case .notAllowedWithout(let option, let other):
      "argument \(option): not allowed without argument \(other)"
    case .outOfRange(let option, let allowed, let found):
      "argument \(option): must be \(allowed), found \(found)"
    case .split(let ratio, let images, let training):
      "argument --train_ratio: \(ratio) of \(images) images leaves \(training) for training "
        + "and \(images - training) for validation (expected at least 2 and 1)"
    case .contradictsRun(let option, let path, let expected, let found):
      "argument \(option): not as in the run to resume, \(PythonSyntax.escaped(path)) "
        + "(expected \(expected), found \(found))"
    case .contradictsStart(let option, let path, let expected, let found):
      "argument \(option): not as in the model to start from, \(PythonSyntax.escaped(path)) "
        + "(expected \(expected), found \(found))"
    case .inFile(let path, let line, let problem):
      PythonSyntax.escaped(path) + ": " + (line.map { "line \($0): " } ?? "") + problem.sentence
    case .unknownKey(let key, let nearest):
      "unknown key \(PythonSyntax.quoted(key)) (expected the name of an option, without its dashes)"
        + hint(nearest)
    case .repeatedKey(let option, let line):
      "argument \(option): already given in line \(line)"
    case .onlyOnCommandLine(let option):
      "argument \(option): only allowed on the command line"
    case .notASetting(let found):
      "not a setting (expected key = value, found \(PythonSyntax.quoted(found)))"
    case .notUTF8:
      "text is not UTF-8"
    case .badQuotes(let found):
      "not a value in quotes (expected a string as JSON has it, found \(PythonSyntax.quoted(found)))"
    case .json(let error):
      "\(error)"
    case .notInSweep(let option):
      "argument \(option): not allowed in a sweep"
    case .modelTooLarge(let inputs, let outputs, let limit):
      "argument --n_layers: no number of layers fits \(inputs) inputs and \(outputs) outputs "
        + "(a model may have at most \(limit) parameters; --hidden_sizes makes layers narrower, "
        + "--image_size pictures smaller)"
    }
  }

  private func hint(_ nearest: String?) -> String {
    nearest.map { "\ndid you mean \($0)?" } ?? ""
  }
}
