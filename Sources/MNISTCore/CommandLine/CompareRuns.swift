// `mnist-train --compare DIR…`: which runs are read, what is printed and written of them.

/// What is asked of a comparison.
package struct ComparisonOptions: Equatable, Sendable {
  /// Of runs, or that hold runs; none where nothing is compared.
  package var folders: [String] = []
  package var order = RunOrder()
  /// A file for what is found, nil for none.
  package var outputPath: String?

  /// The option that names the file, where its name says nothing of its form.
  var wrongEnding: UsageError.Problem? {
    guard let outputPath, ComparisonForm(path: outputPath) == nil else { return nil }
    return .outOfRange(
      option: "--output", allowed: "a name that ends in .csv, .json, .html or .svg",
      found: PythonSyntax.quoted(outputPath))
  }
}

extension Console {
  /// Prints the table of the runs in these folders, the best first.
  package mutating func compareRuns(in folders: [String]) throws {
    var options = ComparisonOptions()
    options.folders = folders
    try compareRuns(options)
  }

  /// Prints the table of the runs in these folders, and writes them to a file where one is named. Of a folder
  /// that holds none it tells why, and goes on; a run without an epoch is only noted.
  package mutating func compareRuns(_ options: ComparisonOptions) throws {
    var search = RunSearch()
    for folder in options.folders { search.add(folder) }
    try options.checkOutput(search.runs)
    for error in search.failures { failAndGoOn(error) }
    var runs: [LoggedRun] = []
    for folder in search.runs {
      do {
        runs.append(try LoggedRun(readingFrom: folder))
      } catch RunFolderError.noEpoch {
        note(
          "\(tool): \(PythonSyntax.escaped(folder)) is left out: it has no epoch with a validation "
            + "loss yet")
      } catch {
        failAndGoOn(error)
      }
    }
    guard !runs.isEmpty else {
      if let path = options.outputPath { failAndGoOn(RunFolderError.noRunToWrite(path: path)) }
      return
    }
    let comparison = RunComparison(runs, sortedBy: options.order)
    let isTerminal = ProcessStream.output.isTerminal
    let columns = isTerminal ? ProcessStream.output.columns : nil
    let table = ComparisonText.table(comparison, columns: columns)
    print(table.text)
    if let columns, !table.omitted.isEmpty {
      note(
        "\(tool): \(columns) columns have no room for \(table.omitted.joined(separator: ", ")); "
          + "a pipe, as | cat, and --output have all")
    }
    if let path = options.outputPath, let form = ComparisonForm(path: path) {
      try OutputFile.write(Array(form.text(comparison).utf8), to: path)
      note(
        "\(tool): \(runs.count) run\(runs.count == 1 ? "" : "s") in \(PythonSyntax.escaped(path))")
    }
  }
}

extension ComparisonOptions {
  /// Refuses to write over a file of a run, or where nothing can be written, before anything is read.
  fileprivate func checkOutput(_ runs: [String]) throws {
    guard let outputPath else { return }
    let place = FileSystem.place(of: outputPath)
    for run in runs {
      for name in RunLog.fileNames
      where FileSystem.place(of: FileSystem.withSlash(run) + name) == place {
        throw TrainOptions.command.error(
          .outOfRange(
            option: "--output", allowed: "another file than those of a run",
            found: PythonSyntax.escaped(outputPath)))
      }
    }
    try OutputFile.checkWritable(outputPath, byteCount: 0)
    try RunLog.checkHasNone(at: outputPath)
  }
}
