/// The loss over the learning rate, as a learning rate range test found it, for people or for programs.
enum LearningRateCurve {
  /// A file's content; the form is told by its name's ending.
  enum Form: String, CaseIterable {
    case svg = ".svg"
    case csv = ".csv"

    /// Nil for a name with another ending.
    init?(path: String) {
      let name = path.lowercased()
      guard let form = Self.allCases.first(where: { name.hasSuffix($0.rawValue) }) else {
        return nil
      }
      self = form
    }

    /// In words: `.svg or .csv`.
    static var endings: String { allCases.map(\.rawValue).joined(separator: " or ") }

    /// What every file of this form begins with, and hardly any other.
    var start: String {
      switch self {
      case .svg: LearningRateCurve.svgStart
      case .csv: LearningRateCurve.header
      }
    }

    /// The whole file.
    func text(_ test: LearningRateRangeTest) -> String {
      switch self {
      case .svg: LearningRateCurve.svg(test)
      case .csv: LearningRateCurve.csv(test)
      }
    }
  }

  // MARK: - For programs

  private static let header = "batch,learning_rate,loss,smoothed_loss\n"

  /// A row for each batch; numbers come back exactly.
  static func csv(_ test: LearningRateRangeTest) -> String {
    header
      + test.points.enumerated().map { index, point in
        "\(index + 1),\(point.learningRate),\(point.loss),\(point.smoothedLoss)\n"
      }.joined()
  }

  // MARK: - For people

  private static let svgStart = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 378" role="img" \
    aria-labelledby="rates-title rates-text" class="curves">
    <title id="rates-title">Learning rate range test</title>

