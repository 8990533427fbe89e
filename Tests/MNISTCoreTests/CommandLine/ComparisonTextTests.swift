import Testing

@testable import MNISTCore

@Suite struct ComparisonTextTests {
  @Test func onlyTheLastWordOfALongNameStandsBelow() throws {
    let runs = try ["1", "2"].map { value in
      let run = try #require(SampleRuns.run("run-\(value)", losses: [0.5]))
      var configuration = run.configuration
      configuration.settings = [.init(name: "first_second_third", json: value)]
      return try #require(LoggedRun(name: run.name, configuration: configuration, rows: run.rows))
    }
    #expect(
      ComparisonText.table(RunComparison(runs)).text == """
               first_second_   best    train    valid
        run            third  epoch     loss     loss  accuracy  time  model
        run-1              1    1/1  0.50000  0.50000    0.9000    2s  /no/a.ckpt
        run-2              2    1/1  0.50000  0.50000    0.9000    2s  /no/a.ckpt
        """)
  }
}
