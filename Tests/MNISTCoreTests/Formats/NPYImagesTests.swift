import Testing

@testable import MNISTCore

@Suite struct NPYHeaderTests {
  @Test(arguments: [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4, 5), }          \n",
    "{'shape': (3,4,5),'fortran_order':False,'descr':\"<f4\"}",
    " { 'descr' :'<f4' , 'fortran_order': False, 'shape': ( 3L, 4L, 5L, ) , } \n",
  ])
  func theLiteralIsRead(_ literal: String) throws {
    let read = try header(literal)
    #expect(read.type == ElementType(kind: .float, byteCount: 4, isBigEndian: false))
    #expect(read.type.name == "float32")
    #expect(read.shape == [3, 4, 5])
    #expect(!read.isFortranOrder)
  }

  @Test func scalarsAndListsHaveShapesToo() throws {
    #expect(try header(literal("|b1", "()")).shape == [])
    #expect(try header(literal(">i8", "(7,)")).shape == [7])
    let ones = String(repeating: "1,", count: 32)
    #expect(try header(literal("|u1", "(\(ones))")).shape == [Int](repeating: 1, count: 32))
    #expect(
      try header(literal("|u1", "(123456789012345678,)")).shape == [123_456_789_012_345_678])
  }

  @Test(
    arguments: [
      ("", 0, "{", "the end"),
      ("{", 1, "a text in quotes", "the end"),
      ("{'descr", 1, "a text in quotes", "\"'descr\""),
      ("{'descr': '<f4' 'shape': (3,)}", 16, "}", "\"'shape': (3,)}\""),
      (
        "{'\(String(repeating: "a", count: 100))': 1}", 104,
        "descr, fortran_order and shape, once each", "\" 1}\""
      ),
      (
        "{'\(String(repeating: "a", count: 101))': 1}", 1, "a text in quotes",
        "\"'aaaaaaaaaaaaaaaaaaa\""
      ),
      (
        literal("<f4", "(\(String(repeating: "1,", count: 33)))"), 115, "at most 32 sizes",
        "\"1,), }\""
      ),
      (
        "{'descr': '<f4', 'shape': (3,)}", 31, "descr, fortran_order and shape, once each",
        "the end"
      ),
      (
        "{'descr': '<f4', 'descr': '<f4'}", 25, "descr, fortran_order and shape, once each",
        "\" '<f4'}\""
      ),
      ("{'descr': '<f4', 'color': 1}", 25, "descr, fortran_order and shape, once each", "\" 1}\""),
      (literal("<f4", "(3)"), 53, "a comma after the only size", "\", }\""),
      (literal("<f4", "(-3,)"), 51, "a size", "\"-3,), }\""),
      (literal("<f4", "(3.5,)"), 52, ")", "\".5,), }\""),
      // The colon comes right after the digits.
      (literal("<f4", "(3:,)"), 52, ")", "\":,), }\""),
      (literal("<f4", "(1234567890123456789,)"), 51, "a size", "\"1234567890123456789,\""),
      (literal("<f4", "__import__('os')"), 50, "(", "\"__import__('os'), }\""),
      ("{'descr': 1, ", 10, "a text in quotes", "\"1, \""),
      ("{'descr': 'a\\x41', ", 10, "a text in quotes", "\"'a\\\\x41', \""),
      (literal("<f4", "(3,)") + "x", 57, "the end of the header", "\"x\""),
    ] as [(String, Int, String, String)])
  func otherLiteralsAreRefused(_ text: String, _ offset: Int, _ expected: String, _ found: String) {
    #expect(
      throws: NPYError.invalidHeader(path: "f", offset: offset, expected: expected, found: found)
    ) { try header(text) }
  }

  @Test(arguments: [
    ("<c8", "\"<c8\""), ("<f8 ", "\"<f8 \""), ("<M8", "\"<M8\""), ("|S5", "\"|S5\""),
    ("=f4", "\"=f4\""), ("<u3", "\"<u3\""), ("f4", "\"f4\""),
  ])
  func otherTypesAreNamed(_ type: String, _ found: String) {
    let error = NPYError.unsupportedType(path: "f", found: found)
    #expect(throws: error) { try header(literal(type, "(3,)")) }
    #expect(
      error.description == "f: an array that cannot be read (expected numbers such as uint8 or "
        + "float32, found \(found))")
  }

  @Test func structuresAndObjectsAreRefused() {
    #expect(throws: NPYError.unsupportedType(path: "f", found: "a structured type")) {
      try header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (3,)}")
    }
    for type in ["|O", "O", "|O8", "O8"] {
      #expect(throws: NPYError.objects(path: "f")) { try header(literal(type, "(3,)")) }
    }
  }

  @Test func versionsAndLengthsAreChecked() {
    func read(_ bytes: [UInt8]) throws -> NPYHeader {
      try NPYHeader(ByteStream(FileBytes(NPYHeader.signature + bytes, path: "f")))
    }
    #expect(throws: NPYError.unknownVersion(path: "f", found: "4.0")) { try read([4, 0, 1, 0]) }
    #expect(throws: NPYError.unknownVersion(path: "f", found: "1.1")) { try read([1, 1, 1, 0]) }
    #expect(throws: NPYError.unknownVersion(path: "f", found: "0.0")) { try read([0, 0, 1, 0]) }
    #expect(throws: NPYError.truncatedHeader(path: "f", neededBytes: 8, availableBytes: 3)) {
      try NPYHeader(ByteStream(FileBytes(Array(NPYHeader.signature.prefix(3)), path: "f")))
    }
    #expect(throws: NPYError.truncatedHeader(path: "f", neededBytes: 10, availableBytes: 9)) {
      try read([1, 0, 1])
    }
    #expect(throws: NPYError.truncatedHeader(path: "f", neededBytes: 13, availableBytes: 12)) {
      try read([2, 0, 1, 0, 0, 0])
    }
    #expect(
      throws: NPYError.headerTooLarge(path: "f", limitBytes: 1 << 16, foundBytes: 0xFFFF_FFFF)
    ) { try read([2, 0, 0xFF, 0xFF, 0xFF, 0xFF]) }
    let longest = literal("|u1", "(1,)")
    let spaces = [UInt8](repeating: 0x20, count: (1 << 16) - longest.utf8.count)
    #expect(throws: Never.self) { try read([2, 0, 0, 0, 1, 0] + Array(longest.utf8) + spaces) }
    let error = NPYError.notNPY(path: "f", found: "a web page")
    #expect(throws: error) {
      try NPYHeader(ByteStream(FileBytes(Array("<html>!!".utf8), path: "f")))
    }
    #expect(error.description == "f: not a NumPy array (expected 93 NUMPY, found a web page)")
  }
}

