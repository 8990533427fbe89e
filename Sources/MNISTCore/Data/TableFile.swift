/// One part of a set in a CSV file or in an archive of NumPy's arrays (NPZ).
///
/// A word of the file's name that begins with `train`, or with `test`, `t10k` or `val`, tells the part, so that
/// `mnist_train.csv` and `mnist_test.csv` are one set. In an archive the names of its arrays tell it. A file without
/// a part has both: of each seven images of a class, in their order, the fourth is for testing.
struct TableFile: Equatable {
  enum Kind: String {
    case csv = "CSV"
    case npz = "NPZ"
  }

  let path: String
  let kind: Kind
  let isTrain: Bool
  /// Whether the file's name says that it is this part.
  let isNamedPart: Bool

  /// The part of the set to which the file at `path` belongs; nil where it is neither CSV nor an archive.
  init?(_ path: String, isTrain: Bool) throws {
    guard let kind = Self.kind(of: path) else { return nil }
    let place = FileSystem.split(path)
    guard let part = FileName(place.name).part, !Self.archive(at: path, kind, has: isTrain) else {
      self.init(path: path, kind: kind, isTrain: isTrain, isNamedPart: false)
      return
    }
    if (part == .train) == isTrain {
      self.init(path: path, kind: kind, isTrain: isTrain, isNamedPart: true)
      return
    }
    let sets = Self.sets(in: place.folder.isEmpty ? "." : place.folder)
    let set = sets.first { $0.name.key == FileName(place.name).key && $0.kind == kind }
    guard let other = set?.path(isTrain: isTrain) else {
      throw SetFolderError.noPart(
        path: path, isTrain: isTrain,
        expected: "a file beside it whose name has \(isTrain ? "train" : "test") in place of "
          + "\(isTrain ? "test" : "train")", found: "none")
    }
    self.init(path: other, kind: kind, isTrain: isTrain, isNamedPart: true)
  }

  private init(path: String, kind: Kind, isTrain: Bool, isNamedPart: Bool) {
    (self.path, self.kind, self.isTrain) = (path, kind, isTrain)
    self.isNamedPart = isNamedPart
  }

  /// Whether the file is an archive that tells the part itself, whatever it is called.
  private static func archive(at path: String, _ kind: Kind, has isTrain: Bool) -> Bool {
    guard kind == .npz, let file = try? FileBytes(path, limit: IDX.limitBytes) else { return false }
    return (try? NPZImages(file))?.images(isTrain ? .training : .test) != nil
  }

  // MARK: - Reading

  /// The images of the part, which must have labels; and of how many, where the parts were not split.
  func load() throws -> (images: ImageTable, labels: [UInt8], sharedCount: Int?) {
    let file = try FileBytes(path, limit: IDX.limitBytes)
    var isWhole = !isNamedPart
    let table: ImageTable
    switch kind {
    case .csv: table = try CSVImages.table(file)
    case .npz:
      let archive = try NPZImages(file)
      let part = archive.images(isTrain ? .training : .test)
      if part != nil { isWhole = false }
      guard let images = part ?? archive.images(.only) else {
        throw SetFolderError.noPart(
          path: path, isTrain: isTrain, expected: isTrain ? "x_train" : "x_test",
          found: archive.others.isEmpty
            ? "only the other part" : archive.others.joined(separator: ", "))
      }
      table = try images.table()
    }
    guard let labels = table.labels else {
      throw SetFolderError.noLabels(path: path, isTrain: isTrain)
    }
    guard isWhole else { return (table, labels, nil) }
    let (part, partLabels) = Self.share(of: table, labels, isTrain: isTrain)
    guard !partLabels.isEmpty else {
      throw SetFolderError.noPart(
        path: path, isTrain: isTrain, expected: "at least four of a class", found: "\(labels.count)"
      )
    }
    return (part, partLabels, labels.count)
  }

