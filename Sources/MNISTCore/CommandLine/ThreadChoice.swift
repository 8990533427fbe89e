/// How many threads a tool computes with.
struct ThreadChoice: Equatable {
  let count: Int
  /// A sentence for each variable that says nothing.
  let warnings: [String]

  /// What the command line takes.
  static let allowed = 1...1_024

  /// As the command line says.
  init(count: Int) { (self.count, warnings) = (count, []) }

  /// As the environment says it to programs of OpenMP, such as PyTorch, and to the tasks of Slurm; else one for
  /// each processor that the process may use. An empty variable says nothing.
  init(
    processors: Int = Processor.count,
    environment: (String) -> String? = CLibrary.environment
  ) {
    var warnings: [String] = []
    for name in ["OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"] {
      let text = PythonSyntax.trimmed(environment(name) ?? "")
      // A list has a number for each level of nested loops, as `4,2`: ours are not nested.
      let first = PythonSyntax.trimmed(String(text.prefix { $0 != "," }))
      if let count = Int(first), Self.allowed.contains(count) {
        (self.count, self.warnings) = (count, warnings)
        return
      }
      guard !text.isEmpty else { continue }
      warnings.append(
        "\(name) does not tell how many threads there should be (expected a number from "
          + "\(Self.allowed.lowerBound) to \(Self.allowed.upperBound), found "
          + "\(PythonSyntax.quoted(text)))")
    }
    (count, self.warnings) = (min(processors, Self.allowed.upperBound), warnings)
  }
}
