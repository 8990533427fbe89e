/// One step of a computation: what went in, and how a gradient flows back through it.
final class Operation {
  fileprivate typealias Derivative = (Tensor) -> [Tensor?]

  fileprivate private(set) var inputs: [Tensor]
  private let versions: [Int]
  private var derivative: Derivative?

  fileprivate init(inputs: [Tensor], derivative: @escaping Derivative) {
    self.inputs = inputs
    versions = inputs.map(\.version)
    self.derivative = derivative
  }

  fileprivate func gradients(of output: Tensor) -> [Tensor?] {
    require(
      inputs.map(\.version) == versions,
      "a tensor was overwritten between its use and backward(): compute the result again")
    return derivative?(output) ?? []
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
    shape: [Int], buffer: FloatBuffer, from inputs: [Tensor],
    derivative: @escaping (Tensor) -> [Tensor?]
  ) {
    let isRecorded = inputs.contains(where: \.requiresGradient) && Recording.isOn
    self.init(
      shape: shape, buffer: buffer, requiresGradient: isRecorded,
      operation: isRecorded ? Operation(inputs: inputs, derivative: derivative) : nil)
  }

  /// Computes the derivative of this number by every given tensor it depends on that requires a
  /// gradient, and adds it to that tensor's `gradient`.
  public func backward() {
    require(count == 1, "backward() starts from one number, this tensor is \(shape)")
    backward(from: Tensor(repeating: 1, shape: shape))
  }

  /// The same for a tensor of any shape, given the derivative of some number by it.
  public func backward(from upstream: Tensor) {
    require(
      upstream.shape == shape, "the gradient of \(shape) cannot have shape \(upstream.shape)")
    require(requiresGradient, "backward() from a tensor that does not require a gradient")
    var pending = [ObjectIdentifier(self): upstream.detached()]
    var order = inOrderOfComputation()
    while let tensor = order.popLast() {
      guard let gradient = pending.removeValue(forKey: ObjectIdentifier(tensor)) else { continue }
      guard let operation = tensor.operation else {
        require(
          !tensor.isConsumed,
          "backward() has already gone through this computation: compute it again")
        // A tensor of its own: two leaves may have been given one and the same.
        tensor.gradient = sum(tensor.gradient, gradient.detached())
        continue
      }
      // What the forward pass has kept is freed here, as it is used.
      tensor.consume()
      let gradients = withoutGradients { operation.gradients(of: gradient) }
      for (input, gradient) in zip(operation.inputs, gradients) where input.requiresGradient {
        guard let gradient else { continue }
        require(
          gradient.shape == input.shape, "gradient \(gradient.shape) for input \(input.shape)")
        let key = ObjectIdentifier(input)
        pending[key] = sum(pending[key], gradient)
      }
    }
  }

  private func sum(_ gradient: Tensor?, _ addition: Tensor) -> Tensor {
    guard let gradient else { return addition }
    return withoutGradients { gradient + addition }
  }

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
