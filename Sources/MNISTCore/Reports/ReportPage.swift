/// `report.html`: what a model gets right and wrong, in one file that opens without a network.
package struct ReportPage {
  let evaluation: Evaluation
  let images: ImageSet
  let metrics: [MetricsRow]
  let monitor: MonitoredFigure
  let facts: [(name: String, value: String)]
  let settings: [RunConfiguration.Setting]

  /// How many mistakes are shown as pictures.
  static let galleryLimit = 60
  /// How many confused pairs are listed.
  static let pairLimit = 10

  /// - Parameters:
  ///   - images: the set that was evaluated; a classification's index is an image's.
  ///   - metrics: the run's epochs where its log is known, else none.
  ///   - monitor: tells their best one.
  ///   - facts: what else to say of the model and the data, such as `("Model", "model.ckpt")`.
  ///   - settings: the run's.
  package init(
    _ evaluation: Evaluation, images: ImageSet, metrics: [MetricsRow] = [],
    monitor: MonitoredFigure = .validLoss, facts: [(name: String, value: String)] = [],
    settings: [RunConfiguration.Setting] = []
  ) {
    require(
      evaluation.classifications.allSatisfy { (0..<images.count).contains($0.index) },
      "a classification of an image that is not in the set")
    self.evaluation = evaluation
    self.images = images
    self.metrics = metrics
    self.monitor = monitor
    self.facts = facts
    self.settings = settings
  }

  /// The whole page.
  package var html: String {
    ReportStyle.page(
      title: "Accuracy \(percent(evaluation.accuracy.value)) – classification report",
      parts: [header, curves, classes, matrix, pairsAndCalibration, gallery, runSettings],
      tool: "mnist-predict")
  }

  // MARK: Head

  private var header: String {
    let accuracy = evaluation.accuracy
    let interval = accuracy.interval95
    let mistakes = accuracy.trials - accuracy.successes
    let list = Self.pairs(facts)
    return """
      <header>
      <h1>Classification report</h1>
      <div class="figures">
      <p class="figure main"><b>\(percent(accuracy.value))</b> <span>accuracy</span> \
      <small>95 % interval \(percent(interval.lowerBound)) to \(percent(interval.upperBound)) \
      (Wilson)</small></p>
      <p class="figure"><b>\(mistakes)</b> <span>mistake\(mistakes == 1 ? "" : "s")</span> \
      <small>among \(accuracy.trials) image\(accuracy.trials == 1 ? "" : "s")</small></p>
      <p class="figure"><b>\(percent(evaluation.calibration.expectedError))</b> \
      <span>calibration error</span> <small>expected, \(evaluation.calibration.bins.count) \
      bins</small></p>
      </div>
      \(list.isEmpty ? "" : "<dl class=\"facts\">\(list)</dl>")
      </header>
      """
  }

  private static func pairs(_ pairs: [(name: String, value: String)]) -> String {
    pairs.map {
      "<div><dt>\(Markup.escaped($0.name))</dt><dd>\(Markup.escaped($0.value))</dd></div>"
    }.joined()
  }

  private var runSettings: String {
    guard !settings.isEmpty else { return "" }
    let list = Self.pairs(settings.map { ($0.name, $0.text) })
    return section(
      "settings-head", "Settings",
      "<p>What the model was trained with.</p>\n<dl class=\"settings\">\(list)</dl>")
  }

  private var curves: String {
    guard !metrics.isEmpty else { return "" }
    return section(
      "curves-head", "Training",
      """
      <div class="scroll" tabindex="0" role="region" aria-labelledby="curves-head">
      \(CurvesSVG.text(metrics, monitor: monitor))</div>
      """)
  }

  // MARK: Classes

  private var classes: String {
    let confusion = evaluation.confusion
    func cells(_ scores: ClassScores) -> String {
      [scores.precision, scores.recall, scores.f1].map {
        "<td>\(NumberText.fixed($0))</td>"
      }.joined() + "<td>\(scores.support)</td>"
    }
    let rows = confusion.scores.enumerated().map {
      "<tr><th scope=\"row\">\(name(of: $0.offset))</th>\(cells($0.element))</tr>"
    }
    let table = """
      <p>Precision is the share of the predictions of a class that are right. Recall is the share of a \
      class's images that were found. F1 is the harmonic mean of the two. Support is the number of a \
      class's images; the weighted average counts each class by it, the macro average all alike.</p>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="classes-head">
      <table class="numbers">
      <thead><tr><th scope="col">class</th><th scope="col">precision</th>\
      <th scope="col">recall</th><th scope="col">F1</th><th scope="col">support</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      <tfoot>
      <tr><th scope="row">macro average</th>\(cells(confusion.macroAverage))</tr>
      <tr><th scope="row">weighted average</th>\(cells(confusion.weightedAverage))</tr>
      </tfoot>
      </table>
      </div>
      """
    return section("classes-head", "Each class", table)
  }

  private var matrix: String {
    let counts = evaluation.confusion.counts
    let largestMistake = evaluation.confusion.confusions.first?.count ?? 1
    let head = counts.indices.map { "<th scope=\"col\">\(name(of: $0))</th>" }.joined()
    let rows = counts.indices.map { label in
      let support = counts[label].reduce(0, +)
      let cells = counts.indices.map { predicted in
        let count = counts[label][predicted]
        // The right ones by their share of the class; mistakes by the most frequent mistake, for
        // beside thousands nothing else would show. The root brings out the rare.
        let isCorrect = label == predicted
        let whole = isCorrect ? support : largestMistake
        let share = Double(count) / Double(max(1, whole))
        let strength = Int(((isCorrect ? share : share.squareRoot()) * 100).rounded())
        let kind = count == 0 ? "none" : isCorrect ? "right" : "wrong"
        let isStrong = strength >= 55 ? " strong" : ""
        return "<td class=\"\(kind)\(isStrong)\" style=\"--s:\(strength)%\" "
          + "title=\"\(count) of class \(name(of: label)) predicted to be \(name(of: predicted))\">\(count)</td>"
      }.joined()
      return "<tr><th scope=\"row\">\(name(of: label))</th>\(cells)</tr>"
    }
    let table = """
      <p>A row holds the images of one class; a column those predicted to be of it.</p>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="matrix-head">
      <table class="matrix" style="--n:\(counts.count)">
      <thead><tr><th scope="col"><span>label ↓ predicted&nbsp;→</span></th>\(head)</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody>
      </table>
      </div>
      """
    return section("matrix-head", "Confusion matrix", table)
  }

  private var pairsAndCalibration: String {
    let pairs = evaluation.confusion.confusions.prefix(Self.pairLimit)
    let largest = Double(pairs.first?.count ?? 1)
    let items = pairs.map {
      let width = NumberText.fixed(100 * Double($0.count) / largest, decimals: 1)
      return
        "<li><span><b>\(name(of: $0.label))</b> taken for <b>\(name(of: $0.predicted))</b></span>"
        + "<i style=\"width:\(width)%\"></i><span>\($0.count)</span></li>"
    }.joined(separator: "\n")
    let list =
      pairs.isEmpty
      ? "<p>No image was taken for another class.</p>" : "<ol class=\"pairs\">\(items)</ol>"
    return "<div class=\"columns\">\n"
      + section("pairs-head", "Most confused", list) + "\n"
      + section("calibration-head", "Calibration", calibration)
      + "\n</div>"
  }

  private var calibration: String {
    """
    <p>A calibrated model is right as often as it says: its dots, one for each range of probabilities, \
    lie on the dashed line. The calibration error is their mean distance from it, each counted by its \
    images.</p>
    \(CalibrationSVG.text(evaluation.calibration))
    """
  }

  // MARK: Mistakes

  private var gallery: String {
    let mistakes = evaluation.worstMistakes
    guard !mistakes.isEmpty else {
      return section("gallery-head", "Mistakes", "<p>There are none.</p>")
    }
    let shown = mistakes.prefix(Self.galleryLimit)
    let figures = shown.map { mistake in
      let label = name(of: mistake.label!)
      let predicted = name(of: mistake.predicted)
      let start = mistake.index * images.imageSize
      let picture = PNGEncoder.encode(
        height: images.height, width: images.width,
        pixels: images.pixels[start..<start + images.imageSize])
      let probability = percent(Double(mistake.confidence))
      let ofLabel = percent(Double(mistake.probabilities[mistake.label!]))
      return """
        <figure><img src="data:image/png;base64,\(Markup.base64(picture))" \
        width="\(images.width)" height="\(images.height)" \
        alt="Image \(mistake.index): a \(label) taken for a \(predicted)">\
        <figcaption><span class="to"><b>\(label)</b> → <b class="bad">\(predicted)</b></span>\
        <span>\(probability)</span><small>#\(mistake.index) · p(\(label)) \(ofLabel)</small>\
        </figcaption></figure>
        """
    }
    let more =
      mistakes.count > shown.count ? ", the \(shown.count) most certain of \(mistakes.count)" : ""
    return section(
      "gallery-head", "Mistakes",
      """
      <p>Label → prediction, with the probability of the prediction\(more).</p>
      <div class="gallery">
      \(figures.joined(separator: "\n"))
      </div>
      """)
  }

  private func section(_ id: String, _ title: String, _ content: String) -> String {
    "<section aria-labelledby=\"\(id)\">\n<h2 id=\"\(id)\">\(title)</h2>\n\(content)\n</section>"
  }

  /// What a class is called. Names may be a stranger's.
  private func name(of label: Int) -> String {
    Markup.escaped(ClassNames.name(of: label, in: images.classNames))
  }

  private func percent(_ share: Double) -> String {
    "\(NumberText.fixed(100 * share, decimals: 2)) %"
  }
}
