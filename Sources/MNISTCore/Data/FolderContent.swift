/// What lies where a set was looked for and none was found, and what was probably meant.
package struct FolderContent: Equatable, Sendable {
  /// The folder, as it was named.
  let path: String
  /// Whether the training part was looked for, else the test part.
  let isTrain: Bool
  /// In words, such as `nothing` or `a CSV file, train.csv`; nil where there is no folder of that name.
  let found: String?
  /// What makes the name itself look like a mistake, such as a carriage return at its end.
  let remark: String?
  /// Folders nearby that hold a set, at most three.
  let meant: [String]

  /// Whether nothing stands in the way of a set that is put there.
  var isVacant: Bool { found == nil || found == Self.nothing }

  private static let nothing = "nothing"

  init(_ path: String, isTrain: Bool) throws(FileError) {
    (self.path, self.isTrain) = (path, isTrain)
    let (name, remark) = Self.withoutSlip(path)
    self.remark = remark
    let isThere = try FileSystem.isDirectory(path) != nil
    found = isThere ? try Self.content(of: path) : nil
    let nearby =
      (remark == nil ? [] : [name]) + (isThere ? Self.folders(below: path) : Self.alike(path))
    var meant: [String] = []
    for folder in nearby where meant.count < 3 && !meant.contains(folder) {
      if Self.holdsSet(folder, isTrain: isTrain) { meant.append(folder) }
    }
    self.meant = meant
  }

  /// Whether the name looks like a mistake: such a folder is not made.
  static func isSlip(_ path: String) -> Bool { withoutSlip(path).remark != nil }

  private static func withoutSlip(_ path: String) -> (name: String, remark: String?) {
    let scalars = path.unicodeScalars
    let isStray = { (scalar: Unicode.Scalar) in
      scalar.properties.isWhitespace || scalar.value < 0x20
        || "\"'\u{FEFF}".unicodeScalars.contains(scalar)
    }
    let name = String(
      String.UnicodeScalarView(
        scalars.drop(while: isStray).reversed().drop(while: isStray).reversed()))
    if name.unicodeScalars.count < scalars.count, !name.isEmpty {
      return scalars.last == "\r"
        ? (name, "its name ends in a carriage return, as in a script with the line ends of Windows")
        : (name, "its name begins or ends with white space or a quotation mark")
    }
    if path == "~" || path.hasPrefix("~/") {
      let home = CLibrary.environment("HOME") ?? ""
      return (home + path.dropFirst(), "the shell has left the ~ as it is")
    }
    return (path, nil)
  }

  // MARK: - What was meant

  /// Whether a folder is one that can be named: with the set in it, or in the subfolder for MNIST.
  private static func holdsSet(_ folder: String, isTrain: Bool) -> Bool {
    (try? SetFolder.find(folder, isTrain: isTrain)) != nil
  }

  /// Folders inside this one, down to the third level: those of one level before those below. Not those
  /// with a dot before their name, and not more than people have.
  static func folders(below folder: String) -> [String] {
    var found: [String] = []
    var level = [folder]
    for _ in 0..<3 where found.count < 300 {
      var next: [String] = []
      for folder in level where next.count < 300 {
        let base = FileSystem.withSlash(folder)
        for name in ((try? FileSystem.names(in: folder)) ?? []).prefix(1_000)
        where !name.hasPrefix(".") && (try? FileSystem.isDirectory(base + name)) == true {
          next.append(base + name)
        }
      }
      found += next
      level = next
    }
    return found
  }

  /// Folders whose names are nearly this one.
  private static func alike(_ path: String) -> [String] {
    let (folder, name) = FileSystem.split(path)
    let typed = Array(name.lowercased())
    let limit = min(2, max(1, typed.count / 2))
    return ((try? FileSystem.names(in: folder.isEmpty ? "." : folder)) ?? []).prefix(1_000)
      .map { (name: $0, edits: editDistance(typed, Array($0.lowercased().prefix(100)))) }
      .filter { $0.edits <= limit }
      .sorted { $0.edits < $1.edits }
      .map { folder + $0.name }
  }

  // MARK: - What is there

  /// In words. Of many files, the first few are looked at.
  private static func content(of folder: String) throws(FileError) -> String {
    let base = FileSystem.withSlash(folder)
    func names(_ folder: String) -> [String] {
      ((try? FileSystem.names(in: folder)) ?? []).filter { !$0.hasPrefix(".") }
    }
    // Now with its error, where it cannot be read.
    guard try FileSystem.names(in: folder).contains(where: { !$0.hasPrefix(".") }) else {
      return nothing
    }
    let folders = folders(below: folder).map { String($0.dropFirst(base.count)) }
    let inner = folders.prefix(100).map { ($0, names(base + $0).prefix(100)) }
    let notFiles = Set(folders)
    let files = (names(folder) + inner.flatMap { folder, names in names.map { "\(folder)/\($0)" } })
      .filter { !notFiles.contains($0) }

    let parts = files.filter(isIDXName)
    if !parts.isEmpty {
      return "IDX files, but not these together, \(list(parts))"
    }
    if let picture = files.first(where: PictureFolder.Layout.isPictureName) {
      return "pictures, such as \(picture)"
    }
    guard !files.isEmpty else { return "empty folders, \(list(folders))" }
    let known = files.prefix(40).map { (name: $0, kind: kind(of: base + $0)) }
    let telling =
      known.first { !["a file", "a text file", "a JSON file", "an empty file"].contains($0.kind) }
      ?? known[0]
    let others = files.filter { $0 != telling.name }
    // What a form that is understood lacks its reader says.
    if let fault = TableFile.fault(of: base + telling.name) {
      return "\(telling.kind), but \(fault)"
    }
    return "\(telling.kind), \(telling.name)" + (others.isEmpty ? "" : ", beside \(list(others))")
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }

  private static func isIDXName(_ path: String) -> Bool {
    let name = path.lowercased()
    return name.contains("idx") || name.contains("ubyte")
  }

  /// By the content; of a packed file, what is in it.
  private static func kind(of path: String) -> String {
    guard let file = try? InputFile(path, limit: .max),
      let start = try? file.read(0..<min(file.size, 1 << 16))
    else { return "a file" }
    let kind = FileKind.name(start) ?? "a file"
    guard kind == "a gzip file",
      let inside = try? GzipReader(start, path: path).read(FileKind.prefixBytes),
      let content = FileKind.name(inside)
    else { return kind }
    return "\(content), packed with gzip"
  }
}
