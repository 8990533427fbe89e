// Prediction is evaluation without gradients, whatever the model was doing before.

extension Module {
  /// The model's output for inputs `[rows, …]`: of a classifier that ends with `LogSoftmax` the logarithms of
  /// the class probabilities, `[rows, classes]`.
  public func logProbabilities(of inputs: Tensor) -> Tensor {
    let modes = modules.map { ($0, $0.isTraining) }
    evaluate()
    defer { for (module, mode) in modes { module.isTraining = mode } }
    return withoutGradients { self(inputs) }
  }

  /// The most probable class of each row.
  public func predictedLabels(of inputs: Tensor) -> [Int] {
    logProbabilities(of: inputs).argmax()
  }

  /// The most probable class of each example, found in batches: memory does not grow with the dataset.
  public func predictedLabels(of dataset: any Dataset, batchSize: Int) -> [Int] {
    DataLoader(dataset, batchSize: batchSize).flatMap { predictedLabels(of: $0.inputs) }
  }

  /// The share of examples whose most probable class is their label, counted over the whole dataset.
  public func accuracy(on dataset: any Dataset, batchSize: Int) -> Double {
    require(dataset.count > 0, "there is no accuracy on no examples")
    let correct = DataLoader(dataset, batchSize: batchSize).reduce(0) { total, batch in
      total + zip(predictedLabels(of: batch.inputs), batch.labels).count { $0 == $1 }
    }
    return Double(correct) / Double(dataset.count)
  }
}
