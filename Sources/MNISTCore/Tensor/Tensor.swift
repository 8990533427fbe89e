/// A float32 array of any rank that remembers how it was computed, as `torch.Tensor`.
///
/// A tensor is a reference: two names for one tensor see the same numbers and the same gradient.
/// Operations give new tensors and leave their inputs alone; only an optimiser, a module's running
/// statistics and `copy(from:)` write into one that exists. `detached()`, `reshaped(_:)`, `Parameter(_:)` and
/// `Buffer(_:)` give tensors that share their numbers with the one they were made from: overwriting one
/// overwrites the other, and `backward()` refuses to go through overwritten numbers. What has nothing to do,
/// such as `broadcast(to:)` the shape it has or dropout in evaluation, gives the tensor itself.
public class Tensor {
  /// The size of each axis; empty for a single number.
  public let shape: [Int]
  /// Numbers in C order (the last axis is contiguous).
  private(set) var storage: Storage
  /// Whether `backward()` computes a gradient for this tensor.
  public let requiresGradient: Bool
  /// The sum of the gradients that `backward()` has brought here since it was last set to nil.
  public var gradient: Tensor? {
    didSet {
      require(
        gradient.map { $0.shape == shape } ?? true,
        "the gradient of \(shape) cannot have shape \(gradient?.shape ?? [])")
    }
  }
  /// The operation that made this tensor; nil for one that was given, and after `backward()`.
  private(set) var operation: Operation?
  /// Whether `backward()` has gone through the operation and let it go.
  private(set) var isConsumed = false

  /// How many numbers it has: the product of its sizes.
  public var count: Int { storage.count }

  var device: any Device { storage.device }

  init(
    shape: [Int], storage: Storage, requiresGradient: Bool = false, operation: Operation? = nil
  ) {
    require(
      elementCount(of: shape) == storage.count, "\(storage.count) numbers cannot fill \(shape)")
    self.shape = shape
    self.storage = storage
    self.requiresGradient = requiresGradient
    self.operation = operation
  }

  // A long computation is taken apart in a loop. Left to the references, each tensor would free the
  // one before it inside its own deinit, down to the stack's end.
  deinit {
    var inputs = operation?.takeInputs() ?? []
    while var input = inputs.popLast() {
      guard isKnownUniquelyReferenced(&input) else { continue }
      inputs += input.operation?.takeInputs() ?? []
      input.operation = nil
    }
  }

  /// The numbers in C order under a shape that they fill.
  public convenience init(_ numbers: [Float], shape: [Int], requiresGradient: Bool = false) {
    self.init(
      shape: shape, storage: CurrentDevice.device.upload(numbers),
      requiresGradient: requiresGradient)
  }

  /// A vector.
  public convenience init(_ numbers: [Float], requiresGradient: Bool = false) {
    self.init(numbers, shape: [numbers.count], requiresGradient: requiresGradient)
  }

  /// A single number, of rank zero.
  public convenience init(_ number: Float, requiresGradient: Bool = false) {
    self.init([number], shape: [], requiresGradient: requiresGradient)
  }

  /// One number at every place.
  public convenience init(repeating number: Float, shape: [Int], requiresGradient: Bool = false) {
    self.init(
      repeating: number, shape: shape, on: CurrentDevice.device, requiresGradient: requiresGradient)
  }

  convenience init(
    repeating number: Float, shape: [Int], on device: any Device, requiresGradient: Bool = false
  ) {
    let storage = device.allocate(elementCount(of: shape))
    device.fill(Overwriting(storage), with: number)
    self.init(shape: shape, storage: storage, requiresGradient: requiresGradient)
  }

  func consume() {
    operation = nil
    isConsumed = true
  }

  /// The numbers in C order, as a value of their own.
  public var numbers: [Float] { device.download(storage) }

  /// The only number of a tensor that holds one.
  public var item: Float {
    require(count == 1, "item needs a tensor of one number, this one has shape \(shape)")
    return numbers[0]
  }

  /// Shape and numbers as a value that nothing else can change.
  public var value: TensorValue { TensorValue(numbers, shape: shape) }

  /// The same numbers, cut off from the operations that made them.
  public func detached() -> Tensor { Tensor(shape: shape, storage: storage) }

  /// Overwrites the numbers, also those of every tensor that shares them.
  public func copy(from numbers: [Float]) {
    require(numbers.count == count, "\(numbers.count) numbers cannot fill \(shape)")
    device.write(numbers, to: Overwriting(storage))
  }

  /// Whether nobody else holds the numbers.
  var ownsItsNumbers: Bool { isKnownUniquelyReferenced(&storage) }
}

extension Tensor: CustomStringConvertible {
  /// Shape and the first numbers: `Tensor [2, 3]: 0.5, 1.0, 1.5, 2.0, 2.5, 3.0`.
  public var description: String {
    let shown = numbers.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor \(shape): \(shown)\(count > 8 ? ", …" : "")"
  }
}
