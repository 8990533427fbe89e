/// What classes are called, and what names must be, wherever they are read.
enum ClassNames {
  /// Labels are bytes.
  static let countLimit = 256
  /// Any name that a folder may have is short enough: one of 255 bytes that are no text, too.
  static let byteLimit = 1024

  /// What a class is called: its name or, where it has none, its number.
  static func name(of label: Int, in names: [String]?) -> String {
    guard let names, names.indices.contains(label) else { return "\(label)" }
    return names[label]
  }

  /// What is wrong with these names, as it follows "found"; nil where nothing is.
  static func fault(_ names: [String]) -> String? {
    guard 1...countLimit ~= names.count else { return "\(names.count) names" }
    var seen: Set<String> = []
    for (label, name) in names.enumerated() {
      if name.isEmpty { return "an empty name for class \(label)" }
      guard name.utf8.count <= byteLimit else {
        return "a name of \(name.utf8.count) bytes for class \(label)"
      }
      // A model file with such a name would be refused; see `JSONReader.markLimit`.
      guard JSONReader.longestRowOfMarks(in: name) <= JSONReader.markLimit else {
        return
          "more than \(JSONReader.markLimit) combining marks in a row in the name of class \(label)"
      }
      // Two spellings of one character are equal, as they look.
      guard seen.insert(name).inserted else { return "\(JSONText.excerpt(name)) twice" }
    }
    return nil
  }
}
