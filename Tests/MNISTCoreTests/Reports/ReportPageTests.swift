import FoundationEssentials
import Testing

@testable import MNISTCore

@Suite struct ReportPageTests {
  private let images = SmallSets.fields(6, height: 2, width: 3, classes: 3)

  private func evaluation(_ predicted: [Int]) -> Evaluation {
    Evaluation(
      predicted.enumerated().map { index, predicted in
        var probabilities: [Float] = [0.125, 0.125, 0.125]
        probabilities[predicted] = 0.75
        return Classification(
          index: index, label: Int(images.labels[index]), probabilities: probabilities)
      })
  }

  @Test func thePageTellsEveryFigure() {
    let html = ReportPage(
      evaluation([0, 1, 2, 0, 1, 1]), images: images,
      metrics: [SampleRuns.row(1, valid: 0.25)], facts: [("Model", "a<b>&\"c\".ckpt")]
    ).html
    for text in [
      "<b>83.33 %</b> <span>accuracy</span>", "95 % interval 43.65 % to 96.99 % (Wilson)",
      "<b>1</b> <span>mistake</span> <small>among 6 images</small>",
      "<dd>a&lt;b&gt;&amp;&quot;c&quot;.ckpt</dd>",
      "<tr><th scope=\"row\">1</th><td>0.6667</td><td>1.0000</td><td>0.8000</td><td>2</td></tr>",
      "<th scope=\"row\">macro average</th>", "<th scope=\"row\">weighted average</th>",
      "title=\"1 of class 2 predicted to be 1\">1</td>",
      "<b>2</b> taken for <b>1</b>", "best: epoch 1", "alt=\"Image 5: a 2 taken for a 1\"",
      "<small>#5 · p(2) 12.50 %</small>",
    ] {
      #expect(html.contains(text), "\(text)")
    }
  }

  @Test func oneImageIsSingular() {
    let answers = Array(evaluation([1]).classifications)
    let html = ReportPage(Evaluation(answers), images: images).html
    for text in [
      "<b>1</b> <span>mistake</span> <small>among 1 image</small>",
      "<title>1 of 1 image, mean probability 0.7500, accuracy 0.0000</title>",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(
      ReportPage(evaluation([0, 1, 2]), images: images).html.contains(
        "<b>0</b> <span>mistakes</span> <small>among 3 images</small>"))
  }

  @Test func itsFiguresAreExplained() {
    let html = ReportPage(evaluation([0, 1, 2, 0, 1, 1]), images: images).html
    for text in [
      "Precision is the share of the predictions of a class that are right.",
      "Recall is the share of a class's images that were found.",
      "F1 is the harmonic mean of the two.", "Support is the number of a class's images;",
      "A calibrated model is right as often as it says:",
      "The calibration error is their mean distance from it, each counted by its images.",
    ] {
      #expect(html.contains(text), "\(text)")
    }
  }

  @Test func theSettingsAreListed() {
    let answers = evaluation([0, 1, 2])
    let settings: [RunConfiguration.Setting] = [
      .init(name: "seed", json: "7"), .init(name: "device", json: "\"<GPU>\""),
    ]
    #expect(
      ReportPage(answers, images: images, settings: settings).html.contains(
        "<h2 id=\"settings-head\">Settings</h2>\n<p>What the model was trained with.</p>\n"
          + "<dl class=\"settings\"><div><dt>seed</dt><dd>7</dd></div>"
          + "<div><dt>device</dt><dd>&lt;GPU&gt;</dd></div></dl>\n</section>"))
    #expect(!ReportPage(answers, images: images).html.contains("settings-head"))
  }

