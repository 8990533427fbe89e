/// How often predictions are right against how probable they were said to be.
enum CalibrationSVG {
  static func text(_ calibration: Calibration) -> String {
    let total = calibration.bins.reduce(0) { $0 + $1.count }
    let filled = calibration.bins.filter { $0.count > 0 }
    func x(_ share: Double) -> String { NumberText.fixed(48 + 300 * share, decimals: 1) }
    func y(_ share: Double) -> String { NumberText.fixed(316 - 300 * share, decimals: 1) }
    let grid = [0, 0.25, 0.5, 0.75, 1].map { tick in
      let label = NumberText.fixed(tick, decimals: 2)
      return "<path class=\"grid\" d=\"M48 \(y(tick))H348\"/>"
        + "<text class=\"end\" x=\"40\" y=\"\(y(tick))\" dy=\"4\">\(label)</text>"
        + "<text class=\"middle\" x=\"\(x(tick))\" y=\"336\">\(label)</text>"
    }
    let bars = filled.map { bin in
      "<path class=\"bar\" d=\"M\(x(bin.lower + 0.006)) \(y(0))V\(y(bin.accuracy))"
        + "H\(x(bin.upper - 0.006))V\(y(0))z\"><title>\(caption(bin, total))</title></path>"
    }
    let dots = filled.map { bin in
      "<circle cx=\"\(x(bin.confidence))\" cy=\"\(y(bin.accuracy))\" r=\"4\">"
        + "<title>\(caption(bin, total))</title></circle>"
    }
    let rows = calibration.bins.map { bin in
      let range =
        NumberText.fixed(bin.lower, decimals: 2) + " – " + NumberText.fixed(bin.upper, decimals: 2)
      let figures =
        bin.count == 0
        ? "<td>–</td><td>–</td>"
        : "<td>\(NumberText.fixed(bin.confidence))</td><td>\(NumberText.fixed(bin.accuracy))</td>"
      return "<tr><th scope=\"row\">\(range)</th><td>\(bin.count)</td>\(figures)</tr>"
    }
    return """
      <svg viewBox="0 0 360 372" role="img" aria-label="Accuracy against predicted probability; the \
      table below has the numbers" class="calibration">
      \((grid + bars).joined(separator: "\n"))
      <path class="ideal" d="M48 316L348 16"/>
      \(dots.joined(separator: "\n"))
      <text class="middle" x="198" y="358">predicted probability</text>
      <text class="middle" transform="rotate(-90 10 166)" x="10" y="166">accuracy</text>
      </svg>
      <details><summary>Numbers</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Calibration">
      <table class="numbers"><thead><tr><th scope="col">probability</th><th scope="col">images</th>\
      <th scope="col">mean</th><th scope="col">accuracy</th></tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      </details>
      """
  }

  private static func caption(_ bin: Calibration.Bin, _ total: Int) -> String {
    "\(bin.count) of \(total) image\(total == 1 ? "" : "s"), mean probability \(NumberText.fixed(bin.confidence)), "
      + "accuracy \(NumberText.fixed(bin.accuracy))"
  }
}
