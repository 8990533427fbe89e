extension TrainOptions {
  public var dataSource: DataSource {
    DataSource(dataset, in: dataDirectory, mirror: mirror ?? mirrorOfTheEnvironment())
  }
}

extension PredictOptions {
  /// - Parameter choice: what the model was trained with.
  public func dataSource(trainedWith choice: DatasetChoice) -> DataSource {
    DataSource(dataset ?? choice, in: dataDirectory, mirror: mirror ?? mirrorOfTheEnvironment())
  }
}

/// An empty variable is none.
private func mirrorOfTheEnvironment() -> String? {
  getenv("MNIST_MIRROR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
}
