/// The arguments of a tool that belong to no option, such as files: any number, wherever they stand.
struct CommandOperands<Values> {
  /// What stands for one of them in usage and help.
  let metavariable: String
  let help: String
  let store: (inout Values, String) -> Void

  /// As argparse writes any number of them.
  var invocation: String { "[\(metavariable) ...]" }
}
