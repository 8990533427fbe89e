import FoundationEssentials
import Testing

@testable import MNISTCore

@Suite struct CurvesSVGTests {
  @Test(
    arguments: [
      ([0.0, 1.0], [0, 0.25, 0.5, 0.75, 1], 2), ([0.97, 0.985], [0.97, 0.975, 0.98, 0.985], 3),
      ([0.012, 0.2], [0, 0.05, 0.1, 0.15, 0.2], 2), ([3, 97], [0, 25, 50, 75, 100], 0),
      ([1_000, 9_000], [0, 2_000, 4_000, 6_000, 8_000, 10_000], 0),
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
    #expect(svg.components(separatedBy: "<path class=\"line").count == 6)
    #expect(svg.contains("prefers-color-scheme:dark"))
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
}
