/// Mean squared error over all elements, as `torch.nn.MSELoss`.
///
/// Shapes: prediction and target alike; the loss is a single number.
public struct MSELoss: CustomStringConvertible {
  public init() {}

  public func callAsFunction(_ prediction: Tensor, _ target: Tensor) -> Tensor {
    require(
      prediction.shape == target.shape,
      "MSELoss needs two tensors of one shape, not \(prediction.shape) and \(target.shape)")
    let difference = prediction - target
    return (difference * difference).mean()
  }

  public var description: String { "MSELoss()" }
}
