/// How far a run is inside its current epoch; nothing at the epoch's start.
public struct EpochProgress: Equatable, Sendable {
  /// One pass over the batches of a dataset.
  public struct Pass: Equatable, Sendable {
    /// Batches behind the run.
    public var batches: Int
    /// The sum of their losses.
    public var loss: Double

    public init(batches: Int = 0, loss: Double = 0) {
      self.batches = batches
      self.loss = loss
    }

    mutating func add(_ loss: Double) {
      batches += 1
      self.loss += loss
    }
  }

  public var train = Pass()
  public var valid = Pass()
  /// Validation images whose class was found.
  public var correct: Int

  public init(train: Pass = Pass(), valid: Pass = Pass(), correct: Int = 0) {
    self.train = train
    self.valid = valid
    self.correct = correct
  }
}
