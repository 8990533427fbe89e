/// What each class counts for in the loss.
public enum ClassWeighting: String, CaseIterable, Sendable {
  /// All classes count alike.
  case equal = "none"
  /// A class counts for more the rarer it is.
  case balanced

  /// One weight for each class; nil where all count alike. Balanced is n / (classes · count) for n labels, of which
  /// `count` are the class's, as scikit-learn has it; a class without one counts as if it had one.
  ///
  /// - Parameter labels: each in `0..<classCount`.
  public func weights(of labels: [Int], classCount: Int) -> [Float]? {
    guard self == .balanced else { return nil }
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels {
      require(0..<classCount ~= label, "label \(label) is outside 0..<\(classCount)")
      counts[label] += 1
    }
    let even = Double(max(1, labels.count)) / Double(classCount)
    return counts.map { Float(even / Double(max(1, $0))) }
  }
}

extension TrainingSettings {
  /// The loss of a run that trains on images with these labels.
  func makeLoss(trainingOn labels: [Int]) -> NLLLoss {
    NLLLoss(
      classWeights: classWeighting.weights(of: labels, classCount: outputSize),
      labelSmoothing: labelSmoothing)
  }

  /// The loss as it is printed: `NLLLoss(class_weights=balanced, label_smoothing=0.1)`, without what is as usual.
  package var lossDescription: String {
    let settings = [
      classWeighting == .equal ? nil : "class_weights=\(classWeighting.rawValue)",
      labelSmoothing == 0 ? nil : "label_smoothing=\(pythonText(labelSmoothing))",
    ]
    return "NLLLoss(\(settings.compactMap(\.self).joined(separator: ", ")))"
  }
}
