/// What `mnist-train` prints.
public enum TrainingText {
  /// `Train: [48000, 784] [48000]`, then the same for validation.
  public static func sizes(of run: TrainingRun) -> String {
    let size = run.settings.inputSize
    let (train, valid) = (run.trainData.count, run.validData.count)
    return "Train: [\(train), \(size)] [\(train)]\nValid: [\(valid), \(size)] [\(valid)]"
  }

  /// The model, the optimiser and the loss, as PyTorch prints them.
  public static func parts(of run: TrainingRun) -> String {
    "\(run.model)\n\(run.optimizer)\n\(NLLLoss())"
  }

  /// One line, or nil where the verbosity asks for none: iterations from 2 on.
  public static func line(for event: TrainingEvent, verbosity: Int) -> String? {
    switch event {
    case .epoch(let report):
      "Epoch(\(report.epoch)/\(report.epochCount)): "
        + "train_loss=\(NumberText.scientific(report.trainLoss))  "
        + "valid_loss=\(NumberText.scientific(report.validLoss))  "
        + "lowest_loss=\(NumberText.scientific(report.lowestLoss))"
    case .trainIteration(let index, let count, let loss):
      verbosity < 2 ? nil : iteration("Train", index, count, loss)
    case .validIteration(let index, let count, let loss):
      verbosity < 2 ? nil : iteration("Valid", index, count, loss)
    }
  }

  private static func iteration(
    _ name: String, _ index: Int, _ count: Int, _ loss: Double
  ) -> String {
    "\(name) Iteration(\(index)/\(count)): loss=\(NumberText.scientific(loss))"
  }
}
