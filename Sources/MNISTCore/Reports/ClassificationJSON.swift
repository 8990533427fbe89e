extension Classification {
  /// A JSON object on one line: `file` where a name is given, else `index`; `label` where it is known; `class`
  /// where the classes have names. A probability comes back exactly when it is read as float32.
  ///
  /// - Parameter more: members that follow, as text.
  package func json(
    file: String? = nil, names: [String]? = nil, more: [String] = []
  ) -> String {
    var members = [file.map { "\"file\":\(JSONText.quoted($0))" } ?? "\"index\":\(index)"]
    if let label { members.append("\"label\":\(label)") }
    members.append("\"predicted\":\(predicted)")
    if names != nil {
      members.append("\"class\":\(JSONText.quoted(ClassNames.name(of: predicted, in: names)))")
    }
    let probabilities = probabilities.map { "\($0)" }.joined(separator: ",")
    members.append("\"probabilities\":[\(probabilities)]")
    return "{\((members + more).joined(separator: ","))}"
  }
}
