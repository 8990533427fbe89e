import Foundation
import Testing

@testable import MNISTCore

/// Whether text can be read everywhere on the page: by WCAG 2.2, 1.4.3, with a contrast of 4.5 to 1.
@Suite struct ReportStyleTests {
  private typealias Color = [Double]

  /// The colours in a list of variables: red, green and blue from 0 to 1.
  private static func palette(_ text: String) -> [String: Color] {
    var palette: [String: Color] = [:]
    for declaration in text.split(whereSeparator: { ";\n".contains($0) }) {
      let parts = declaration.split(separator: ":").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2, parts[0].hasPrefix("--"), parts[1].hasPrefix("#") else { continue }
      let digits = parts[1].dropFirst().compactMap(\.hexDigitValue)
      guard [3, 6].contains(digits.count) else { continue }
      let all = digits.count == 6 ? digits : digits.flatMap { [$0, $0] }
      palette[String(parts[0].dropFirst(2))] = (0..<3).map { (index: Int) -> Double in
        let byte: Int = 16 * all[2 * index] + all[2 * index + 1]
        return Double(byte) / 255
      }
    }
    return palette
  }

  private static func luminance(_ color: Color) -> Double {
    let linear = color.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  private static func contrast(_ one: Color, _ other: Color) -> Double {
    let (first, second) = (luminance(one), luminance(other))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  /// CSS' `color-mix(in srgb, one share, other)`.
  private static func mix(_ one: Color, _ share: Double, _ other: Color) -> Color {
    zip(one, other).map { $0 * share + $1 * (1 - share) }
  }

  private static let palettes = [
    ("light", ReportStyle.light), ("dark", ReportStyle.dark), ("paper", ReportStyle.paper),
  ]

  @Test func theContrastOfKnownColoursIsWCAGs() {
    let colors = Self.palette("--a:#fff;--b:#000;\n--c:#777777;--d:none")
    #expect(colors.keys.sorted() == ["a", "b", "c"])
    #expect(abs(Self.contrast(colors["a"]!, colors["b"]!) - 21) < 1e-9)
    #expect(abs(Self.contrast(colors["c"]!, colors["a"]!) - 4.48) < 0.005)
  }

  /// So that what follows is about every text.
  @Test func textHasOneOfFourColours() {
    let found = ReportStyle.css.matches(of: /[{;\n](?:color|fill):([^;}]+)/).map { String($0.1) }
    #expect(found.count > 10)
    // Shapes are filled with others.
    let shapes = ["var(--right)", "none"]
    let texts = ["text", "soft", "accent", "wrong"].map { "var(--\($0))" }
    #expect(Set(found).subtracting(shapes).isSubset(of: texts), "\(found)")
    #expect(!ReportStyle.css.contains("text{fill:var(--right)"))
    for (_, palette) in Self.palettes { #expect(ReportStyle.css.contains(palette)) }
  }

  @Test(arguments: palettes)
  func textCanBeReadOnTheGroundAndOnCards(_ name: String, _ css: String) throws {
    let colors = Self.palette(css)
    for text in ["text", "soft", "accent", "wrong"] {
      for ground in ["card", "ground"] {
        let contrast = Self.contrast(try #require(colors[text]), try #require(colors[ground]))
        #expect(contrast >= 4.5, "\(name): \(text) on \(ground) has \(contrast)")
      }
    }
  }

  /// A row of a table under the pointer is tinted with seven hundredths.
  @Test(arguments: palettes)
  func textCanBeReadInCellsOfEveryStrength(_ name: String, _ css: String) throws {
    #expect(ReportStyle.css.contains("tr:hover{background:color-mix(in srgb,var(--accent) 7%"))
    let colors = Self.palette(css)
    let (text, card) = (try #require(colors["text"]), try #require(colors["card"]))
    for kind in ["right", "wrong"] {
      #expect(
        ReportStyle.css.contains(
          ".matrix .\(kind){background:color-mix(in srgb,var(--\(kind)-cell) var(--s),var(--card))}"
        ))
      let cell = try #require(colors["\(kind)-cell"])
      for strength in 0...100 {
        let contrast = Self.contrast(text, Self.mix(cell, Double(strength) / 100, card))
        #expect(contrast >= 4.5, "\(name): \(kind) at \(strength) % has \(contrast)")
      }
    }
    let row = Self.mix(try #require(colors["accent"]), 0.07, card)
    for word in ["text", "soft"] {
      let contrast = Self.contrast(try #require(colors[word]), row)
      #expect(contrast >= 4.5, "\(name): \(word) under the pointer has \(contrast)")
    }
  }

  /// The curves have colours of their own, on their own ground or on the page's cards.
  @Test func textInTheCurvesCanBeRead() throws {
    let blocks = CurvesSVG.style.matches(of: /\.curves\{(--ground[^}]+)\}/).map { String($0.1) }
    #expect(blocks.count == 2)
    for (css, grounds) in zip(
      blocks, [[ReportStyle.light, ReportStyle.paper], [ReportStyle.dark]])
    {
      let colors = Self.palette(css)
      let all = [colors["ground"]] + grounds.map { Self.palette($0)["card"] }
      for ground in all {
        for text in ["text", "soft", "best"] {
          let contrast = Self.contrast(try #require(colors[text]), try #require(ground))
          #expect(contrast >= 4.5, "\(text) on \(ground ?? []) has \(contrast)")
        }
      }
    }
    let fills = CurvesSVG.style.matches(of: /text\{fill:([^;}]+)/).map { String($0.1) }
    #expect(fills == ["var(--soft)", "var(--best)"])
  }

  @Test func onPaperItIsLightAndKeepsItsColours() {
    #expect(
      ReportStyle.css.contains("@media screen and (prefers-color-scheme:dark){:root{--ground"))
    #expect(!ReportStyle.css.contains("@media(prefers-color-scheme"))
    #expect(ReportStyle.css.contains("@media print{:root{\(ReportStyle.paper)}}"))
    #expect(
      ReportStyle.css.contains(
        ":root{-webkit-print-color-adjust:exact;print-color-adjust:exact}"))
  }
}
