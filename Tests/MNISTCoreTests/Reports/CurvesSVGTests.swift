import FoundationEssentials
import Testing

@testable import MNISTCore

@Suite struct CurvesSVGTests {
  @Test(
    arguments: [
      ([0.0, 1.0], [0, 0.25, 0.5, 0.75, 1], 2), ([0.97, 0.985], [0.97, 0.975, 0.98, 0.985], 3),
      ([0.012, 0.2], [0, 0.05, 0.1, 0.15, 0.2], 2), ([3, 97], [0, 25, 50, 75, 100], 0),
      ([1_000, 9_000], [0, 2_000, 4_000, 6_000, 8_000, 10_000], 0), ([0, 4], [0, 1, 2, 3, 4], 0),
      ([0, 0.28], [0, 0.1, 0.2, 0.3], 1), ([0.3, 0.7], [0.3, 0.4, 0.5, 0.6, 0.7], 1),
      ([0.06, 0.07], [0.06, 0.0625, 0.065, 0.0675, 0.07], 4), ([], [0, 0.25, 0.5, 0.75, 1], 2),
      ([0], [-0.001, -0.0005, 0, 0.0005, 0.001], 4),
      ([0.008], [0.007, 0.0075, 0.008, 0.0085, 0.009], 4),
      ([0.5], [0.45, 0.475, 0.5, 0.525, 0.55], 3), ([-3, -3], [-3.4, -3.2, -3, -2.8, -2.6], 1),
      ([1, 1.0000000015], [0.9999999995, 1, 1.0000000005, 1.000000001, 1.0000000015], 10),
      ([2], [1.8, 1.9, 2, 2.1, 2.2], 1), ([1.1], [0.9, 1, 1.1, 1.2, 1.3], 1),
      // Of a large number less than its billionth is no difference.
      ([1e6, 1_000_000.000_01], [900_000, 950_000, 1_000_000, 1_050_000, 1_100_000], 0),
      // What lies more than a billionth of a step beyond a tick is beyond it.
      ([0.999_999_998_5, 5], [0, 1, 2, 3, 4, 5], 0),
      ([1, 5.000_000_001_5], [1, 2, 3, 4, 5, 6], 0),
    ] as [([Double], [Double], Int)])
  func ticksAreRoundAndHoldAllValues(_ values: [Double], _ ticks: [Double], _ decimals: Int) {
    let axis = ChartAxis(holding: values)
    #expect(axis.ticks.count == ticks.count, "\(axis.ticks)")
    for (found, expected) in zip(axis.ticks, ticks) { #expect(abs(found - expected) < 1e-9) }
    #expect(axis.decimals == decimals)
    for value in values { #expect((-1e-9...1 + 1e-9).contains(axis.place(value))) }
  }

  @Test func anAxisOfOneValueOrNoneHasARange() {
    for values in [[], [0], [0.5], [.nan, .infinity], [-3, -3], [-1.7e308, 1.7e308]]
      as [[Double]]
    {
      let axis = ChartAxis(holding: values)
      #expect(axis.range.lowerBound < axis.range.upperBound, "\(values)")
      #expect(axis.ticks.count >= 2 && axis.ticks.count < 12, "\(values): \(axis.ticks)")
    }
    #expect(ChartAxis(holding: [1, 1.5e300]).range.upperBound < 2)
  }

  @Test func theBestEpochIsMarkedAndTold() {
    let rows = [(0.5, 0.9), (0.25, 0.95), (0.3, 0.96)].enumerated().map {
      SampleRuns.row($0.offset + 1, valid: $0.element.0, accuracy: $0.element.1)
    }
    let svg = CurvesSVG.text(rows)
    #expect(svg.contains(">best: epoch 2, loss 0.2500, accuracy 0.9500</text>"))
    #expect(
      svg.contains(
        "After epoch 3 the training loss is 0.5000, the validation loss 0.3000 and the validation "
          + "accuracy 0.9600. The lowest validation loss is 0.2500, after epoch 2."))
    let byAccuracy = CurvesSVG.text(rows, monitor: .validAccuracy)
    #expect(byAccuracy.contains(">best: epoch 3, loss 0.3000, accuracy 0.9600</text>"))
    #expect(byAccuracy.contains("The highest validation accuracy is 0.9600, after epoch 3."))
    #expect(svg.components(separatedBy: "<path class=\"line").count == 6)
    #expect(svg.contains("prefers-color-scheme:dark"))
  }

  @Test func everyPointLineAndWordHasItsPlace() {
    let rows = [(0.5, 0.9), (0.25, 0.95), (0.3, 0.96)].enumerated().map {
      SampleRuns.row($0.offset + 1, valid: $0.element.0, accuracy: $0.element.1)
    }
    let lines = CurvesSVG.text(rows).split(separator: "\n").map(String.init)
    func grid(_ y: String, _ label: String) -> String {
      "<path class=\"grid\" d=\"M64 \(y)H696\"/>"
        + "<text class=\"end\" x=\"56\" y=\"\(y)\" dy=\"4\">\(label)</text>"
    }
    let expected = [
      #"<rect class="ground" width="720" height="460" rx="8"/>"#,
      #"<text class="name" x="24" y="28">Loss</text>"#,
      #"<path class="line train" d="M90 23h22"/><text x="119" y="28">training</text>"#,
      #"<path class="line valid" d="M190 23h22"/><text x="219" y="28">validation</text>"#,
      #"<text class="name" x="24" y="284">Validation accuracy</text>"#,
      grid("254.0", "0.2"), grid("190.7", "0.3"), grid("127.3", "0.4"), grid("64.0", "0.5"),
      grid("414.0", "0.90"), grid("377.3", "0.92"), grid("340.7", "0.94"), grid("304.0", "0.96"),
      #"<path class="best" d="M380.0 50V414"/>"#,
      #"<text class="best-text" x="386.0" y="54">best: epoch 2, loss 0.2500, accuracy 0.9500</text>"#,
      #"<path class="line train" d="M64.0 64.0L380.0 64.0L696.0 64.0"/>"#,
      #"<path class="line valid" d="M64.0 64.0L380.0 222.3L696.0 190.7"/>"#,
      #"<path class="line accuracy" d="M64.0 414.0L380.0 322.3L696.0 304.0"/>"#,
      #"<circle class="dot valid" cx="380.0" cy="222.3" r="4.5"/>"#,
      #"<circle class="dot accuracy" cx="380.0" cy="322.3" r="4.5"/>"#,
      #"<text class="middle" x="64.0" y="434">1</text>"#,
      #"<text class="middle" x="380.0" y="434">2</text>"#,
      #"<text class="middle" x="696.0" y="434">3</text>"#,
      #"<text class="middle" x="380" y="452">epoch</text>"#,
      "</svg>",
    ]
    #expect(Array(lines.suffix(expected.count)) == expected)
  }

  @Test func oneEpochStandsInTheMiddle() {
    let lines = lines([SampleRuns.row(1, valid: 0.25)])
    let expected = [
      #"<path class="best" d="M380.0 50V414"/>"#,
      #"<text class="best-text" x="386.0" y="54">best: epoch 1, loss 0.2500, accuracy 0.9000</text>"#,
      #"<path class="line train" d="M380.0 64.0"/>"#,
      #"<path class="line valid" d="M380.0 222.3"/>"#,
      #"<path class="line accuracy" d="M380.0 359.0"/>"#,
      #"<circle class="dot valid" cx="380.0" cy="222.3" r="4.5"/>"#,
      #"<circle class="dot accuracy" cx="380.0" cy="359.0" r="4.5"/>"#,
      #"<text class="middle" x="380.0" y="434">1</text>"#,
      #"<text class="middle" x="380" y="452">epoch</text>"#,
      "</svg>",
    ]
    #expect(lines.suffix(expected.count) == expected)
  }

  @Test func twoEpochsStandAtTheEnds() {
    let lines = lines([SampleRuns.row(1, valid: 0.5), SampleRuns.row(2, valid: 0.25)])
    #expect(lines.contains(#"<path class="line valid" d="M64.0 64.0L696.0 222.3"/>"#))
    #expect(lines.contains(#"<text class="middle" x="64.0" y="434">1</text>"#))
    #expect(lines.contains(#"<text class="middle" x="696.0" y="434">2</text>"#))
  }

  @Test func withoutAnEpochThereAreOnlyTheAxes() {
    let lines = lines([])
    #expect(lines.contains(#"<desc id="curves-text">No epoch is done yet.</desc>"#))
    let expected = [
      #"<path class="grid" d="M64 304.0H696"/><text class="end" x="56" y="304.0" dy="4">1.00</text>"#,
      #"<text class="middle" x="380.0" y="434">1</text>"#,
      #"<text class="middle" x="380" y="452">epoch</text>"#,
      "</svg>",
    ]
    #expect(lines.suffix(expected.count) == expected)
  }

  @Test func anAccuracyThatIsNoNumberHasNoDot() {
    let lines = lines([SampleRuns.row(1, valid: 0.25, accuracy: .nan)])
    #expect(
      lines.filter { $0.hasPrefix("<circle") }
        == [#"<circle class="dot valid" cx="380.0" cy="222.3" r="4.5"/>"#])
  }

  private func lines(_ rows: [MetricsRow]) -> [String] {
    CurvesSVG.text(rows).split(separator: "\n").map(String.init)
  }

  /// Of 633 epochs each is one unit wide.
  @Test(arguments: [
    (367, #"<text class="best-text" x="436.0" y="54">"#),
    (368, #"<text class="best-text end" x="425.0" y="54">"#),
  ])
  func theLabelOfTheBestEpochStandsWhereThereIsRoom(_ best: Int, _ label: String) {
    let svg = CurvesSVG.text((1...633).map { SampleRuns.row($0, valid: $0 == best ? 0.25 : 0.5) })
    #expect(svg.contains(label))
  }

  @Test(
    arguments: [
      (1, [1]), (12, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), (13, [1, 2, 4, 6, 8, 10, 12]),
      (25, [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]), (26, [1, 5, 10, 15, 20, 25]),
      (64, [1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]), (65, [1, 10, 20, 30, 40, 50, 60]),
      (129, [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]),
      (130, [1, 20, 40, 60, 80, 100, 120]),
    ] as [(Int, [Int])])
  func atMostTwelveRoundEpochsAreMarked(_ count: Int, _ marks: [Int]) {
    let svg = CurvesSVG.text((1...count).map { SampleRuns.row($0, valid: 0.5) })
    let texts = svg.split(separator: "\n").filter { $0.hasPrefix("<text class=\"middle\"") }
    let found = texts.map { $0.split(separator: ">")[1].prefix { $0 != "<" } }
    let expected: [String] = marks.map { "\($0)" } + ["epoch"]
    #expect(found.map(String.init) == expected)
  }

  /// Equal numbers: one of each stretch is enough, and the last.
  @Test(arguments: [(1_000, 1_000), (1_001, 501)])
  func upToAThousandEpochsAreAllDrawn(_ count: Int, _ points: Int) {
    let svg = CurvesSVG.text((1...count).map { SampleRuns.row($0, valid: 0.5) })
    let line = svg.split(separator: "\n").first {
      $0.hasPrefix("<path class=\"line train\" d=\"M64")
    }
    #expect(line?.filter { $0 == "L" }.count == points - 1)
  }

  @Test func aLossThatIsNoNumberBreaksTheLine() {
    let rows = [0.5, 0.4, .nan, 0.3, 0.2].enumerated().map {
      SampleRuns.row($0.offset + 1, train: $0.element, valid: 0.5)
    }
    let svg = CurvesSVG.text(rows)
    let line = svg.split(separator: "\n").first {
      $0.hasPrefix("<path class=\"line train\" d=\"M64")
    }
    #expect(line?.filter { $0 == "M" }.count == 2)
    #expect(line?.filter { $0 == "L" }.count == 2)
    #expect(!svg.contains("nan"))
  }

  @Test(arguments: [0, 1, 2, 1_000]) func anyNumberOfEpochsIsDrawn(_ count: Int) {
    let svg = CurvesSVG.text((0..<count).map { SampleRuns.row($0 + 1, valid: 0.5) })
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(svg.components(separatedBy: "<text class=\"middle\"").count < 20)
  }

  /// A run of many epochs has the same lines, peaks and gaps included, and no larger file.
  @Test func aLongRunIsDrawnWithAsMuchAsCanBeSeen() {
    func text(_ count: Int) -> String {
      CurvesSVG.text(
        (1...count).map { epoch in
          let loss = epoch == 4_321 ? 8.0 : epoch == 5_432 ? .nan : 1 / Double(1 + epoch % 7)
          return SampleRuns.row(epoch, train: loss, valid: 0.5)
        })
    }
    let svg = text(10_000)
    #expect(svg.utf8.count < 100_000)
    #expect(text(100_000).utf8.count < 100_000)
    let line = svg.split(separator: "\n").first {
      $0.hasPrefix("<path class=\"line train\" d=\"M64")
    }
    #expect(line?.contains(" 64.0L") == true)
    #expect(line?.filter { $0 == "M" }.count == 2)
    #expect(line?.contains("L696.0 ") == true)
  }

  /// Of every ten epochs here the second has no loss, the fourth the lowest, the seventh the highest, and the
  /// ninth none again.
  @Test func ofEachStretchTheLowestTheHighestAndTheFirstGapAreDrawn() {
    let losses = [0.5, .nan, 0.5, 0.25, 0.5, 0.5, 0.75, 0.5, .nan, 0.5]
    let svg = CurvesSVG.text(
      (0..<5_000).map { SampleRuns.row($0 + 1, train: losses[$0 % 10], valid: 0.5) })
    func x(_ index: Int) -> String {
      NumberText.fixed(64 + 632 * Double(index) / 4_999, decimals: 1)
    }
    let stretches = stride(from: 0, to: 5_000, by: 10).map {
      "M\(x($0 + 3)) 238.2L\(x($0 + 6)) 79.8"
    }
    #expect(
      svg.contains(
        "<path class=\"line train\" d=\"M64.0 159.0\(stretches.joined())L696.0 159.0\"/>"))
  }
}