private func literal(_ type: String, _ shape: String) -> String {
  "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
}

private func header(_ literal: String) throws -> NPYHeader {
  try NPYHeader(ByteStream(FileBytes(npy(literal, []), path: "f")))
}

private func npy(_ literal: String, _ numbers: [UInt8]) -> [UInt8] {
  let length = literal.utf8.count
  return NPYHeader.signature + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    + Array(literal.utf8) + numbers
}

@Suite struct NPYImagesTests {
  @Test(
    arguments: [
      ("|u1", [0, 7, 255, 128]), ("<u2", [0, 0, 7, 0, 255, 0, 128, 0]),
      (">u2", [0, 0, 0, 7, 0, 255, 0, 128]), ("<i2", [0, 0, 7, 0, 255, 0, 128, 0]),
      (">i4", [0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 255, 0, 0, 0, 128]),
      ("<u4", [0, 0, 0, 0, 7, 0, 0, 0, 255, 0, 0, 0, 128, 0, 0, 0]),
      (
        "<u8",
        [0, 7, 255, 128].flatMap { [$0, 0, 0, 0, 0, 0, 0, 0] }
      ),
      (
        ">i8",
        [0, 7, 255, 128].flatMap { [0, 0, 0, 0, 0, 0, 0, $0] }
      ),
      // 0, 7, 255 and 128 as halves, floats and doubles.
      ("<f2", [0, 0, 0x00, 0x47, 0xF8, 0x5B, 0x00, 0x58]),
      (">f4", [0, 0, 0, 0, 0x40, 0xE0, 0, 0, 0x43, 0x7F, 0, 0, 0x43, 0, 0, 0]),
      (
        "<f8",
        [0, 7, 255, 128].flatMap { number in
          (0..<8).map { UInt8(truncatingIfNeeded: Double(number).bitPattern >> (8 * $0)) }
        }
      ),
    ] as [(String, [UInt8])])
  func everyTypeIsRead(_ type: String, _ numbers: [UInt8]) throws {
    for shape in ["(1, 4)", "(1, 2, 2)", "(1, 2, 2, 1)", "(1, 1, 2, 2)"] {
      let file = FileBytes(npy(literal(type, shape), numbers), path: "f")
      let expected = ImageTable(height: 2, width: 2, pixels: [0, 7, 255, 128], labels: nil)
      #expect(try NPYImages(file).table() == expected)
      var reader = try NPYImages(file).reader()
      #expect(try pieces(of: &reader, 1) == expected)
    }
  }