    """

  /// SVG that needs nothing else, for light and dark: the loss of each batch, the smoothed loss, and where that
  /// falls fastest. What is so high that it would have ended the test is cut off.
  static func svg(_ test: LearningRateRangeTest) -> String {
    let suggestion = try? test.suggestion()
    let limit = LearningRateRangeTest.divergence * test.lowestLoss
    let axis = ChartAxis(
      holding: test.points.flatMap { [$0.loss, $0.smoothedLoss] }.filter { $0 <= limit })
    let panel = Panel(axis, test.points)
    var parts = [
      svgStart + """
        <desc id="rates-text">\(summary(test, suggestion))</desc>
        \(CurvesSVG.style)
        <clipPath id="rates-panel"><rect x="\(Panel.left)" y="\(Panel.top)" \
        width="\(Panel.right - Panel.left)" height="\(Panel.bottom - Panel.top)"/></clipPath>
        <rect class="ground" width="720" height="378" rx="8"/>
        """,
      CurvesSVG.heading(y: 28, "Loss", [("train", "batch"), ("valid", "smoothed")]),
      panel.chart.grid, panel.rates,
    ]
    if let suggestion { parts.append(panel.marker(suggestion)) }
    parts.append(panel.line("train", \.loss))
    parts.append(panel.line("valid", \.smoothedLoss))
    if let suggestion { parts.append(panel.dot(suggestion)) }
    return parts.filter { !$0.isEmpty }.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The same in words, for those who do not see it.
  private static func summary(
    _ test: LearningRateRangeTest, _ suggestion: LearningRateRangeTest.Point?
  ) -> String {
    let count = test.points.count
    let batches = "\(count) batch\(count == 1 ? "" : "es")"
    let end = test.isDiverged ? ", until the loss grew too large." : "."
    guard let suggestion else { return "\(batches)\(end) No learning rate is suggested." }
    return "\(batches)\(end) The smoothed loss falls fastest at the learning rate "
      + "\(NumberText.scientific(suggestion.learningRate)), where it is "
      + "\(NumberText.fixed(suggestion.smoothedLoss))."
  }

  /// The diagram: the learning rate's logarithm to the right, the loss upwards.
  private struct Panel {
    /// Its scale upwards, and the place of it all.
    let chart: ChartPanel
    let points: [LearningRateRangeTest.Point]

    static let (left, right, top, bottom) = (64, 696, 64, 320)

    init(_ axis: ChartAxis, _ points: [LearningRateRangeTest.Point]) {
      chart = ChartPanel(top: Self.top, height: Self.bottom - Self.top, axis, lastEpoch: 1)
      self.points = points
    }

    /// Powers of ten.
    static let exponents = -8...0

    func x(_ rate: Double) -> String {
      let (first, last) = (Double(Self.exponents.lowerBound), Double(Self.exponents.upperBound))
      let share = (log10(rate) - first) / (last - first)
      return number(Double(Self.left) + Double(Self.right - Self.left) * share)
    }

    func y(_ loss: Double) -> String { number(chart.y(loss)) }

    private func number(_ place: Double) -> String { NumberText.fixed(place, decimals: 1) }

    var rates: String {
      Self.exponents.map { exponent in
        "<text class=\"middle\" x=\"\(x(pow(10, Double(exponent))))\" y=\"\(Self.bottom + 20)\">"
          + "\(exponent == 0 ? "1" : "1e\(exponent)")</text>"
      }.joined(separator: "\n")
        + "\n<text class=\"middle\" x=\"380\" y=\"\(Self.bottom + 38)\">learning rate</text>"
    }

    func marker(_ point: LearningRateRangeTest.Point) -> String {
      let x = x(point.learningRate)
      // Near the right edge the label stands to the left of the line.
      let isLeft = point.learningRate > 1e-4
      return "<path class=\"best\" d=\"M\(x) 50V\(Self.bottom)\"/>\n"
        + "<text class=\"best-text\(isLeft ? " end" : "")\" x=\"\(x)\" dx=\"\(isLeft ? -6 : 6)\" "
        + "y=\"54\">suggestion: \(NumberText.scientific(point.learningRate)), steepest descent</text>"
    }

    /// A line through the points that are numbers; only the last one may be none.
    func line(_ style: String, _ loss: KeyPath<LearningRateRangeTest.Point, Double>) -> String {
      let places = points.filter { abs($0[keyPath: loss]) < 1e30 }.map {
        "\(x($0.learningRate)) \(y($0[keyPath: loss]))"
      }
      guard !places.isEmpty else { return "" }
      return "<path class=\"line \(style)\" clip-path=\"url(#rates-panel)\" "
        + "d=\"M\(places.joined(separator: "L"))\"/>"
    }

    func dot(_ point: LearningRateRangeTest.Point) -> String {
      "<circle class=\"dot valid\" cx=\"\(x(point.learningRate))\" cy=\"\(y(point.smoothedLoss))\" "
        + "r=\"4.5\"/>"
    }
  }
}

/// Where the curve of a learning rate range test is written, once it is known.
package struct LearningRateCurveFile: Sendable {
  /// As it was given.
  package let path: String
  private let form: LearningRateCurve.Form

  /// In words: `.svg or .csv`.
  package static var endings: String { LearningRateCurve.Form.endings }

  /// Whether the name says what the file is to be.
  package static func takes(_ path: String) -> Bool { LearningRateCurve.Form(path: path) != nil }

  /// Finds out whether the file could be written; makes nothing. Of what may be there only the curve of another test
  /// is replaced. Throws `FileError`.
  ///
  /// - Parameter path: ends as one of `endings` does.
  package init(_ path: String) throws(FileError) {
    guard let form = LearningRateCurve.Form(path: path) else {
      stop("a curve of learning rates ends in \(Self.endings), not as \(path) does")
    }
    (self.path, self.form) = (path, form)
    try OutputFile.checkStanding(
      at: path, what: "no curve of learning rates", expected: "one"
    ) { $0.starts(with: form.start.utf8) }
    let folder = FileSystem.split(path).folder
    if folder.isEmpty || FileSystem.leadsToFile(folder) {
      try OutputFile.checkWritable(path, byteCount: 0)
    } else {
      try NewFolder.checkWritable(folder)
    }
  }

  /// Replaces the file, or makes it, and folders around it. Throws `FileError`.
  package func write(_ test: LearningRateRangeTest) throws(FileError) {
    let folders = try MadeFolders(around: path)
    try withExtendedLifetime(folders) { () throws(FileError) in
      try OutputFile.write(Array(form.text(test).utf8), to: path)
    }
  }
}
