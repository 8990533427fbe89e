import Testing

@testable import MNISTCore

@Suite struct CSVImagesTests {
  /// Two images of 2 × 2 with their labels, however they are written.
  @Test(arguments: [
    "label,pixel0,pixel1,pixel2,pixel3\n7,0,12,255,3\n2,4,5,6,7\n",
    "7,0,12,255,3\n2,4,5,6,7",
    "7,0,12,255,3\r\n2,4,5,6,7\r\n",
    "7,0,12,255,3\r2,4,5,6,7\r",
    "7,0,12,255,3\n2,4,5,6,7\r",
    "\u{FEFF}label,1x1,1x2,2x1,2x2\r\n7,0,12,255,3\r\n2,4,5,6,7\r\n\r\n\n  \n",
    "7;0;12;255;3\n2;4;5;6;7\n",
    "7\t0\t12\t255\t3\n2\t4\t5\t6\t7\n",
    "p1,p2,p3,p4,class\n0,12,255,3,7\n4,5,6,7,2\n",
    "p1,p2,\"Label\",p3,p4\n0,12,7,255,3\n4,5,2,6,7\n",
    "\"label\";\"a;\"\"\";\"a;\"\"2\";\"a;\"\"3\";\"a;\"\"4\"\n\"7\";\" 0 \";12;\"255\";3\n2;4;5;6;7\n",
    " 7 , 0,12 ,255.0,3.000\n2.,+4,5e0,0.06e+2,70e-1\n",
    "7.0,0.0,12.0,255.0,3.0\n2.0,4.0,5.0,6.0,7.0",
    "007,-0,0012,2.550000000000000000e+02,3\n2,4,5,6.00000000000000000000000,7\n",
    "7,0,12,255,3\n2,4,5,6,7\n  ", "7,0,12,255,3\n2,4,5,6,7.",
    "7, \"0\" ,\t\"12\"\t,255\t,\t\" 3\t\"\n2,4,5,6,7\n", "7,0,12,255,3.00\r2,4,5,6,7.00\r\n",
  ])
  func theFormsThatPeopleHaveAreRead(_ text: String) throws {
    let expected = ImageTable(
      height: 2, width: 2, pixels: [0, 12, 255, 3, 4, 5, 6, 7], labels: [7, 2])
    #expect(try table(text) == expected)
    #expect(try CSVImages.table(FileBytes(SmallSets.gzip(Array(text.utf8)), path: "f")) == expected)
    for count in [1, 2, 3] { #expect(try inPieces(text, count) == expected) }
  }

  @Test func withoutLabelsASquareNumberOfColumnsIsAnImage() throws {
    let bare = try table("1,2,3,4\n5,6,7,8\n")
    #expect(bare == ImageTable(height: 2, width: 2, pixels: Array(1...8), labels: nil))
    #expect(try table("pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n5,6,7,8\n") == bare)
    #expect(try inPieces("1,2,3,4\n5,6,7,8", 1) == bare)
    // Not rows and columns: these are two numbers alone.
    #expect(try table("x1x1,x1x2,x2x1,x2x2\n1,2,3,4\n5,6,7,8\n") == bare)
    #expect(try table("1x1,1x2,2x1,2xx2\n1,2,3,4\n5,6,7,8\n") == bare)
    // No number to count by, and a quote that is only a name's first letter.
    #expect(try table("p,p,p,p\n1,2,3,4\n5,6,7,8\n") == bare)
    #expect(try table("\"a,b,c,d\n1,2,3,4\n5,6,7,8\n") == bare)
    // Ten digits are no number to count by; the mark that is there most often parts the columns.
    let names = "a1000000000,a1000000001,a1000000003,a1000000002"
    #expect(try table(names + "\n1,2,3,4\n5,6,7,8\n") == bare)
    #expect(try table("a,1;b;c;d\n1;2;3;4\n5;6;7;8\n") == bare)
  }

  /// Memory is asked for the pixels of a piece, not for as many images.
  @Test func imagesMayBeLarge() throws {
    let row = [String](repeating: "7", count: 4096).joined(separator: ",")
    let pixels = [UInt8](repeating: 7, count: 4096)
    #expect(try table(row) == ImageTable(height: 64, width: 64, pixels: pixels, labels: nil))
  }

  @Test func namesTellRowsAndColumns() throws {
    let wide = try table("0x0,0x1,0x2,1x0,1x1,1x2,y\n1,2,3,4,5,6,9\n")
    #expect(wide == ImageTable(height: 2, width: 3, pixels: Array(1...6), labels: [9]))
    let row = try table("1x1,1x2,1x3,1x4\n1,2,3,4\n")
    #expect(row == ImageTable(height: 1, width: 4, pixels: Array(1...4), labels: nil))
    let column = try table("1x1,2x1,3x1,4x1\n1,2,3,4\n")
    #expect(column == ImageTable(height: 4, width: 1, pixels: Array(1...4), labels: nil))
  }

  @Test func namesThatOnlyCountAreNames() throws {
    let names = (0..<16).map(String.init).joined(separator: ",")
    let row = (100..<116).map(String.init).joined(separator: ",")
    let expected = ImageTable(
      height: 4, width: 4, pixels: (100..<116).map { UInt8($0) }, labels: nil)
    #expect(try table(names + "\n" + row) == expected)
    #expect(try table("target,\(names)\n3,\(row)").labels == [3])
    let fromOne = (1...16).map(String.init).joined(separator: ",")
    #expect(try table(fromOne + "\n" + row) == expected)
  }

  @Test func fewNumbersThatCountOrWhichBeginAtTwoAreAnImage() throws {
    for numbers in [0...8, 1...9, 2...17] as [ClosedRange<UInt8>] {
      let row = numbers.map(String.init).joined(separator: ",")
      #expect(try table(row).pixels == Array(numbers), "\(numbers)")
    }
  }

  @Test func fractionsAreMultipliedBy255AndRounded() throws {
    let text = "3,0,1,0.5,0.003921569\n1,0.0,1.0,1e-3,0.25\n"
    let expected = ImageTable(
      height: 2, width: 2, pixels: [0, 255, 128, 1, 0, 255, 0, 64], labels: [3, 1],
      scale: .fractions)
    #expect(try table(text) == expected)
    #expect(try inPieces(text, 1) == expected)
    // Written as fractions are, and none above 1.
    #expect(try table("3,0.0,1.0,1.0,0.0\n").pixels == [0, 255, 255, 0])
    #expect(try table("3,0,1e0,1,0\n").pixels == [0, 255, 255, 0])
    #expect(try table("3,0,1,1,0\n").pixels == [0, 1, 1, 0])
    #expect(try table("3,0,1,12.,1\n").pixels == [0, 1, 12, 1])
    #expect(try table("3,0.0,2.0,2,0\n").pixels == [0, 2, 2, 0])
    // A half is rounded up.
    #expect(try table("3,0,1,0.1,0\n").pixels == [0, 255, 26, 0])
  }

  @Test(
    arguments: [
      ("", "an empty file in place of a CSV file (expected lines of numbers)"),
      ("{\"a\": 1}", "a JSON file in place of a CSV file (expected lines of numbers)"),
      (
        "7,1,2,3,4\n7,1,2,,4\n",
        "line 2, column 4: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found nothing)"
      ),
      (
        "label,a,b,c,d\n7,1,2,3,256\n",
        "line 2, column 5: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found \"256\")"
      ),
      (
        "7,1,2,3,4\n7,1,-2,3,4\n",
        "line 2, column 3: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found \"-2\")"
      ),
      (
        "7,1,2,3,4\n7,1,\"\",3,4\n",
        "line 2, column 3: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found nothing)"
      ),
      (
        "7,1,2,3,4\n256,1,2,3,4\n",
        "line 2, column 1: not a label (expected a whole number from 0 to 255, found \"256\")"
      ),
      (
        "7,1,2,3,4\n7.5,1,2,3,4\n",
        "line 2, column 1: not a label (expected a whole number from 0 to 255, found \"7.5\")"
      ),
      (
        "7,0.5,0.25,0,1\n7,1,2,3,4\n",
        "line 2, column 3: not a pixel beside fractions (expected all from 0 to 1, or whole numbers "
          + "from 0 to 255: scale or round them first; found \"2\")"
      ),
      (
        "7,1,2,3,4\n7,1,127.5,3,4\n",
        "line 1, column 3: not a pixel beside fractions (expected all from 0 to 1, or whole numbers "
          + "from 0 to 255: scale or round them first; found \"2\")"
      ),
      ("7,1,2,3,4\n7,1,2,3\n", "line 2 has another number of columns (expected 5, found 4)"),
      ("7,1,2,3,4\n7,1,2,3,4,\n", "line 2 has another number of columns (expected 5, found 6)"),
      (
        "7,1,2,3,4.0\n\n7,1,2,3,4\n",
        "line 2 has another number of columns (expected 5, found 0)"
      ),
      (
        "1,2,3\n",
        "no images in 3 columns (expected a square number of pixels, such as 784, or a label "
          + "before them)"
      ),
      (
        "a,b,c\n1,2,3\n",
        "no images in 3 columns (expected a square number of pixels, such as 784, or a column with "
          + "the name label beside them)"
      ),
      (
        "0,1,2,3,4,5,6,7,8,9\n1,0,0,0,0,0,0,0,0,0\n",
        "no images in 10 columns (expected a square number of pixels, such as 784, or a column with "
          + "the name label beside them)"
      ),
      (
        "ImageId,Label\n1,0\n",
        "no images in 2 columns (expected a square number of pixels, such as 784, beside the "
          + "column \"label\")"
      ),
      (
        "label,a,b,c,d\n",
        "no images (expected a line for each, found only the names of the columns)"
      ),
      (
        "7,1,x,3,4\n",
        "line 1, column 3: names and numbers in one line (expected only names, or "
          + "only numbers, found \"x\")"
      ),
      (
        "label,class,a,b,c,d\n1,2,3,4,5,6\n",
        "several columns of labels (expected one, found \"label\", \"class\")"
      ),
      (
        ",label,a,b,c,d\n0,2,3,4,5,6\n",
        "the first column has no name and numbers the rows (expected labels or pixels; pandas "
          + "leaves it out with to_csv(…, index=False))"
      ),
      (
        "Unnamed: 0,label,a,b,c,d\n0,2,3,4,5,6\n",
        "the first column has no name and numbers the rows (expected labels or pixels; pandas "
          + "leaves it out with to_csv(…, index=False))"
      ),
      (
        "label,pixel0,pixel1,pixel10,pixel2\n0,2,3,4,5\n",
        "the columns are out of order (expected \"pixel2\", found \"pixel10\")"
      ),
      (
        "label,1x1,2x1,1x2,2x2\n0,2,3,4,5\n",
        "the columns are out of order (expected \"1x2\", found \"2x1\")"
      ),
      (
        "7\t1\t2\t3\t4\n7\t\t2\t3\t4\n",
        "line 2, column 2: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found nothing)"
      ),
      (
        "7,1,2,3,4\n7,1,2,3,\"4\n7,1,2,3,4\"\n",
        "line 2, column 5: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found \"\\\"4\")"
      ),
      (
        "7,1,2,3,4\r7,1,2,3,\"4\r7,1,2,3,4\"\r",
        "line 2, column 5: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found \"\\\"4\")"
      ),
      (
        "7,1,2,3,4\n7,1," + String(repeating: "x", count: 40) + "y,3,4\n",
        "line 2, column 3: not a pixel (expected a whole number from 0 to 255, or all from 0 to 1, "
          + "found \"" + String(repeating: "x", count: 40) + "\")"
      ),
      (
        "7\t1\t2\t3\t4\n7\t1\t2\t3",
        "line 2 has another number of columns (expected 5, found 4)"
      ),
      (
        "7,1,2,3,4\n7,1,2,3,4,,,8\n",
        "line 2 has another number of columns (expected 5, found 8)"
      ),
      (
        "ImageId;Label\n1;0\n",
        "no images in 2 columns (expected a square number of pixels, such as 784, beside the "
          + "column \"label\")"
      ),
      (
        "ImageId\tLabel\n1\t0\n",
        "no images in 2 columns (expected a square number of pixels, such as 784, beside the "
          + "column \"label\")"
      ),
      (
        "label,x;y\n",
        "no images in 2 columns (expected a square number of pixels, such as 784, beside the "
          + "column \"label\")"
      ),
      (
        "1x1,1x2,1x3,1x4,1x5,1x6,1x7,1x8,1x9,1x:\n",
        "no images in 10 columns (expected a square number of pixels, such as 784, or a column with "
          + "the name label beside them)"
      ),
      (
        "7,x,3,y,5\n",
        "line 1, column 2: names and numbers in one line (expected only names, or "
          + "only numbers, found \"x\")"
      ),
      (
        "Az:1,az:2,aZ:4,AZ:3\n2,3,4,5\n",
        "the columns are out of order (expected \"az:3\", found \"az:4\")"
      ),
      (
        "1x0,1x2,1x3,1x4\n2,3,4,5\n",
        "the columns are out of order (expected \"1x1\", found \"1x2\")"
      ),
      (
        "2x2,2x3\n1,2\n",
        "no images in 2 columns (expected a square number of pixels, such as 784, or a column with "
          + "the name label beside them)"
      ),
      (
        "p8,p9,p11,p10\n2,3,4,5\n",
        "the columns are out of order (expected \"p10\", found \"p11\")"
      ),
      (
        "a100000000,a100000001,a100000003,a100000002\n2,3,4,5\n",
        "the columns are out of order (expected \"a100000002\", found \"a100000003\")"
      ),
      (
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop1,abcdefghijklmnopqrstuvwxyzabcdefghijklmnop2,abcdefghijklmnopqrstuvwxyzabcdefghijklmnop4,abcdefghijklmnopqrstuvwxyzabcdefghijklmnop3\n2,3,4,5\n",
        "the columns are out of order (expected \"abcdefghijklmnopqrstuvwxyzabcdefghijklmn3\", found "
          + "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmn\")"
      ),
    ] as [(String, String)])
  func whatIsWrongIsSaidInOneSentence(_ text: String, _ sentence: String) {
    for read in [table, { try inPieces($0, 1) }] {
      #expect {
        try read(text)
      } throws: {
        "\($0)" == "f: " + sentence
      }
    }
  }

