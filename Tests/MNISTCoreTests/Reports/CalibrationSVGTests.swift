import Testing

@testable import MNISTCore

@Suite struct CalibrationSVGTests {
  @Test func everyBarDotAndNumberHasItsPlace() {
    func example(_ confidence: Float, correct: Bool) -> Classification {
      Classification(
        index: 0, label: correct ? 0 : 1, probabilities: [confidence, 0, 1 - confidence],
        predicted: 0)
    }
    let calibration = Calibration(
      [
        example(0.5, correct: false), example(0.75, correct: true), example(0.75, correct: true),
        example(1, correct: true), example(0.9, correct: false),
      ], binCount: 4)
    let (first, second, third) = (
      "<title>1 of 5 images, mean probability 0.5000, accuracy 0.0000</title>",
      "<title>2 of 5 images, mean probability 0.7500, accuracy 1.0000</title>",
      "<title>2 of 5 images, mean probability 0.9500, accuracy 0.5000</title>"
    )
    func grid(_ y: String, _ x: String, _ label: String) -> String {
      "<path class=\"grid\" d=\"M48 \(y)H348\"/>"
        + "<text class=\"end\" x=\"40\" y=\"\(y)\" dy=\"4\">\(label)</text>"
        + "<text class=\"middle\" x=\"\(x)\" y=\"336\">\(label)</text>"
    }
    let expected = [
      grid("316.0", "48.0", "0.00"), grid("241.0", "123.0", "0.25"),
      grid("166.0", "198.0", "0.50"), grid("91.0", "273.0", "0.75"),
      grid("16.0", "348.0", "1.00"),
      #"<path class="bar" d="M124.8 316.0V316.0H196.2V316.0z">\#(first)</path>"#,
      #"<path class="bar" d="M199.8 316.0V16.0H271.2V316.0z">\#(second)</path>"#,
      #"<path class="bar" d="M274.8 316.0V166.0H346.2V316.0z">\#(third)</path>"#,
      #"<path class="ideal" d="M48 316L348 16"/>"#,
      #"<circle cx="198.0" cy="316.0" r="4">\#(first)</circle>"#,
      #"<circle cx="273.0" cy="16.0" r="4">\#(second)</circle>"#,
      #"<circle cx="333.0" cy="166.0" r="4">\#(third)</circle>"#,
      #"<text class="middle" x="198" y="358">predicted probability</text>"#,
      #"<text class="middle" transform="rotate(-90 10 166)" x="10" y="166">accuracy</text>"#,
      "</svg>",
      "<details><summary>Numbers</summary>",
      #"<div class="scroll" tabindex="0" role="region" aria-label="Calibration">"#,
      #"<table class="numbers"><thead><tr><th scope="col">probability</th><th scope="col">images</th>"#
        + #"<th scope="col">mean</th><th scope="col">accuracy</th></tr></thead>"#,
      "<tbody>",
      #"<tr><th scope="row">0.00 – 0.25</th><td>0</td><td>–</td><td>–</td></tr>"#,
      #"<tr><th scope="row">0.25 – 0.50</th><td>1</td><td>0.5000</td><td>0.0000</td></tr>"#,
      #"<tr><th scope="row">0.50 – 0.75</th><td>2</td><td>0.7500</td><td>1.0000</td></tr>"#,
      #"<tr><th scope="row">0.75 – 1.00</th><td>2</td><td>0.9500</td><td>0.5000</td></tr>"#,
      "</tbody></table>", "</div>",
      "</details>",
    ]
    let lines = CalibrationSVG.text(calibration).split(separator: "\n").map(String.init)
    #expect(lines.count == expected.count + 1)
    #expect(lines[0].hasPrefix("<svg viewBox=\"0 0 360 372\""))
    #expect(Array(lines.dropFirst()) == expected)
  }
}