  @Test(
    arguments: [
      ("|i1", "(1, 1, 2)", [1, 0x80], .notAPixel(path: "f", image: 0, .bytes, found: "-128")),
      (
        "<i4", "(1, 1, 1)", [4, 3, 2, 1],
        .notAPixel(path: "f", image: 0, .bytes, found: "16909060")
      ),
      (
        "<i2", "(2, 1, 1)", [1, 0, 0, 1],
        .notAPixel(path: "f", image: 1, .bytes, found: "256")
      ),
      (
        "<i2", "(2, 1, 3)", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        .notAPixel(path: "f", image: 1, .bytes, found: "256")
      ),
      (
        "<i8", "(1, 1, 1)", [8, 7, 6, 5, 4, 3, 2, 1],
        .notAPixel(path: "f", image: 0, .bytes, found: "72623859790382856")
      ),
      (
        ">f2", "(2, 1, 1)", [0xBC, 0, 0, 0],
        .notAPixel(path: "f", image: 0, .bytes, found: "-1.0")
      ),
      (
        ">f2", "(2, 1, 1)", [0x7E, 0, 0, 0],
        .notAPixel(path: "f", image: 0, .bytes, found: "nan")
      ),
      (
        ">f2", "(2, 1, 1)", [0x38, 0, 0x40, 0],
        .notAPixel(path: "f", image: 1, .fractions, found: "2.0")
      ),
      (
        ">f2", "(1, 1, 1)", [0x5C, 0],
        .notAPixel(path: "f", image: 0, .bytes, found: "256.0")
      ),
      (
        "|b1", "(1, 1, 1)", [2],
        .notAPixel(path: "f", image: 0, .bytes, found: "a bool of 2")
      ),
      ("|u1", "(1, 2, 2, 3)", [1], .colour(path: "f", sizes: [1, 2, 2, 3])),
      ("|u1", "(1, 3, 2, 2)", [1], .colour(path: "f", sizes: [1, 3, 2, 2])),
      ("|u1", "(1, 3)", [1, 2, 3], .notSquare(path: "f", sizes: [1, 3])),
      ("|u1", "(4,)", [1, 2, 3, 4], .notImages(path: "f", sizes: [4])),
      ("|u1", "()", [1], .notImages(path: "f", sizes: [])),
      ("|u1", "(0, 2, 2)", [], .empty(path: "f", noun: "images")),
      ("|u1", "(1, 0, 2)", [], .noPixels(path: "f", height: 0, width: 2)),
      ("|u1", "(1, 2, 0)", [], .noPixels(path: "f", height: 2, width: 0)),
      (
        "<f8", "(1, 1073741824, 1073741824)", [1],
        .sizesOverflow(path: "f", sizes: [1, 1 << 30, 1 << 30])
      ),
      (
        "|u1", "(1, 2, 2)", [1, 2, 3], .truncated(path: "f", neededBytes: 76, availableBytes: 75)
      ),
      (
        "|u1", "(1, 2, 2)", [1, 2, 3, 4, 5],
        .tooLong(path: "f", neededBytes: 76, availableBytes: 77)
      ),
    ] as [(String, String, [UInt8], ArrayError)])
  func otherArraysAreRefused(
    _ type: String, _ shape: String, _ numbers: [UInt8], _ error: ArrayError
  ) {
    let bytes = npy(literal(type, shape), numbers)
    #expect(throws: error) { try NPYImages(FileBytes(bytes, path: "f")).table() }
  }

