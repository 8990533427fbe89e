/// Classifications as lines of text.
public enum ClassificationText {
  /// `three.png: 3 (0.9987), then 5 (0.0008), 8 (0.0003)`.
  public static func line(_ name: String, _ classification: Classification) -> String {
    func text(_ label: Int) -> String {
      "\(label) (\(NumberText.fixed(Double(classification.probabilities[label]))))"
    }
    let ranking = classification.ranking
    let others = ranking.filter { $0 != classification.predicted }.prefix(2).map(text)
    return "\(PythonSyntax.escaped(name)): \(text(classification.predicted))"
      + (others.isEmpty ? "" : ", then \(others.joined(separator: ", "))")
  }

  /// A JSON object on one line: `file` where a name is given, else `index`; `label` where it is known.
  /// A probability comes back exactly when it is read as float32.
  public static func json(_ classification: Classification, file: String? = nil) -> String {
    var members = [
      file.map { "\"file\":\(JSONText.quoted($0))" } ?? "\"index\":\(classification.index)"
    ]
    if let label = classification.label { members.append("\"label\":\(label)") }
    members.append("\"predicted\":\(classification.predicted)")
    let probabilities = classification.probabilities.map { $0.isFinite ? "\($0)" : "null" }
    members.append("\"probabilities\":[\(probabilities.joined(separator: ","))]")
    return "{\(members.joined(separator: ","))}"
  }

  /// The last line of JSON: how many there were and, with labels, how many were right.
  public static func jsonSummary(count: Int, failures: Int = 0, accuracy: Proportion?) -> String {
    var members = ["\"summary\":true", "\"count\":\(count)"]
    if failures > 0 { members.append("\"failures\":\(failures)") }
    if let accuracy {
      let interval = accuracy.interval95
      members += [
        "\"correct\":\(accuracy.successes)", "\"accuracy\":\(accuracy.value)",
        "\"standard_error\":\(accuracy.standardError)",
        "\"interval_95\":[\(interval.lowerBound),\(interval.upperBound)]",
      ]
    }
    return "{\(members.joined(separator: ","))}"
  }

  /// Accuracy with its standard error, and the three pairs most often confused.
  ///
  /// `0.9837 ± 0.0013 (163 of 10000 wrong); most confused: 4 as 9 (18), 7 as 2 (12), 9 as 4 (9)`
  public static func summary(_ evaluation: Evaluation) -> String {
    let accuracy = evaluation.accuracy
    let pairs = evaluation.confusion.confusions.prefix(3).map {
      "\($0.label) as \($0.predicted) (\($0.count))"
    }
    return "\(NumberText.fixed(accuracy.value)) ± \(NumberText.fixed(accuracy.standardError)) "
      + "(\(accuracy.trials - accuracy.successes) of \(accuracy.trials) wrong)"
      + (pairs.isEmpty ? "" : "; most confused: \(pairs.joined(separator: ", "))")
  }

  /// What a person should know of a picture before believing its prediction; nil if nothing.
  public static func warning(_ name: String, _ image: ModelImage) -> String? {
    image.isBlank
      ? "\(PythonSyntax.escaped(name)): blank: the prediction means nothing" : nil
  }
}
