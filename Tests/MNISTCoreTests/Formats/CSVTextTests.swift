import Testing

@testable import MNISTCore

@Suite struct CSVTextTests {
  @Test(arguments: [
    ("cat", "cat"), ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""),
    ("say \"7\"", "\"say \"\"7\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("a\r", "\"a\r\""), ("a\r\nb", "\"a\r\nb\""),
    ("日本 🐈‍⬛", "日本 🐈‍⬛"), (" edge ", " edge "),
  ])
  func aCellIsQuotedWhereItMustBe(_ text: String, _ cell: String) {
    #expect(CSVText.cell(text) == cell)
  }

  @Test func aStrangersFormulaStaysText() {
    for text in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "=HYPERLINK(\"x\")"] {
      #expect(CSVText.cell(text).drop { $0 == "\"" }.hasPrefix("'"), "\(text)")
    }
    #expect(CSVText.cell("=a,b") == "\"'=a,b\"")
  }

  @Test(arguments: ["=", "+", "-", "@", "-5", "+1.5", "-1e-05"])
  func aSignAloneAndANumberAreNoFormula(_ text: String) {
    #expect(CSVText.cell(text) == text)
  }

  @Test func aLineIsItsCellsAndALineEnd() {
    #expect(CSVText.line(["a", "b,c", ""]) == "a,\"b,c\",\n")
  }
}