  @Test func imagesInFortransOrderAreTurned() throws {
    let pixels = (1...12).map { UInt8($0) }
    let turned: [UInt8] = [1, 7, 4, 10, 2, 8, 5, 11, 3, 9, 6, 12]
    let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 3), }"
    let images = NPYImages(FileBytes(npy(header, turned), path: "f"))
    let expected = ImageTable(height: 2, width: 3, pixels: pixels, labels: nil)
    #expect(try images.table() == expected)
    var reader = try images.reader()
    #expect(try pieces(of: &reader, 1) == expected)
  }

  @Test func floatsOf0And1AloneAreFractions() throws {
    let halves: [UInt8] = [0, 0, 0, 0x3C, 0, 0x3C, 0, 0]
    let images = NPYImages(FileBytes(npy(literal("<f2", "(1, 2, 2)"), halves), path: "f"))
    let expected = ImageTable(
      height: 2, width: 2, pixels: [0, 255, 255, 0], labels: nil, scale: .fractions)
    #expect(try images.table() == expected)
    var reader = try images.reader()
    #expect(try pieces(of: &reader, 1) == expected)
    let withTwo = npy(literal("<f2", "(1, 1, 2)"), [0, 0, 0, 0x40])
    #expect(
      try NPYImages(FileBytes(withTwo, path: "f")).table()
        == ImageTable(height: 1, width: 2, pixels: [0, 2], labels: nil))
  }

  /// All numbers are looked at before the first image is used; but bytes, each of which is a pixel, are read once.
  @Test func aNumberThatIsNoPixelIsKnownBeforehand() throws {
    for (type, numbers) in [("|i1", [1, 0xFF]), ("<u2", [1, 0, 0, 1])] as [(String, [UInt8])] {
      let file = FileBytes(npy(literal(type, "(2, 1, 1)"), numbers), path: "f")
      #expect(throws: ArrayError.self, "\(type)") { _ = try NPYImages(file).reader() }
    }
    let long = SmallSets.gzip(npy(literal("|u1", "(2, 1, 1)"), [1, 2, 3]))
    var reader = try NPYImages(FileBytes(long, path: "f")).reader()
    #expect(try reader.next(1)?.pixels == [1])
    #expect(throws: ArrayError.tooLong(path: "f", neededBytes: 74, availableBytes: nil)) {
      try reader.next(1)
    }
  }

  @Test func thePackedFileCannotClaimMore() {
    let bytes = SmallSets.gzip(npy(literal("|u1", "(1000, 1000, 1000)"), [1]))
    #expect {
      try NPYImages(FileBytes(bytes, path: "f")).table()
    } throws: {
      if case ArrayError.unbacked = $0 { true } else { false }
    }
  }

  @Test func sentencesSayWhatToDo() {
    #expect(
      ArrayError.colour(path: "f", sizes: [5, 32, 32, 3]).description
        == "f: images in colour (expected one number a pixel, count×height×width, found "
        + "5×32×32×3; make them grey first)")
    #expect(
      ArrayError.notAPixel(path: "f", image: 3, .bytes, found: "-0.42").description
        == "f: image 3 has a pixel of -0.42 (expected whole numbers from 0 to 255, or all from 0 to "
        + "1: save the images as they were before numbers were moved or scaled)")
    #expect(
      ArrayError.notLabels(path: "f", sizes: [5, 10]).description
        == "f: not a list of labels (expected one number an image, found 5×10; of a column for each "
        + "class, argmax(axis=1) makes it)")
    #expect(
      ArrayError.notSquare(path: "f", sizes: [28, 30]).description
        == "f: rows that are no square images (expected count×height×width, or count×pixels of "
        + "square images, found 28×30)")
  }
}