  private static func share(
    of table: ImageTable, _ labels: [UInt8], isTrain: Bool
  ) -> (ImageTable, [UInt8]) {
    var counts = [Int](repeating: 0, count: 256)
    let size = table.height * table.width
    var pixels: [UInt8] = []
    var kept: [UInt8] = []
    for (index, label) in labels.enumerated() {
      if PictureFolder.isForTesting(counts[Int(label)]) != isTrain {
        pixels += table.pixels[index * size..<(index + 1) * size]
        kept.append(label)
      }
      counts[Int(label)] += 1
    }
    return (
      ImageTable(height: table.height, width: table.width, pixels: pixels, labels: kept), kept
    )
  }

  // MARK: - Finding

  /// A set of one file or of one for each part.
  struct FileSet {
    let name: FileName
    let kind: Kind
    var files: [FileName.Part?: String]

    /// Any of its files.
    var path: String { files[nil] ?? files[.train] ?? files.values.sorted()[0] }

    func path(isTrain: Bool) -> String? {
      isTrain ? files[.train] : files[.test] ?? files[.validation]
    }
  }

  /// The sets of files in a folder, in the order of their names. Files that cannot be images are passed over.
  static func sets(in folder: String) -> [FileSet] {
    let base = FileSystem.withSlash(folder)
    var sets: [FileSet] = []
    let names = ((try? FileSystem.names(in: folder)) ?? []).filter { !$0.hasPrefix(".") }
    for (index, file) in names.enumerated() {
      let (name, path) = (FileName(file), base + file)
      guard index < 100 || name.isUsual, let kind = kind(of: path), fault(of: path, kind) == nil
      else { continue }
      let place = sets.firstIndex { $0.name.key == name.key && $0.kind == kind }
      if let place {
        // Of a plain and a packed copy the first counts.
        if sets[place].files[name.part] == nil { sets[place].files[name.part] = path }
      } else {
        sets.append(FileSet(name: name, kind: kind, files: [name.part: path]))
      }
    }
    return sets
  }

  /// What the file is, by its content; nil for another.
  private static func kind(of path: String) -> Kind? {
    guard let start = start(of: path) else { return nil }
    if FileKind.name(start) == "a NumPy archive" { return .npz }
    return CSVImages.recognizes(start) ? .csv : nil
  }

  /// What shows without reading all of a file of this kind that it has no images, or is damaged.
  private static func fault(of path: String, _ kind: Kind) -> (any Error)? {
    do {
      switch kind {
      case .npz: _ = try NPZImages(FileBytes(path, limit: IDX.limitBytes))
      case .csv:
        let text = (start(of: path) ?? []).drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
        let layout = try CSVLayout(line, path: path)
        // A line of names alone, as in a text, is no image.
        if layout.hasHeader, line.endIndex == text.endIndex { throw CSVError.noRows(path: path) }
      }
      return nil
    } catch {
      return error
    }
  }

  /// The same as a sentence with the path; nil where nothing is wrong, or the file is of another kind.
  static func fault(of path: String) -> String? {
    kind(of: path).flatMap { fault(of: path, $0) }.map { "\($0)" }
  }

  /// The first bytes, unpacked: enough for a line as long as of images of 256 × 256.
  private static func start(of path: String) -> [UInt8]? {
    let count = 1 << 18
    guard let file = try? FileBytes(path, limit: .max), let start = try? file.read(count) else {
      return nil
    }
    return GzipReader.recognizes(start)
      ? try? GzipReader(start, path: path).read(count) : start
  }

  /// What the name of a file tells.
  struct FileName {
    enum Part { case train, test, validation }

    let part: Part?
    /// The same for the files of one set.
    let key: [Substring]
    /// The name ends as such files' names do.
    let isUsual: Bool

    init(_ name: String) {
      var words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
      if words.last == "gz" { words.removeLast() }
      isUsual = ["csv", "tsv", "npz"].contains(words.last)
      var part: Part?
      for (index, word) in words.enumerated() where part == nil {
        part =
          word.hasPrefix("train")
          ? .train
          : word.hasPrefix("test") || word == "t10k"
            ? .test
            : word.hasPrefix("valid") || word == "val" ? .validation : nil
        if part != nil { words[index] = "*" }
      }
      self.part = part
      key = words
    }
  }
}
