/// What a run tells while it goes on. Iterations count from 1 within their epoch.
public enum TrainingEvent: Equatable, Sendable {
  case trainIteration(Int, of: Int, loss: Double)
  case validIteration(Int, of: Int, loss: Double)
  case epoch(EpochReport)
}