@Suite struct NumberArrayTests {
  @Test(
    arguments: [
      ([5, 2, 3], 2, 3), ([5, 2, 3, 1], 2, 3), ([5, 1, 2, 3], 2, 3), ([5, 16], 4, 4),
      ([1, 1], 1, 1), ([1, 1, 1, 1], 1, 1),
    ])
  func theSizesTellCountHeightAndWidth(_ sizes: [Int], _ height: Int, _ width: Int) throws {
    let shape = try ImageShape(sizes, path: "f")
    #expect((shape.count, shape.height, shape.width) == (sizes[0], height, width))
  }

  @Test func otherSizesAreNoneOfImages() {
    for sizes in [2, 3, 4].flatMap({ [[1, 5, 6, $0], [1, $0, 5, 6]] }) {
      #expect(throws: ArrayError.colour(path: "f", sizes: sizes)) {
        try ImageShape(sizes, path: "f")
      }
    }
    for sizes in [[], [5], [3, 5, 6, 7], [1, 2, 3, 4, 1]] {
      #expect(throws: ArrayError.notImages(path: "f", sizes: sizes)) {
        try ImageShape(sizes, path: "f")
      }
    }
    for sizes in [[2, 1 << 40, 1 << 40], [1 << 40, 1 << 40, 0]] {
      #expect(throws: ArrayError.sizesOverflow(path: "f", sizes: sizes)) {
        try ImageShape(sizes, path: "f")
      }
    }
  }

  private let byte = ElementType(kind: .unsigned, byteCount: 1, isBigEndian: false)

  @Test func fourGibibytesAtOnceAreRefusedUnread() throws {
    let size = 4_294_967_296
    let stream = ByteStream(path: "f", byteCount: size, isPacked: false) { _ in
      Issue.record("read")
      return []
    }
    var numbers = try ByteNumbers(
      stream, byte, sizes: [size], .pixels(.bytes, perImage: 1))
    #expect(throws: FileError.tooLarge(path: "f", limitBytes: size, foundBytes: size)) {
      try numbers.next(size)
    }
  }

  @Test func noMoreThanAMebibyteIsReadAtOnce() throws {
    var counts: [Int] = []
    let stream = ByteStream(path: "f", byteCount: 5 << 18, isPacked: false) { count in
      counts.append(count)
      return [UInt8](repeating: 7, count: count)
    }
    var numbers = try ByteNumbers(
      stream, byte, sizes: [5, 1 << 18], .labels(every: 1 << 18))
    #expect(try numbers.next(5) == [7, 7, 7, 7, 7])
    #expect(counts == [1 << 20, 1 << 18])
  }
}

@Suite struct NPZImagesTests {
  private let images = npy(literal("|u1", "(2, 1, 3)"), [1, 2, 3, 4, 5, 6])
  private let labels = npy(literal("|u1", "(2,)"), [8, 9])