  /// In the middle of a line, and at the end of a file.
  @Test(arguments: ["2-0", "2/0", "2./", "2:", "x"])
  func whatIsNearlyANumberIsNoPixel(_ field: String) {
    for (row, column) in [("7,1,\(field),3,4\n", 3), ("7,1,2,3,\(field)", 5)] {
      let error = CSVError.badValue(
        path: "f", line: 2, column: column, .pixel, found: "\"\(field)\"")
      #expect(throws: error) { try table("7,1,2,3,4\n" + row) }
    }
  }

  @Test func longLinesAreNotKept() {
    let long = [UInt8](repeating: 0x30, count: CSVImages.lineLimit + CSVImages.pieceBytes + 1)
    #expect(throws: CSVError.lineTooLong(path: "f", line: 1, limitBytes: 1 << 24)) {
      try CSVImages.table(FileBytes(long, path: "f"))
    }
    #expect(throws: CSVError.lineTooLong(path: "f", line: 2, limitBytes: 1 << 24)) {
      try CSVImages.table(FileBytes(Array("7,1,2,3,4\n7".utf8) + long, path: "f"))
    }
    // A byte less is looked at.
    #expect(throws: CSVError.otherFormat(path: "f", format: "a web page")) {
      try CSVImages.table(FileBytes(Array("<html>".utf8) + long.dropLast(7), path: "f"))
    }
  }

  @Test func aLineMayBeLongerThanAPiece() throws {
    // The first line fills a piece, and the second ends behind as many as a line may fill.
    func spaces(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x20, count: count) }
    let text =
      Array("7,1,2,3,4".utf8) + spaces(CSVImages.pieceBytes - 10) + Array("\n7,".utf8)
      + spaces(CSVImages.lineLimit - 2) + Array("1,2,3,4\n2,4,5,6,7\n".utf8)
    #expect(
      try CSVImages.table(FileBytes(text, path: "f"))
        == ImageTable(
          height: 2, width: 2, pixels: [1, 2, 3, 4, 1, 2, 3, 4, 4, 5, 6, 7], labels: [7, 7, 2]))
  }

  @Test func aLineOfTooManyColumnsIsRefused() {
    let line = [UInt8](repeating: UInt8(ascii: ","), count: 1_048_577)
    #expect(throws: CSVError.tooManyColumns(path: "f", limit: 1_048_577)) {
      try CSVLayout(line[...], path: "f")
    }
    // As many as there may be, without names.
    #expect(throws: CSVError.rowNumbers(path: "f")) { try CSVLayout(line.dropLast(), path: "f") }
  }

  @Test func faultsAndFractionsAreKnownBeforeTheFirstImage() throws {
    let rows = String(repeating: "7,1,0,1,0\n", count: 300)
    func reader(_ last: String) throws -> CSVImages {
      try CSVImages.reader(FileBytes(Array((rows + last).utf8), path: "f"))
    }
    #expect(
      throws: CSVError.badValue(path: "f", line: 301, column: 2, .pixel, found: "\"x\"")
    ) { try reader("7,x,0,1,0\n") }
    #expect(try reader("7,1,0,1,0\n").scale == .bytes)
    #expect(try reader("7,0.5,0,1,0\n").scale == .fractions)
  }

  /// Pieces of the file end at every place of a line, between CR and LF too.
  @Test func linesMayLieAcrossPieces() throws {
    var text = Array("label,a,b,c,d\r\n".utf8)
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    while text.count < 3 << 20 {
      let row = (0..<4).map { UInt8(truncatingIfNeeded: labels.count &* (7 + $0) >> 3) }
      labels.append(UInt8(truncatingIfNeeded: labels.count))
      pixels += row
      text += Array("\(labels.last!),\(row.map(String.init).joined(separator: ","))\r\n".utf8)
    }
    let expected = ImageTable(height: 2, width: 2, pixels: pixels, labels: labels)
    for shift in 0..<20 {
      let moved = [UInt8](repeating: 0x20, count: shift) + text
      #expect(try CSVImages.table(FileBytes(moved, path: "f")) == expected, "\(shift)")
    }
    var longest = 0
    let file = FileBytes(path: "f", count: text.count) { range in
      longest = max(longest, range.count)
      return Array(text[range])
    }
    var reader = try CSVImages.reader(file)
    #expect(try pieces(of: &reader, 1000) == expected)
    #expect((try reader.next(1)) == nil, "the end stays the end")
    #expect(longest == 1 << 20)
  }

  @Test func aLongFirstLineMayEndWhereAPieceEnds() throws {
    for length in CSVImages.pieceBytes - 9..<CSVImages.pieceBytes - 4 {
      let text = String(repeating: "a", count: length) + ",b,c,d\r\n1,2,3,4\r\n"
      #expect(try table(text).pixels == [1, 2, 3, 4], "\(length)")
    }
  }

  @Test func aFileIsKnownByItsFirstLine() {
    for text in [
      "label,pixel0,pixel1,pixel2,pixel3\n", "5,0,0,0,0\r\n", "\"a\";\"b\";\"c\";\"d\"\n",
      "\u{FEFF}a\tb\tc\td", "\n5,0,0,0,0", "\r5,0,0,0,0",
    ] { #expect(CSVImages.recognizes(Array(text.utf8)), "\(text)") }
    for text in [
      "ImageId,Label\n1,0\n", "hello", "", "{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", "a,b,c\n1,2,3\n",
      "a,b,c\r1,2,3\r",
    ] {
      #expect(!CSVImages.recognizes(Array(text.utf8)), "\(text)")
    }
  }

  @Test func aShorterPackedFileIsRefused() throws {
    let packed = SmallSets.gzip(Array("7,1,2,3,4\n7,1,2,3,4\n".utf8))
    for length in 0..<packed.count {
      #expect(throws: (any Error).self, "\(length)") {
        try CSVImages.table(FileBytes(Array(packed[..<length]), path: "f"))
      }
    }
  }
}

