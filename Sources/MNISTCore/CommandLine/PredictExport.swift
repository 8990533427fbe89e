// `mnist-predict --export FILE`: what is refused, and what is said of the file.

extension PredictOptions {
  /// Writes the model in another form, and prints what was written.
  package func export(to path: String, _ console: inout Console) throws {
    guard let form = ExportForm(path: path) else { throw Self.command.error(wrongEnding(path)) }
    try checkPlace(path, "another file than --model_fn", path)
    let export = try ModelExport(
      of: modelPath, as: form, takesBytes: exportsBytes, version: Release.version)
    if let note = PredictionText.convertedTypes(of: export.saved, in: modelPath) {
      console.note(note)
    }
    var kept: String?
    do {
      try export.write(to: path) { former in
        guard let (model, backupPath) = former else { return }
        try checkPlace(backupPath, "a file whose .bak is not that of --model_fn", path)
        kept =
          "\(Self.toolName): \(PythonSyntax.escaped(path)) held \(TrainingText.words(model)), kept as "
          + PythonSyntax.escaped(backupPath)
      }
    } catch FileError.cannotKeep(let path, let error) {
      // The advice for that error is an option of the other tool.
      throw FileError.notReplaced(path: path, what: "the model there cannot be kept: \(error)")
    }
    if let kept { console.note(kept) }
    console.print(line(path, form, export.saved.layout))
  }

  /// Refuses to export to `path` where `written`, which that replaces, is the model's own file.
  private func checkPlace(_ written: String, _ allowed: String, _ path: String) throws(UsageError) {
    guard FileSystem.place(of: written) != FileSystem.place(of: modelPath) else {
      throw Self.command.error(
        .outOfRange(option: "--export", allowed: allowed, found: PythonSyntax.escaped(path)))
    }
  }

  /// What was written, and how another program uses it.
  private func line(_ path: String, _ form: ExportForm, _ layout: ModelLayout) -> String {
    let name = PythonSyntax.quoted(path)
    let words =
      switch form {
      case .onnx:
        "ONNX: image [N, \(layout.inputSize)], \(exportsBytes ? "uint8, 0 to 255" : "float32, 0 to 1"); "
          + "gives log_probabilities [N, \(layout.outputSize)]"
      case .safeTensors:
        "weights: model.load_state_dict(safetensors.torch.load_file(\(name)))"
      case .pyTorch: "PyTorch: model.load_state_dict(torch.load(\(name))['model'])"
      }
    return "Written: \(PythonSyntax.escaped(path)) (\(words))"
  }

  /// What does not go with `--export`, which predicts nothing.
  var exportContradiction: UsageError.Problem? {
    guard let exportPath else {
      return exportsBytes
        ? .notAllowedWithout(option: "--export_uint8", other: "--export") : nil
    }
    let others: [(isThere: Bool, option: String)] = [
      (testCount != nil, "--n_test"), (show, "--show"), (isRaw, "--raw"), (json, "--json"),
      (reportDirectory != nil, "--report"), (logDirectory != nil, "--log_dir"),
      (imagesPath != nil, "--images"), (serviceAddress != nil, "--serve"),
    ]
    if let other = others.first(where: \.isThere)?.option {
      return .notAllowedWith(option: other, other: "--export")
    }
    if !pictures.isEmpty {
      return .notAllowedWith(
        option: "--export", other: Self.command.operands?.metavariable ?? "")
    }
    guard let form = ExportForm(path: exportPath) else { return wrongEnding(exportPath) }
    return exportsBytes && form != .onnx
      ? .outOfRange(
        option: "--export", allowed: "a name that ends in .onnx with --export_uint8",
        found: PythonSyntax.quoted(exportPath)) : nil
  }

  private func wrongEnding(_ path: String) -> UsageError.Problem {
    .outOfRange(
      option: "--export", allowed: "a name that ends in \(ExportForm.endings)",
      found: PythonSyntax.quoted(path))
  }
}
