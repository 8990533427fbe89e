/// One step of a computation: what went in, and how a gradient flows back through it.
final class Operation {
  fileprivate typealias Derivative = (Tensor) -> [Tensor?]

  fileprivate private(set) var inputs: [Tensor]
  /// Of the inputs' numbers and the output's, when the step was made.
  private let versions: [Int]
  private var derivative: Derivative?

  fileprivate init(inputs: [Tensor], output: Storage, derivative: @escaping Derivative) {
    self.inputs = inputs
    versions = inputs.map(\.storage.version) + [output.version]
    self.derivative = derivative
  }

  /// Whatever a derivative has kept belongs to an input, to the output or to nobody else: where none of them
  /// was overwritten, no gradient is formed from other numbers than the result was.
  fileprivate func gradients(
    of output: Tensor, from gradient: Tensor
  ) -> [Tensor?] {
    for (tensor, version) in zip(inputs + [output], versions) {
      require(
        tensor.storage.version == version,
        "a tensor of shape \(tensor.shape) was overwritten between its use and backward(): "
          + "compute the result again")
    }
    guard let derivative else { stop("an operation was asked for its gradients twice") }
    let gradients = derivative(gradient)
    require(
      gradients.count == inputs.count,
      "\(gradients.count) gradients for \(inputs.count) inputs of an operation")
    return gradients
  }

  /// Gives away the inputs; nothing can be derived afterwards.
  func takeInputs() -> [Tensor] {
    defer { (inputs, derivative) = ([], nil) }
    return inputs
  }
}

/// Whether operations are recorded, in this task.
enum Recording {
  @TaskLocal static var isOn = true
}

/// Runs `body` without recording operations: nothing computed inside can be differentiated, and
/// nothing is kept for it.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Recording.$isOn.withValue(false, operation: body)
}

extension Tensor {
  /// The result of an operation; it is recorded if an input requires a gradient and recording is on.
  ///
  /// - Parameter derivative: from the gradient of the output to one gradient for each input (nil
  ///   where an input needs none).
  convenience init(
    shape: [Int], storage: Storage, from inputs: [Tensor],
    derivative: @escaping (Tensor) -> [Tensor?]
  ) {
    let isRecorded = inputs.contains(where: \.requiresGradient) && Recording.isOn
    self.init(
      shape: shape, storage: storage, requiresGradient: isRecorded,
      operation: isRecorded
        ? Operation(inputs: inputs, output: storage, derivative: derivative) : nil)
  }

  /// Computes the derivative of this number by every given tensor it depends on that requires a
  /// gradient, and adds it to that tensor's `gradient`.
  public func backward() {
    require(count == 1, "backward() starts from one number, this tensor has shape \(shape)")
    backward(from: Tensor(repeating: 1, shape: shape, on: device))
  }

  /// The same for a tensor of any shape, given the derivative of some number by it, of the same shape.
  public func backward(from upstream: Tensor) {
    require(
      upstream.shape == shape, "the gradient of \(shape) cannot have shape \(upstream.shape)")
    require(
      requiresGradient,
      "backward() from a tensor of shape \(shape) that depends on nothing that requires a gradient")
    var pending = [ObjectIdentifier(self): upstream.detached()]
    var order = inOrderOfComputation()
    while let tensor = order.popLast() {
      guard var gradient = pending.removeValue(forKey: ObjectIdentifier(tensor)) else { continue }
      guard let operation = tensor.operation else {
        require(
          !tensor.isConsumed,
          "backward() has already gone through the computation of a tensor of shape "
            + "\(tensor.shape): compute it again")
        if let sum = tensor.gradient {
          tensor.gradient = withoutGradients { sum + gradient }
        } else {
          // Numbers of its own: two leaves may have been given the same ones, and one be overwritten.
          let isOwn = isKnownUniquelyReferenced(&gradient) && gradient.ownsItsNumbers
          tensor.gradient = isOwn ? gradient : gradient.copied()
        }
        continue
      }
      let gradients = withoutGradients { operation.gradients(of: tensor, from: gradient) }
      // What the forward pass has kept is freed here, as it is used.
      tensor.consume()
      for (input, gradient) in zip(operation.inputs, gradients) where input.requiresGradient {
        guard let gradient else { continue }
        require(
          gradient.shape == input.shape, "gradient \(gradient.shape) for input \(input.shape)")
        let key = ObjectIdentifier(input)
        pending[key] = pending[key].map { sum in withoutGradients { sum + gradient } } ?? gradient
      }
    }
  }

  private func copied() -> Tensor { Tensor(shape: shape, storage: device.copy(storage)) }

  /// Every tensor this one was computed from, each after all it was computed from.
  private func inOrderOfComputation() -> [Tensor] {
    var order: [Tensor] = []
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    // Depth first without recursion: a long computation must not end at the stack's end.
    var path: [(tensor: Tensor, nextInput: Int)] = [(self, 0)]
    while let (tensor, nextInput) = path.last {
      let inputs = tensor.operation?.inputs ?? []
      guard nextInput < inputs.count else {
        order.append(tensor)
        path.removeLast()
        continue
      }
      path[path.count - 1].nextInput += 1
      let input = inputs[nextInput]
      if input.requiresGradient && seen.insert(ObjectIdentifier(input)).inserted {
        path.append((input, 0))
      }
    }
    return order
  }
}
