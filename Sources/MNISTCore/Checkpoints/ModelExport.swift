/// A form in which other programs take a model.
package enum ExportForm: CaseIterable, Sendable {
  case onnx
  /// The weights alone.
  case safeTensors
  /// All that the model's file holds.
  case pyTorch

  /// By the ending of a file's name; nil for any other.
  package init?(path: String) {
    let name = path.lowercased()
    let form = Self.allCases.first { form in form.endings.contains { name.hasSuffix($0) } }
    guard let form else { return nil }
    self = form
  }

  private var endings: [String] {
    switch self {
    case .onnx: [".onnx"]
    case .safeTensors: [".safetensors"]
    case .pyTorch: [".pth", ".pt"]
    }
  }

  /// In words: `.onnx, .safetensors, .pth or .pt`.
  package static var endings: String {
    let endings = allCases.flatMap(\.endings)
    return endings.dropLast().joined(separator: ", ") + " or " + endings.suffix(1).joined()
  }
}

/// A model's file in another form.
package struct ModelExport {
  package let saved: SavedModel
  private let content: [UInt8]
  private let isONNX: Bool

  /// The name of the program in the files that are written here.
  private static let producer = "mnist-predict"

  /// Reads the model in the file at `path`. Throws what `SavedModel` throws, and `ONNXError`.
  ///
  /// - Parameters:
  ///   - takesBytes: whether the pixels are bytes to an ONNX file's network; else bytes divided by 255.
  ///   - version: the program's.
  package init(
    of path: String, as form: ExportForm, takesBytes: Bool, version: String
  ) throws {
    saved = try SavedModel(readingFrom: path)
    isONNX = form == .onnx
    content =
      switch form {
      case .onnx:
        try ONNXModel(saved, takesBytes: takesBytes, producer: (Self.producer, version)).encoded()
      case .safeTensors: saved.weightsFile
      case .pyTorch: try SavedModel.pyTorchFile(of: path)
      }
  }

  /// What stands where a model is to be written.
  package typealias Former = (model: FormerModel, backupPath: String)

  /// Replaces the file at `path`, or makes it, and folders around it: see `OutputFile`. Of what is there, an ONNX
  /// file of this program is replaced by one, and a model, which may be a run of hours, is kept as `NAME.bak`, as
  /// a new run keeps it; nothing else is touched. Throws `FileError`.
  ///
  /// - Parameter check: may refuse what would be done with the model that is there.
  package func write(to path: String, check: (Former?) throws -> Void) throws {
    if isONNX {
      try OutputFile.checkStanding(
        at: path, what: "no export", expected: "an ONNX file of \(Self.producer)"
      ) { ONNXModel.isFile(of: Self.producer, $0) }
      let folders = try MadeFolders(around: path)
      try withExtendedLifetime(folders) { () throws(FileError) in
        try OutputFile.write(content, to: path)
      }
    } else {
      let file = try CheckpointFile(forNewRunAt: path, keepingFormer: true)
      try check(file.former.flatMap { former in file.backup.map { (former, $0.path) } })
      try file.write(content)
    }
  }
}
