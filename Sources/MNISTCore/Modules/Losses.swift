/// What a model's output is measured against, for the rows of a batch.
public enum Targets {
  /// The class of each row.
  case labels([Int])
  /// As many numbers as the output has, in its shape.
  case numbers(Tensor)

  /// `5 labels` or the shape of the numbers, for sentences.
  var summary: String {
    switch self {
    case .labels(let labels): "\(labels.count) labels"
    case .numbers(let tensor): "numbers of shape \(tensor.shape)"
    }
  }
}

/// How far a model's output is from its targets: a single number to be made small.
public protocol Loss: CustomStringConvertible {
  /// A tensor of rank zero. Stops the program where the targets are not of the loss's kind.
  func callAsFunction(_ output: Tensor, _ targets: Targets) -> Tensor
}

/// Negative log-likelihood: the mean over the batch of −y[label], as `torch.nn.NLLLoss`.
///
/// With weights w and smoothing S it is, over the rows i with label t and the K classes c,
/// `Σᵢ ((1 − S) · w[t] · −y[i, t] + S / K · Σ_c w[c] · −y[i, c]) / Σᵢ w[t]`, as
/// `torch.nn.CrossEntropyLoss(weight=w, label_smoothing=S)` of the same log-probabilities.
///
/// Shapes: log-probabilities `[batch, classes]`, one label in `0..<classes` for each row; the loss is a
/// single number.
public struct NLLLoss: Loss {
  /// What each class counts for; nil where all count alike.
  public let classWeights: [Float]?
  /// The share of each label that is spread evenly over all classes; 0 for none.
  public let labelSmoothing: Double

  /// - Parameters:
  ///   - classWeights: one for each class, above 0 and finite: no batch can be without weight.
  ///   - labelSmoothing: at least 0 and less than 1.
  public init(classWeights: [Float]? = nil, labelSmoothing: Double = 0) {
    if let wrong = classWeights?.first(where: { !($0 > 0 && $0.isFinite) }) {
      stop("the weight of a class is a finite number above 0, not \(wrong)")
    }
    require(
      0..<1 ~= labelSmoothing, "a share of a label is in 0..<1, not \(labelSmoothing)")
    self.classWeights = classWeights
    self.labelSmoothing = labelSmoothing
  }

  public func callAsFunction(_ output: Tensor, _ targets: Targets) -> Tensor {
    guard case .labels(let labels) = targets else {
      stop("NLLLoss needs labels, not \(targets.summary)")
    }
    return self(output, labels)
  }

  /// The loss of `[batch, classes]` log-probabilities.
  // ∂y = −1 / batch at each row's label, 0 elsewhere
  public func callAsFunction(_ logProbabilities: Tensor, _ labels: [Int]) -> Tensor {
    let shape = logProbabilities.shape
    require(
      shape.count == 2 && shape[0] == labels.count && !labels.isEmpty,
      "a loss over classes needs [batch, classes] and a label for each row, not \(shape) and "
        + "\(labels.count) labels")
    let classes = shape[1]
    if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      stop("label \(labels[row]) of row \(row) is outside 0..<\(classes), the classes of \(shape)")
    }
    guard classWeights == nil, labelSmoothing == 0 else {
      return (logProbabilities * factors(like: logProbabilities, labels)).sum()
    }
    let device = logProbabilities.device
    let loss = device.negativeLogLikelihood(
      logProbabilities.storage, labels: labels, columns: classes)
    return Tensor(shape: [], storage: loss, from: [logProbabilities]) { g in
      let gradient = device.negativeLogLikelihoodGradient(
        upstream: g.storage, labels: labels, columns: classes)
      return [Tensor(shape: shape, storage: gradient)]
    }
  }

  /// What each log-probability counts for, so that the loss is the sum of their products.
  private func factors(like logProbabilities: Tensor, _ labels: [Int]) -> Tensor {
    let classes = logProbabilities.shape[1]
    require(
      classWeights?.count ?? classes == classes,
      "\(classWeights?.count ?? 0) weights cannot belong to the \(classes) classes of "
        + "\(logProbabilities.shape)")
    let weights = classWeights?.map { Double($0) } ?? [Double](repeating: 1, count: classes)
    let total = labels.reduce(0) { $0 + weights[$1] }
    let spread = weights.map { Float(-$0 * labelSmoothing / Double(classes) / total) }
    var factors: [Float] = []
    factors.reserveCapacity(labels.count * classes)
    for label in labels {
      factors += spread
      let rest = weights[label] * (1 - labelSmoothing + labelSmoothing / Double(classes))
      factors[factors.count - classes + label] = Float(-rest / total)
    }
    return Tensor(
      shape: logProbabilities.shape, storage: logProbabilities.device.upload(factors))
  }

  public var description: String { "NLLLoss(\(settingsText))" }

  /// `class_weights=[1.0, 2.0], label_smoothing=0.1`, without what is as usual.
  fileprivate var settingsText: String {
    [
      classWeights.map { "class_weights=\($0)" },
      labelSmoothing == 0 ? nil : "label_smoothing=\(pythonText(labelSmoothing))",
    ].compactMap(\.self).joined(separator: ", ")
  }
}

/// `NLLLoss` of the log-softmax, as `torch.nn.CrossEntropyLoss`: for models whose last layer is linear. Its
/// settings are those of `NLLLoss`.
///
/// Shapes: any numbers `[batch, classes]`, one label in `0..<classes` for each row; the loss is a single
/// number.
public struct CrossEntropyLoss: Loss {
  private let ofLogProbabilities: NLLLoss

  /// - Parameters:
  ///   - classWeights: one for each class, above 0 and finite; nil where all count alike.
  ///   - labelSmoothing: at least 0 and less than 1.
  public init(classWeights: [Float]? = nil, labelSmoothing: Double = 0) {
    ofLogProbabilities = NLLLoss(classWeights: classWeights, labelSmoothing: labelSmoothing)
  }

  public func callAsFunction(_ output: Tensor, _ targets: Targets) -> Tensor {
    guard case .labels(let labels) = targets else {
      stop("CrossEntropyLoss needs labels, not \(targets.summary)")
    }
    return self(output, labels)
  }

  /// The loss of `[batch, classes]` numbers that need not be normalised.
  public func callAsFunction(_ logits: Tensor, _ labels: [Int]) -> Tensor {
    ofLogProbabilities(logits.logSoftmax(), labels)
  }

  public var description: String { "CrossEntropyLoss(\(ofLogProbabilities.settingsText))" }
}

/// Mean squared error over all elements, as `torch.nn.MSELoss`.
///
/// Shapes: prediction and target alike, with at least one number; the loss is a single number.
public struct MSELoss: Loss {
  /// It has no settings.
  public init() {}

  public func callAsFunction(_ output: Tensor, _ targets: Targets) -> Tensor {
    guard case .numbers(let target) = targets else {
      stop("MSELoss needs numbers as targets, not \(targets.summary)")
    }
    return self(output, target)
  }

  /// The loss of a prediction beside a target of its shape.
  public func callAsFunction(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    require(
      prediction.shape == target.shape,
      "MSELoss needs two tensors of one shape, not \(prediction.shape) and \(target.shape)")
    let difference = prediction - target
    return (difference * difference).mean()
  }

  public var description: String { "MSELoss()" }
}
