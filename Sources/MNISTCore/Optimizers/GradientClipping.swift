extension Optimizer {
  /// Keeps the gradients from being longer than `limit`, as `torch.nn.utils.clip_grad_norm_`; to be called between
  /// `backward()` and `step()`.
  ///
  /// With n the square root of the sum of all gradients' squares, each gradient is multiplied by
  /// `limit / (n + 1e-6)` where that is below 1; else all stay what they are, to the bit. Numbers are added in
  /// one order, whatever the number of threads. Waits for the device.
  ///
  /// - Parameter limit: above 0.
  /// - Returns: n; 0 where no parameter has a gradient.
  @discardableResult
  public func clipGradientNorm(to limit: Double) -> Double {
    require(
      limit > 0 && limit.isFinite, "a limit of gradients is a finite number above 0, not \(limit)")
    return withoutGradients {
      let sums = parameters.compactMap(\.gradient).map(sumOfSquares)
      guard let first = sums.first else { return 0 }
      let norm = Double(sums.dropFirst().reduce(first, +).item).squareRoot()
      let factor = limit / (norm + 1e-6)
      // Not-a-number goes on into the gradients, as in PyTorch: the loss will tell of it.
      guard !(factor >= 1) else { return norm }
      for parameter in parameters {
        if let gradient = parameter.gradient { parameter.gradient = gradient * Float(factor) }
      }
      return norm
    }
  }
}

/// A tensor of rank zero. A matrix is summed down its columns first, which a device does in parallel.
private func sumOfSquares(_ x: Tensor) -> Tensor {
  let squares = x * x
  guard squares.shape.count == 2, squares.count > 0 else { return squares.sum() }
  let (rows, columns) = (squares.shape[0], squares.shape[1])
  let sums = squares.device.columnSums(squares.storage, rows: rows, columns: columns)
  return Tensor(shape: [columns], storage: sums).sum()
}
