extension ClassNames {
  /// The name of the file beside the data that says what the classes are called, one a line from class 0 on.
  static let fileName = "classes.txt"

  /// The names in the file in `folder`, nil where there is none. There must be one for each class of the
  /// `labels`; each one more is a class without images.
  static func read(in folder: String, labels: [UInt8]) throws -> [String]? {
    let path = FileSystem.withSlash(folder) + fileName
    guard try FileSystem.isDirectory(path) == false else { return nil }
    let bytes = try InputFile.read(path, limit: 1 << 20)
    guard var text = String(validating: bytes, as: UTF8.self)?[...] else {
      throw ClassNamesError(path: path, expected: "text in UTF-8", found: "other bytes")
    }
    if text.first == "\u{FEFF}" { text.removeFirst() }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map {
        String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      }
    while lines.last == "" { lines.removeLast() }
    if let fault = fault(lines) {
      throw ClassNamesError(
        path: path, expected: "a name on each line, all different", found: fault)
    }
    let classCount = Int(labels.max() ?? 0) + 1
    guard lines.count >= classCount else {
      throw ClassNamesError(
        path: path, expected: "a line for each of the \(classCount) classes",
        found: "\(lines.count)")
    }
    return lines
  }

  /// `cat, dog, owl`; of many the first few.
  static func list(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
  }
}

/// Names that classes cannot have.
package struct ClassNamesError: Error, Equatable, CustomStringConvertible {
  let path: String
  let expected: String
  let found: String

  /// One sentence with the path.
  package var description: String {
    "\(path): not the names of the classes (expected \(expected), found \(found))"
  }
}
