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
/// Shapes: log-probabilities `[batch, classes]`, one label in `0..<classes` for each row; the loss is a
/// single number.
public struct NLLLoss: Loss {
  /// It has no settings.
  public init() {}

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
    let device = logProbabilities.device
    let loss = device.negativeLogLikelihood(
      logProbabilities.storage, labels: labels, columns: classes)
    return Tensor(shape: [], storage: loss, from: [logProbabilities]) { g in
      let gradient = device.negativeLogLikelihoodGradient(
        upstream: g.storage, labels: labels, columns: classes)
      return [Tensor(shape: shape, storage: gradient)]
    }
  }

  public var description: String { "NLLLoss()" }
}

/// `NLLLoss` of the log-softmax, as `torch.nn.CrossEntropyLoss`: for models whose last layer is linear.
///
/// Shapes: any numbers `[batch, classes]`, one label in `0..<classes` for each row; the loss is a single
/// number.
public struct CrossEntropyLoss: Loss {
  /// It has no settings.
  public init() {}

  public func callAsFunction(_ output: Tensor, _ targets: Targets) -> Tensor {
    guard case .labels(let labels) = targets else {
      stop("CrossEntropyLoss needs labels, not \(targets.summary)")
    }
    return self(output, labels)
  }

  /// The loss of `[batch, classes]` numbers that need not be normalised.
  public func callAsFunction(_ logits: Tensor, _ labels: [Int]) -> Tensor {
    NLLLoss()(logits.logSoftmax(), labels)
  }

  public var description: String { "CrossEntropyLoss()" }
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
