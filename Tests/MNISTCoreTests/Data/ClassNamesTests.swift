import Testing

@testable import MNISTCore

@Suite struct ClassNamesTests {
  @Test func anyTextMayBeAName() {
    #expect(ClassNames.fault(ClassNamesTests.strange) == nil)
    #expect(ClassNames.fault((0..<256).map { "class \($0)" }) == nil)
    #expect(ClassNames.fault([String(repeating: "n", count: 1024)]) == nil)
    #expect(ClassNames.fault(["e" + String(repeating: "\u{301}", count: 30)]) == nil)
  }

  /// Names that break what is careless with text.
  static let strange = [
    "a,b", "say \"7\"", "two\nlines", "日本", "🐈‍⬛", "\u{1B}[31mred", "<b>&", "=1+1", " ", "\\u0041",
    "\u{202E}abc", "null",
  ]

  @Test(arguments: [
    ([], "0 names"), (["a", ""], "an empty name for class 1"),
    (["a", "b", "a"], "\"a\" twice"), (["\u{E9}", "e\u{301}"], "\"e\u{301}\" twice"),
    ([String(repeating: "n", count: 1025)], "a name of 1025 bytes for class 0"),
    (
      ["e" + String(repeating: "\u{301}", count: 31)],
      "more than 30 combining marks in a row in the name of class 0"
    ),
    ((0..<257).map { "\($0)" }, "257 names"),
  ])
  func whatCannotBeToldApartOrReadBackIsNone(_ names: [String], _ fault: String) {
    #expect(ClassNames.fault(names) == fault)
  }

  @Test func ofMoreThanTenNamesTheFirstAreListed() {
    let ten = (0..<10).map { "\($0)" }
    #expect(ClassNames.list(ten) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9")
    #expect(ClassNames.list(ten + ["10"]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …")
  }

  @Test func aClassWithoutANameIsItsNumber() {
    #expect(ClassNames.name(of: 1, in: ["cat", "dog"]) == "dog")
    #expect(ClassNames.name(of: 2, in: ["cat", "dog"]) == "2")
    #expect(ClassNames.name(of: 7, in: nil) == "7")
  }

  // MARK: A set with names

  private let set = ImageSet(
    height: 1, width: 1, pixels: [9, 8, 7], labels: [0, 2, 1], classNames: ["cat", "dog", "owl"])

  @Test func aNameWithoutImagesIsAClassAndTheChecksumsKnowNoNames() {
    let plain = ImageSet(height: 1, width: 1, pixels: [9, 8, 7], labels: [0, 2, 1])
    let named = ImageSet(
      height: 1, width: 1, pixels: [9, 8, 7], labels: [0, 2, 1], classNames: ["a", "b", "c", "d"])
    #expect(plain.classCount == 3 && named.classCount == 4 && plain.classNames == nil)
    #expect(named.labelsCRC32 == plain.labelsCRC32 && named.imagesCRC32 == plain.imagesCRC32)
    #expect(named != plain && plain.named(["a", "b", "c", "d"]) == named)
    #expect(plain.named(nil) == plain)
  }

  @Test func aSetInAnotherOrderIsRenumberedByName() throws {
    let same = try #require(set.renumbered(as: ["owl", "ape", "cat", "dog"]))
    #expect(same.labels == [2, 0, 3] && same.classCount == 4)
    #expect(same.classNames == ["owl", "ape", "cat", "dog"])
    #expect(same.pixels == set.pixels && same.labelsCRC32 == set.labelsCRC32)
    #expect(set.renumbered(as: ["owl", "ape", "cat", "fox"]) == nil)
  }
}
