import Testing

@testable import MNISTCore

/// Which runs of a sweep go on.
@Suite struct SweepPlanTests {
  private func plan(
    _ count: Int, epochs: Int = 9, halving: (Int, Int)? = (3, 1), budget: Int? = nil,
    monitor: MonitoredFigure = .validLoss
  ) -> SweepPlan {
    SweepPlan(
      runCount: count, epochCount: epochs, halving: halving.map { (factor: $0.0, minimum: $0.1) },
      budget: budget, monitor: monitor)
  }

  /// A run whose epochs had these validation losses, and the accuracies 1 − loss.
  private func state(_ losses: Double..., isOver: Bool = false, failure: String? = nil)
    -> SweepPlan.State
  {
    SweepPlan.State(
      epoch: losses.count, isOver: isOver,
      epochs: losses.enumerated().map {
        LoggedEpoch(
          epoch: $0 + 1, trainLoss: 1, validLoss: $1, validAccuracy: 1 - $1, lowestLoss: $1,
          learningRate: nil)
      }, failure: failure)
  }

  private func steps(_ runs: [Int], to epoch: Int) -> [SweepPlan.Step] {
    runs.map { SweepPlan.Step(run: $0, epoch: epoch) }
  }

  @Test func rungsAreTimesTheFactor() {
    #expect(plan(1).rungs == [1, 3, 9])
    #expect(plan(1, epochs: 20, halving: (2, 3)).rungs == [3, 6, 12, 20])
    #expect(plan(1, epochs: 20, halving: (2, 20)).rungs == [20])
    #expect(plan(1, epochs: 20, halving: nil).rungs == [20])
    #expect(plan(1, epochs: .max, halving: (.max, 2)).rungs == [2, .max])
  }

  @Test func withoutHalvingAllRunsTrainAllEpochs() {
    let plan = plan(3, epochs: 2, halving: nil)
    #expect(plan.due([state(), state(0.5), state(0.1, 0.2)]).steps == steps([0, 1], to: 2))
    #expect(plan.due(Array(repeating: state(0.1, 0.2), count: 3)).steps == [])
  }

  @Test func theBestGoOn() {
    let plan = plan(4)
    let first = [state(0.4), state(0.2), state(0.3), state(0.1)]
    #expect(plan.due([state(0.4), state(), state(0.3), state()]).steps == steps([1, 3], to: 1))
    // ⌈4 / 3⌉ of them; what they came to later does not change that.
    #expect(plan.due(first).steps == steps([1, 3], to: 3))
    let second = [state(0.4), state(0.2, 0.9, 0.9), state(0.3), state(0.1, 0.9, 0.05)]
    #expect(plan.due(second).steps == steps([3], to: 9))
    #expect(
      plan.due([state(0.4), state(0.2, 0.9, 0.9), state(0.3), state(0.1)]).steps
        == steps([3], to: 3))
    #expect(plan.promoted([1, 3], second, at: 3) == [3])
  }

  @Test func ofEqualRunsTheFirstGoOn() {
    let states = [state(0.2), state(0.1), state(0.1), state(0.1)]
    #expect(plan(4).promoted([0, 1, 2, 3], states, at: 1) == [1, 2])
  }

  @Test func theAccuracyMayDecide() {
    var states = [state(0.1), state(0.2)]
    #expect(plan(2, monitor: .validAccuracy).promoted([0, 1], states, at: 1) == [0])
    states.swapAt(0, 1)
    #expect(plan(2, monitor: .validAccuracy).promoted([0, 1], states, at: 1) == [1])
  }

  @Test func runsThatFailedCountAndNeverGoOn() {
    let states = [state(failure: "x"), state(0.01, failure: "x"), state(0.3), state(0.4)]
    #expect(plan(4).promoted([0, 1, 2, 3], states, at: 1) == [2, 3])
    #expect(plan(4).due(states).steps == steps([2, 3], to: 3))
    let all = Array(repeating: state(failure: "x"), count: 4)
    #expect(plan(4).due(all).steps == [] && plan(4).best(all) == nil)
  }

  /// It is compared by what it came to.
  @Test func aRunThatPatienceHasEndedIsDone() {
    let states = [state(0.1, 0.2, isOver: true), state(0.3), state(0.4), state(0.5)]
    #expect(plan(4, halving: (2, 1)).due(states).steps == steps([1], to: 2))
    #expect(plan(1, epochs: 9, halving: nil).due([states[0]]).steps == [])
  }

  @Test func theSweepEndsBeforeTheBudgetIsExceeded() {
    let losses = [state(0.4), state(0.2), state(0.3), state(0.1)]
    func due(_ budget: Int, _ states: [SweepPlan.State]) -> (steps: [SweepPlan.Step], Bool) {
      plan(4, budget: budget).due(states)
    }
    #expect(due(3, Array(repeating: state(), count: 4)) == (steps([0, 1, 2], to: 1), true))
    #expect(due(4, losses) == ([], true))
    #expect(due(5, losses) == ([], true))
    #expect(due(6, losses) == (steps([1], to: 3), true))
    #expect(due(8, losses) == (steps([1, 3], to: 3), false))
    // A run that ended early has left some.
    let early = [state(0.4), state(0.2, 0.3, isOver: true), state(0.3), state(0.1)]
    #expect(due(7, early) == (steps([3], to: 3), false))
  }

  @Test func theBestRunHasTheBestEpoch() throws {
    let states = [state(0.4, 0.2), state(0.2), state(0.3), state(0.1, 0.2, failure: "x")]
    let best = try #require(plan(4).best(states))
    #expect(best.run == 0 && best.1.epoch == 2)
    // Of equal epochs the last, whose model is kept.
    #expect(plan(1).best(of: state(0.2, 0.2, 0.3))?.epoch == 2)
    #expect(plan(1).best(of: state(0.2, 0.2, 0.3), upTo: 1)?.epoch == 1)
    #expect(plan(1).best(of: state()) == nil)
  }
}
