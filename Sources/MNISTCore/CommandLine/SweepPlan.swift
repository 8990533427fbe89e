/// How the runs of a sweep compete: which goes on, up to which epoch.
///
/// Without halving each run trains all of its epochs. Successive halving (Jamieson and Talwalkar, 2016) with the factor
/// η trains all runs to the first rung, of n runs the ⌈n / η⌉ best to the next one, which has η times as many epochs,
/// and so on to the last, which has all. Where two are equally good, the one with the lower number is better; runs that
/// have failed are the worst and never go on.
struct SweepPlan: Equatable, Sendable {
  let runCount: Int
  /// At which epochs the runs are compared; the last one is where a run ends.
  let rungs: [Int]
  /// Nil where all runs go on.
  let factor: Int?
  /// Epochs of all runs together.
  let budget: Int
  let monitor: MonitoredFigure

  var epochCount: Int { rungs[rungs.count - 1] }

  /// - Parameter halving: η, and the epochs of the first rung, at most `epochCount`.
  init(
    runCount: Int, epochCount: Int, halving: (factor: Int, minimum: Int)?, budget: Int?,
    monitor: MonitoredFigure
  ) {
    var rungs: [Int] = []
    if let (factor, minimum) = halving {
      var (rung, isTooLarge) = (minimum, false)
      while rung < epochCount, !isTooLarge {
        rungs.append(rung)
        (rung, isTooLarge) = rung.multipliedReportingOverflow(by: factor)
      }
    }
    self.rungs = rungs + [epochCount]
    (self.runCount, factor) = (runCount, halving?.factor)
    (self.budget, self.monitor) = (budget ?? .max, monitor)
  }

  /// Where a run stands.
  struct State: Equatable, Sendable {
    /// Epochs behind it.
    var epoch = 0
    /// Whether patience has ended it.
    var isOver = false
    /// What its epochs came to.
    var epochs: [LoggedEpoch] = []
    /// Why it cannot go on.
    var failure: String?

    fileprivate func isDone(at rung: Int) -> Bool { epoch >= rung || isOver || failure != nil }
  }

  /// A run, from 0, and the epoch that it is to be trained to.
  struct Step: Equatable, Sendable {
    let run: Int
    let epoch: Int
  }

  /// What is due now, of which nothing depends on the rest: nothing where the sweep is over.
  ///
  /// - Returns: also whether it is the budget that ends it.
  func due(_ states: [State]) -> (steps: [Step], isBudgetSpent: Bool) {
    var members = Array(states.indices)
    var (spent, previous) = (0, 0)
    for rung in rungs {
      var steps: [Step] = []
      for run in members {
        let state = states[run]
        let isDone = state.isDone(at: rung)
        let cost = isDone ? max(0, min(state.epoch, rung) - previous) : rung - previous
        let (sum, isTooLarge) = spent.addingReportingOverflow(cost)
        guard isDone || !isTooLarge && sum <= budget else { return (steps, true) }
        spent = isTooLarge ? .max : sum
        if !isDone { steps.append(Step(run: run, epoch: rung)) }
      }
      guard steps.isEmpty else { return (steps, false) }
      members = promoted(members, states, at: rung)
      previous = rung
    }
    return ([], false)
  }

  /// The runs that go on from a rung, in the order of their numbers.
  func promoted(_ members: [Int], _ states: [State], at rung: Int) -> [Int] {
    guard let factor else { return members }
    let count = (members.count - 1) / factor + 1
    let ranked = members.filter { states[$0].failure == nil }
      .compactMap { run in best(of: states[run], upTo: rung).map { (run, $0) } }
      .map { (run: $0.0, value: $0.1.value(of: monitor)) }
      .sorted {
        $0.value == $1.value ? $0.run < $1.run : monitor.isBetter($0.value, than: $1.value)
      }
    return ranked.prefix(count).map(\.run).sorted()
  }

  /// The run's best epoch up to one: of equals the last, whose model is kept.
  func best(of state: State, upTo rung: Int = .max) -> LoggedEpoch? {
    LoggedEpoch.best(of: state.epochs.prefix { $0.epoch <= rung }, by: monitor)
  }

  /// The best run that has not failed, and its best epoch; nil before there is one.
  func best(_ states: [State]) -> (run: Int, LoggedEpoch)? {
    states.indices.compactMap { run in
      states[run].failure == nil ? best(of: states[run]).map { (run, $0) } : nil
    }.reduce(nil as (run: Int, LoggedEpoch)?) { best, next in
      guard let best else { return next }
      return monitor.isBetter(next.1.value(of: monitor), than: best.1.value(of: monitor))
        ? next : best
    }
  }
}
