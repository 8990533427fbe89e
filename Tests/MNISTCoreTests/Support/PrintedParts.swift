/// How PyTorch prints what a run is made of. `ImageClassifierTests` and `AdamTests` have it letter for letter.
enum PrintedParts {
  /// - Parameters:
  ///   - sizes: from the inputs over the hidden layers to the classes.
  ///   - last: what ends a block of this many outputs; without it, batch normalisation.
  static func model(_ sizes: [Int], last: (Int) -> String = batchNorm) -> String {
    let blocks = zip(sizes, sizes.dropFirst()).dropLast().enumerated().map { index, sizes in
      """
          (\(index)): Block(
            (block): Sequential(
              (0): Linear(in_features=\(sizes.0), out_features=\(sizes.1), bias=True)
              (1): LeakyReLU(negative_slope=0.01)
              (2): \(last(sizes.1))
            )
          )
      """
    }
    let end = sizes.suffix(2)
    return """
      ImageClassifier(
        (layers): Sequential(
      \(blocks.joined(separator: "\n"))
          (\(blocks.count)): Linear(in_features=\(end[end.startIndex]), out_features=\(end.last!), bias=True)
          (\(blocks.count + 1)): LogSoftmax(dim=-1)
        )
      )
      """
  }

  private static func batchNorm(_ size: Int) -> String {
    "BatchNorm1d(\(size), eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)"
  }

  /// The usual optimiser and the loss.
  static let adamAndLoss = """
    Adam (
    Parameter Group 0
        amsgrad: False
        betas: (0.9, 0.999)
        capturable: False
        differentiable: False
        eps: 1e-08
        foreach: None
        fused: False
        lr: 0.001
        maximize: False
        weight_decay: 0
    )
    NLLLoss()
    """
}