  @Test func classesWithNamesAreCalledByThem() {
    let named = images.named(["<cat>", "\"dog\"", "owl & co"])
    let html = ReportPage(evaluation([0, 1, 2, 0, 1, 1]), images: named).html
    for text in [
      "<tr><th scope=\"row\">&quot;dog&quot;</th><td>0.6667</td>",
      "<th scope=\"col\">&lt;cat&gt;</th><th scope=\"col\">&quot;dog&quot;</th>",
      "title=\"1 of class owl &amp; co predicted to be &quot;dog&quot;\">1</td>",
      "<b>owl &amp; co</b> taken for <b>&quot;dog&quot;</b>",
      "alt=\"Image 5: a owl &amp; co taken for a &quot;dog&quot;\"",
      "<b>owl &amp; co</b> → <b class=\"bad\">&quot;dog&quot;</b>",
      "<small>#5 · p(owl &amp; co) 12.50 %</small>",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(!html.contains("<cat>"))
  }

  @Test func theTablesHaveTheNamesOfTheClasses() {
    let answers = Array(evaluation([0, 1, 2, 0, 1, 1]).classifications.suffix(1))
    let names = ["a,b", "=1+1", "owl"]
    #expect(
      ReportFolder.predictions(answers, names: names) == """
        index,label,label_class,predicted,class,probability,"p_a,b",p_=1+1,p_owl
        5,2,owl,1,'=1+1,0.75,0.125,0.75,0.125

        """)
    #expect(
      ReportFolder.confusion(
        ConfusionMatrix(counts: [[1, 0, 2], [0, 3, 0], [0, 0, 4]]), names: names)
          == """
          label,"predicted_a,b",predicted_=1+1,predicted_owl
          "a,b",1,0,2
          '=1+1,0,3,0
          owl,0,0,4

          """)
  }

  @Test func withoutAnswersATableIsItsHeader() {
    #expect(ReportFolder.predictions([]) == "index,label,predicted,probability\n")
  }

  @Test func theFileNeedsNoNetwork() {
    let html = ReportPage(evaluation([1, 1, 1, 1, 1, 1]), images: images).html
    let withoutNames = html.replacing("http://www.w3.org/2000/svg", with: "")
    for word in ["http", "<script", "<link", "@import", "url("] {
      #expect(!withoutNames.contains(word), "\(word)")
    }
  }

  @Test func aMistakesPictureIsItsImage() throws {
    let html = ReportPage(evaluation([0, 1, 2, 0, 1, 1]), images: images).html
    let start = try #require(html.range(of: "data:image/png;base64,")).upperBound
    let text = html[start...].prefix { $0 != "\"" }
    let file = [UInt8](try #require(Data(base64Encoded: String(text))))
    #expect(
      try PictureFile.decode(file, path: "f")
        == Picture(height: 2, width: 3, luminance: Array(images.pixels[30...])))
  }

  @Test func withoutMistakesThereIsNoGalleryAndWithoutALogNoCurves() {
    let html = ReportPage(evaluation([0, 1, 2, 0, 1, 2]), images: images).html
    #expect(html.contains("<p>There are none.</p>"))
    #expect(html.contains("No image was taken for another class."))
    #expect(!html.contains("<figure>"))
    #expect(!html.contains("curves-head"))
  }

  // MARK: Counts

  /// So many answers of each label and prediction, of four classes; all about the first image.
  private func page(_ counts: [(label: Int, predicted: Int, count: Int)]) -> ReportPage {
    let answers = counts.flatMap { label, predicted, count in
      (0..<count).map { _ in
        var probabilities: [Float] = [0, 0, 0, 0]
        probabilities[predicted] = 1
        return Classification(index: 0, label: label, probabilities: probabilities)
      }
    }
    return ReportPage(Evaluation(answers), images: images)
  }

  /// Right answers by their share of the class, wrong ones by the root of their share of the most frequent
  /// mistake; from 55 % on the text is bold.
  @Test func aCellIsAsDarkAsItsCountIsLarge() {
    let html = page([(0, 0, 11), (0, 1, 9), (1, 1, 27), (1, 0, 23), (2, 2, 1)]).html
    func row(_ label: Int, _ cells: [(style: String, strength: Int, count: Int)]) -> String {
      let cells = cells.enumerated().map { predicted, cell in
        "<td class=\"\(cell.style)\" style=\"--s:\(cell.strength)%\" title=\"\(cell.count) of class "
          + "\(label) predicted to be \(predicted)\">\(cell.count)</td>"
      }
      return "<tr><th scope=\"row\">\(label)</th>\(cells.joined())</tr>\n"
    }
    let none = ("none", 0, 0)
    let rows = [
      row(0, [("right strong", 55, 11), ("wrong strong", 63, 9), none, none]),
      row(1, [("wrong strong", 100, 23), ("right", 54, 27), none, none]),
      row(2, [none, none, ("right strong", 100, 1), none]),
      row(3, [none, none, none, none]),
    ]
    #expect(html.contains(rows.joined()))
    #expect(
      html.contains(
        """
        <ol class="pairs">\
        <li><span><b>1</b> taken for <b>0</b></span><i style="width:100.0%"></i><span>23</span></li>
        <li><span><b>0</b> taken for <b>1</b></span><i style="width:39.1%"></i><span>9</span></li></ol>
        """))
  }

  @Test(arguments: [
    (60, "the prediction.</p>"), (61, "the prediction, the 60 most certain of 61.</p>"),
  ])
  func sixtyMistakesAreShownAndTenPairs(_ count: Int, _ end: String) {
    let pairs = (0..<4).flatMap { label in (1..<4).map { (label, (label + $0) % 4) } }
    let html = page((0..<count).map { (pairs[$0 % 12].0, pairs[$0 % 12].1, 1) }).html
    #expect(html.components(separatedBy: "<figure>").count == 61)
    #expect(html.contains("with the probability of \(end)"))
    #expect(html.components(separatedBy: "<li>").count == 11)
    // The first of them all.
    let (figure, pair) = ("alt=\"Image 0: a 0 taken for a 1\"", "<b>0</b> taken for <b>1</b>")
    #expect(html.components(separatedBy: "<figure>")[1].contains(figure))
    #expect(html.components(separatedBy: "<li>")[1].contains(pair))
  }

  // MARK: Files

  @Test func aReportNeedsAFolder() {
    let page = ReportPage(evaluation([0, 1, 2, 0, 1, 1]), images: images)
    #expect(throws: FileError.emptyPath) { try ReportFolder.checkWritable("") }
    #expect(throws: FileError.emptyPath) { try ReportFolder.write(page, to: "") }
  }

  @Test func theFolderHoldsThePageAndTheTables() throws {
    try SmallSets.withFolder { folder in
      let page = ReportPage(evaluation([0, 1, 2, 0, 1, 1]), images: images)
      let directory = folder + "/a/b"
      try ReportFolder.write(page, to: directory)
      #expect(
        try SmallSets.names(directory) == ["confusion.csv", "predictions.csv", "report.html"])
      func text(_ name: String) throws -> String {
        String(decoding: try SmallSets.content("\(directory)/\(name)"), as: UTF8.self)
      }
      #expect(try text("report.html") == page.html)
      #expect(
        try text("confusion.csv") == """
          label,predicted_0,predicted_1,predicted_2
          0,2,0,0
          1,0,2,0
          2,0,1,1

          """)
      #expect(
        try text("predictions.csv").hasPrefix(
          """
          index,label,predicted,probability,p_0,p_1,p_2
          0,0,0,0.75,0.75,0.125,0.125
          1,1,1,0.75,0.125,0.75,0.125

          """))
    }
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64IsTheStandards(_ text: String, _ expected: String) {
    #expect(Markup.base64(Array(text.utf8)) == expected)
  }

  @Test func textCannotLeaveItsPlace() {
    #expect(Markup.escaped("<a href=\"&\">\u{0}\u{1B}é\n") == "&lt;a href=&quot;&amp;&quot;&gt;é\n")
  }
}
