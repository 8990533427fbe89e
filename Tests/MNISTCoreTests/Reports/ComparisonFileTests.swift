import FoundationEssentials
import Testing

@testable import MNISTCore

@Suite struct ComparisonFileTests {
  private func comparison(_ count: Int = 3) throws -> RunComparison {
    RunComparison(
      try (0..<count).map { index in
        try #require(
          SampleRuns.run(
            "runs/<\(index)>", seed: UInt64(index), losses: [0.5, 0.25 + Double(index) / 100],
            accuracy: index == 1 ? .nan : 0.9))
      })
  }

  @Test(
    arguments: [
      ("a.csv", .csv), ("a.b.JSON", .json), ("x/y.html", .html), ("a.svg", .svg), ("a.htm", nil),
      ("csv", nil), ("a.csv.gz", nil),
    ] as [(String, ComparisonForm?)])
  func theEndingSaysTheForm(_ path: String, _ form: ComparisonForm?) {
    #expect(ComparisonForm(path: path) == form)
  }

  @Test func aTableHasARowForEachRun() throws {
    #expect(
      try ComparisonForm.csv.text(comparison(2)) == """
        run,model,data,seed,best_epoch,epochs,train_loss,valid_loss,valid_accuracy,seconds
        runs/<0>,/no/a.ckpt,auto,0,2,2,0.5,0.25,0.9,4.0
        runs/<1>,/no/a.ckpt,auto,1,2,2,0.5,0.26,nan,4.0

        """)
  }

  @Test func theJSONHasAllSettingsAndEpochs() throws {
    let comparison = try comparison(2)
    let value = try JSONReader.value(in: Array(comparison.json.utf8)[...])
    let members = try value.object()
    #expect(members.map(\.name) == ["runs", "differing_settings", "groups"])
    let run = try members[0].value.array()[1].object()
    #expect(
      run.map(\.name) == [
        "run", "model_fn", "data", "version", "monitor", "settings", "best_epoch", "seconds",
        "epochs",
      ])
    #expect(try run[0].value.string() == "runs/<1>")
    #expect(
      try run[5].value.object().map(\.name) == comparison.runs[1].configuration.settings.map(\.name)
    )
    #expect(try run[6].value.integer() == 2)
    #expect(
      run[8].value.json == #"[{"epoch":1,"train_loss":0.5,"valid_loss":0.5,"#
        + #""valid_accuracy":null,"seconds":2.0},{"epoch":2,"train_loss":0.5,"valid_loss":0.26,"#
        + #""valid_accuracy":null,"seconds":2.0}]"#)
    #expect(members[1].value.json == #"["seed"]"#)
    let group = try members[2].value.array()[0].object()
    #expect(group.map(\.name) == ["runs", "valid_loss", "valid_accuracy"])
    #expect(group[2].value.json == #"{"mean":null,"standard_deviation":null}"#)
  }

  @Test func aComparisonWithoutGroupsIsJSONToo() throws {
    let json = try comparison(1).json
    #expect(json.hasSuffix("\"differing_settings\": [],\n  \"groups\": []\n}\n"))
    #expect(throws: Never.self) { try JSONReader.value(in: Array(json.utf8)[...]) }
  }

  /// A colour and a dash together tell runs apart.
  @Test func noTwoColouredRunsLookAlike() {
    let styles = (0..<ComparisonSVG.colouredLimit).map(ComparisonSVG.style)
    #expect(Set(styles).count == 12 && styles[0] == "c0 d0" && styles[6] == "c0 d3")
    #expect(ComparisonSVG.style(of: 12) == "other")
  }

  @Test func theCurvesHaveALineForEachRunAndALegend() throws {
    let svg = try ComparisonForm.svg.text(comparison())
    #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 "))
    #expect(svg.hasSuffix("\n</svg>\n"))
    #expect(svg.contains(">Curves of 3 runs</title>"))
    // Three of losses, two of accuracies as one run has none, three in the legend.
    #expect(svg.components(separatedBy: "<path class=\"line ").count == 1 + 3 + 2 + 3)
    #expect(svg.contains("<g><title>runs/&lt;0&gt;</title><path class=\"line c0 d0\" "))
    #expect(!svg.contains("runs/<"))
    #expect(
      svg.contains(
        "runs/&lt;0&gt;: best after epoch 2, with validation loss 0.2500 and validation accuracy "
          + "0.9000."))
    let many = try ComparisonForm.svg.text(comparison(14))
    #expect(many.contains(">2 other runs</text>") && many.contains("line other"))
  }

  @Test func thePageHasAllRuns() throws {
    let html = try ComparisonForm.html.text(comparison())
    #expect(html.contains("<title>3 runs compared</title>") && !html.contains("runs/<"))
    #expect(!html.contains("<script") && !html.contains("src=") && !html.contains("href="))
    #expect(
      html.components(separatedBy: "<tr><th scope=\"row\"><svg class=\"curves swatch\"").count == 4)
    #expect(
      html.contains(
        "</svg>runs/&lt;0&gt;</th><td><b>0.25000</b></td><td><b>0.9000</b></td><td>0</td>"
          + "<td>2/2</td><td>0.50000</td><td>4s</td><td class=\"path\">/no/a.ckpt</td></tr>"))
    #expect(html.contains(">Runs that differ in the seed alone</h2>"))
    #expect(html.contains("prefers-color-scheme:dark") && html.contains("print-color-adjust:exact"))
    let one = try ComparisonForm.html.text(comparison(1))
    #expect(one.contains("<h1>One run</h1>") && !one.contains("seed alone"))
  }
}