private func table(_ text: String) throws -> ImageTable {
  try CSVImages.table(FileBytes(Array(text.utf8), path: "f"))
}

private func inPieces(_ text: String, _ count: Int) throws -> ImageTable {
  var reader = try CSVImages.reader(FileBytes(Array(text.utf8), path: "f"))
  return try pieces(of: &reader, count)
}

@Suite struct SquareRootTests {
  @Test(
    arguments: [
      (0, nil), (1, 1), (2, nil), (3, nil), (4, 2), (783, nil), (784, 28), (785, nil),
      (9_223_372_030_926_249_000, nil), (9_223_372_030_926_249_001, 3_037_000_499),
      (9_223_372_030_926_249_002, nil), (.max, nil),
    ] as [(Int, Int?)])
  func onlyASquareHasOne(_ number: Int, _ root: Int?) {
    #expect(squareRoot(number) == root)
  }
}

@Suite struct DecimalNumberTests {
  @Test(
    arguments: [
      ("0", 0), ("255", 255), ("256", nil), ("-1", nil), ("-0.0", 0), ("1.5", nil), ("12.", 12),
      (".0", 0), ("1e2", 100), ("1E+2", 100), ("1200e-2", 12), ("1e-400", nil), ("1e400", nil),
      ("0e400", 0), ("99999999999999999999999", nil), ("00000000000000000000000007", 7),
      ("0.00000000000000000000000", 0), ("25500000000000000000000e-20", 255),
      ("1.00000000000000001", nil), ("1.000000000000000001", 1),
    ] as [(String, UInt8?)])
  func wholeNumbersAreExact(_ text: String, _ byte: UInt8?) throws {
    #expect(try #require(DecimalNumber(Array(text.utf8)[...])).byte == byte)
  }

  @Test(
    arguments: [
      ("0", 0), ("1", 255), ("1.0", 255), ("1.0001", nil), ("-0.1", nil), ("0.5", 128),
      ("0.003921568859368563", 1), ("5.0e-1", 128), ("1e-400", 0), ("2", nil),
      ("0.0000000000000000000123", 0), ("100000000000000000e-18", 26),
      ("9.99999999999999999e-1", 255), ("0.0686000000000000001", 17),
      ("0.0962000000000000001", 25),
    ] as [(String, UInt8?)])
  func fractionsAreTimes255(_ text: String, _ byte: UInt8?) throws {
    #expect(try #require(DecimalNumber(Array(text.utf8)[...])).byteOfFraction == byte)
  }

  @Test(arguments: [
    "", "-", ".", "e1", "1e", "1e+", "1.2.3", "0x10", "nan", "inf", "1 ", " 1", "1_0", "+-1",
    "1:", ":", ".e1", "1d2",
  ])
  func whatIsNoNumberIsNone(_ text: String) {
    #expect(DecimalNumber(Array(text.utf8)[...]) == nil)
  }
}
