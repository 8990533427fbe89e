import Testing

@testable import MNISTCore

@Suite struct RunOrderTests {
  private func names(_ key: String, isReversed: Bool = false) throws -> String {
    let figures: [(String, UInt64, Int, Double, Double)] = [
      ("a", 3, 256, 0.25, 0.9), ("b", 10, 64, 0.5, 0.95), ("c", 2, 64, 0.125, .nan),
    ]
    let runs = try figures.map { name, seed, batchSize, loss, accuracy in
      try #require(
        SampleRuns.run(
          name, seed: seed, batchSize: batchSize, losses: [1, loss], accuracy: accuracy))
    }
    return RunOrder(key: key, isReversed: isReversed).sorted(runs).map(\.name).joined()
  }

  /// What is not known comes last either way; of equals the one with the lower loss comes first.
  @Test(arguments: [
    ("valid_loss", "cab", "bac"), ("accuracy", "bac", "abc"), ("train_loss", "cab", "cab"),
    ("time", "cab", "cab"), ("name", "abc", "cba"), ("epoch", "cab", "cab"),
    ("seed", "cab", "bac"), ("batch_size", "cba", "acb"), ("lr_schedule", "cab", "cab"),
    ("patience", "cab", "cab"),
  ])
  func runsAreSortedByAFigureOrASetting(_ key: String, _ expected: String, _ turned: String) throws
  {
    #expect(RunOrder.keys.contains(key))
    #expect(try names(key) == expected)
    #expect(try names(key, isReversed: true) == turned)
  }

  @Test func everySettingIsAKeyOnce() {
    #expect(RunOrder().key == "valid_loss")
    #expect(Set(RunOrder.keys).count == RunOrder.keys.count)
    #expect(RunOrder.keys.contains("hidden_sizes") && RunOrder.keys.contains("device"))
  }
}