  @Test func namesTellTheParts() throws {
    let one = try archive(["X.npy": images, "Y.npy": labels])
    #expect(
      try one.images(.only)?.table()
        == ImageTable(height: 1, width: 3, pixels: [1, 2, 3, 4, 5, 6], labels: [8, 9]))
    #expect(one.images(.training) == nil)
    #expect(try archive(["arr_0.npy": images]).images.table().labels == nil)
    let test = try archive(["x_test.npy": images, "x.npy": labels, "note": []])
    #expect(try test.images(.test)?.table().labels == nil)
    #expect(test.images(.only) == nil)
    #expect(test.others.sorted() == ["note", "x"])
  }

  @Test func theFirstOfSeveralNamesIsTaken() throws {
    let several = try archive(["data.npy": labels, "x.npy": images, "X.npy": labels])
    #expect(try several.images(.only)?.table().pixels == [1, 2, 3, 4, 5, 6])
    #expect(several.others.sorted() == ["X", "data"])
  }

  @Test func aSingleArrayOfAnyNameButAVeryLongOneIsImages() throws {
    let name = String(repeating: "a", count: 96)
    #expect(try archive(["\(name).npy": images]).images.table().count == 2)
    for other in ["\(name)a.npy", "note"] {
      let found = other.replacing(".npy", with: "")
      #expect(throws: NPYError.noImages(path: "f", found: [found])) {
        try archive([other: images])
      }
    }
  }

  @Test func otherArchivesAreRefusedWithTheirNames() throws {
    let error = NPYError.noImages(path: "f", found: ["a", "b", "c/d.txt"])
    #expect(throws: error) { try archive(["a.npy": images, "b.npy": labels, "c/d.txt": [1]]) }
    #expect(
      error.description
        == "f: no images (expected arrays named x_train, y_train, x_test and y_test, "
        + "or train_images and so on, or x and y, found \"a\", \"b\", \"c/d.txt\")")
    #expect(throws: NPYError.self) { try archive(["y_train.npy": labels]) }
    for (count, end) in [
      (0, "found none)"), (8, "\"n7\", \"n8\")"), (9, "\"n7\", \"n8\", …)"),
      (10, "\"n7\", \"n8\", …)"),
    ] {
      let found = (0..<count).map { "n\($0 + 1)" }
      #expect(NPYError.noImages(path: "f", found: found).description.hasSuffix(end))
    }
  }

  @Test(
    arguments: [
      ("(2,)", "|b1", [1, 0], [1, 0]), ("(2, 1)", ">i2", [0, 3, 0, 255], [3, 255]),
      ("(2,)", ">f2", [0x40, 0, 0, 0], [2, 0]),
    ] as [(String, String, [UInt8], [UInt8])])
  func labelsOfEveryKindAreRead(
    _ shape: String, _ type: String, _ numbers: [UInt8], _ labels: [UInt8]
  ) throws {
    let archive = try archive(["x.npy": images, "y.npy": npy(literal(type, shape), numbers)])
    #expect(try archive.images.table().labels == labels)
  }

  @Test(
    arguments: [
      (
        "(3,)", "|u1", [1, 2, 3],
        .countsDiffer(imagesPath: "f, x", images: 2, labelsPath: "f, y", labels: 3)
      ),
      ("(2, 2)", "|u1", [1, 0, 0, 1], .notLabels(path: "f, y", sizes: [2, 2])),
      ("()", "|u1", [1], .notLabels(path: "f, y", sizes: [])),
      ("(2,)", "|u1", [1], .truncated(path: "f, y", neededBytes: 69, availableBytes: 68)),
      ("(2,)", "|u1", [1, 2, 3], .tooLong(path: "f, y", neededBytes: 69, availableBytes: 70)),
      ("(2,)", "|i1", [1, 0xFE], .notALabel(path: "f, y", index: 1, found: "-2")),
      ("(2,)", ">f2", [0x38, 0, 0, 0], .notALabel(path: "f, y", index: 0, found: "0.5")),
      ("(2,)", "<i4", [1, 0, 0, 0, 0, 1, 0, 0], .notALabel(path: "f, y", index: 1, found: "256")),
    ] as [(String, String, [UInt8], ArrayError)])
  func otherLabelsAreRefused(
    _ shape: String, _ type: String, _ numbers: [UInt8], _ error: ArrayError
  ) throws {
    let archive = try archive(["x.npy": images, "y.npy": npy(literal(type, shape), numbers)])
    #expect(throws: error) { try archive.images.table() }
    #expect(throws: error) {
      var reader = try archive.images.reader()
      while (try reader.next(1)) != nil {}
    }
  }

  private func archive(_ arrays: KeyValuePairs<String, [UInt8]>) throws -> NPZImages {
    var writer = ZIPWriter()
    for (name, content) in arrays { writer.add(name, content) }
    return try NPZImages(FileBytes(writer.finished(), path: "f"))
  }
}
