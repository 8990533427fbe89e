extension ClassNames {
  /// The name of the file beside the data that says what the classes are called, one a line from class 0 on.
  static let fileName = "classes.txt"

  /// The names in the file in `folder`, nil where there is none. There must be one for each class of the
  /// `labels`; each one more is a class without images.
  static func read(in folder: String, labels: [UInt8]) throws -> [String]? {
    let path = FileSystem.withSlash(folder) + fileName
    guard try FileSystem.isDirectory(path) == false else { return nil }
    let names = try names(in: InputFile.read(path, limit: 1 << 20), path: path)
    let classCount = Int(labels.max() ?? 0) + 1
    guard names.count >= classCount else {
      throw ClassNamesError(
        path: path, expected: "a line for each of the \(classCount) classes",
        found: "\(names.count)")
    }
    return names
  }

  /// The names in the content of such a file; white space around them and empty lines at the end mean nothing.
  static func names(in bytes: [UInt8], path: String) throws(ClassNamesError) -> [String] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ClassNamesError(path: path, expected: "text in UTF-8", found: "other bytes")
    }
    // A byte order mark, too.
    let isSpace = { (letter: Character) in letter.isWhitespace || letter == "\u{FEFF}" }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      String($0.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
    while lines.last == "" { lines.removeLast() }
    if let fault = fault(lines) {
      throw ClassNamesError(
        path: path, expected: "a name on each line, all different", found: fault)
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
