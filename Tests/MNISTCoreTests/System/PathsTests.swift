import Testing

@testable import MNISTCore

@Suite struct PathsTests {
  @Test(arguments: [
    "model.ckpt", "", "/tmp/é/漢字/🙂", "m\n\u{1B}[31m", "e\u{301}", "\u{10FF7F}",
  ])
  func textIsItself(_ text: String) {
    #expect(Array(PathText.text(Array(text.utf8)).utf8) == Array(text.utf8))
  }

  @Test(
    arguments: [
      [0x6D, 0xFF], [0xC3], [0xC3, 0x28], [0x80], [0xF0, 0x9F, 0x99], [0xE6, 0xBC, 0x2F, 0xA2],
      [0xED, 0xA0, 0x80], [0xC0, 0xAF],
      // U+10FFFF, which stands for the byte 0xFF, as a name of its own.
      [0xF4, 0x8F, 0xBF, 0xBF],
    ] as [[UInt8]])
  func everyByteIsKept(_ bytes: [UInt8]) {
    #expect(PathText.bytes(PathText.text(bytes)).map { UInt8(bitPattern: $0) } == bytes + [0])
  }

  @Test func randomBytesAreKept() {
    let generator = RandomGenerator(seed: 5)
    for _ in 0..<2_000 {
      let bytes = (0..<12).map { _ in UInt8(truncatingIfNeeded: generator.next() | 1) }
      #expect(PathText.bytes(PathText.text(bytes)).map { UInt8(bitPattern: $0) } == bytes + [0])
    }
  }

  @Test func aByteThatIsNotUTF8IsShownAsOne() {
    #expect(PythonSyntax.escaped(PathText.text([0x6D, 0xFF, 0x2E])) == #"m\xff."#)
  }

  @Test(arguments: [
    ("model.ckpt", "model.ckpt"), ("my model", "'my model'"), ("it's", #"'it'\''s'"#),
    ("", "''"), ("$HOME", "'$HOME'"), ("é", "'é'"), ("a\nb'", #"$'a\x0ab\''"#),
    (PathText.text([0x6D, 0xFF]), #"$'m\xff'"#),
  ])
  func aWordForTheShellIsQuotedWhereItMustBe(_ text: String, _ expected: String) {
    #expect(ShellText.quoted(text) == expected)
  }

  // MARK: - Folders

  @Test(arguments: [
    ("a/b/c", [".", "a", "a/b", "a/b/c"]), ("/a//b/", ["/", "/a", "/a/b"]), ("", ["."]),
    ("/", ["/"]),
  ])
  func theFoldersAroundAPathAreListedFromTheOutside(_ path: String, _ expected: [String]) {
    #expect(NewFolder.ancestors(path) == expected)
  }

  @Test func aFolderIsMadeWithThoseAroundIt() throws {
    try SmallSets.withFolder { folder in
      try NewFolder.checkWritable("\(folder)/a/b")
      #expect(try SmallSets.names(folder) == [])
      for _ in 0..<2 { try NewFolder.make("\(folder)/a/b") }
      #expect(try SmallSets.names("\(folder)/a") == ["b"])
      try NewFolder.checkWritable("\(folder)/a/b")
    }
  }

  @Test func aFolderInsideAFileIsRefusedByTheCheckAndTheMaking() throws {
    try SmallSets.withFolder(["file": []]) { folder in
      let path = "\(folder)/file/a"
      let error = FileError.cannotWrite(path: path, reason: "Not a directory")
      #expect(throws: error) { try NewFolder.checkWritable(path) }
      #expect(throws: error) { try NewFolder.make(path) }
    }
  }

  @Test func aLinkThatLeadsNowhereIsThereButLeadsToNothing() throws {
    try SmallSets.withFolder(["file": []]) { folder in
      let (file, link) = ("\(folder)/file", "\(folder)/link")
      #expect(symlink("no", link) == 0)
      let paths = [file, link, folder, "\(folder)/no", "\(file)/a"]
      #expect(paths.map(FileSystem.exists) == [true, true, true, false, false])
      #expect(paths.map(FileSystem.leadsToFile) == [true, false, true, false, false])
      let isDirectory = try paths.map(FileSystem.isDirectory)
      #expect(isDirectory == [false, false, true, nil, nil])
      FileSystem.remove(link)
      #expect(try SmallSets.names(folder) == ["file"])
    }
  }

  @Test func aFolderIsRemovedOnlyWhereItIsEmpty() throws {
    try SmallSets.withFolder(["a/file": []]) { folder throws in
      FileSystem.removeFolder("\(folder)/a")
      #expect(try SmallSets.names("\(folder)/a") == ["file"])
      FileSystem.remove("\(folder)/a/file")
      FileSystem.removeFolder("\(folder)/a")
      #expect(try SmallSets.names(folder) == [])
    }
  }

  @Test func aPlaceIsTheSameHoweverItIsSpelled() throws {
    try SmallSets.withFolder(["d/f": []]) { folder throws in
      let place = FileSystem.place(of: folder)
      #expect(symlink("d", "\(folder)/link") == 0)
      for (path, expected) in [
        ("d", "/d"), ("d/", "/d"), ("./d//f", "/d/f"), ("link/f", "/d/f"), ("link/no", "/d/no"),
        ("no/a/../b/./c", "/no/b/c"), ("d/../no", "/no"), ("no/../..", ""),
      ] {
        let end = path == "no/../.." ? String(place.prefix(upTo: place.lastIndex(of: "/")!)) : place
        #expect(FileSystem.place(of: "\(folder)/\(path)") == end + expected, "\(path)")
      }
      #expect(FileSystem.place(of: "/") == "/")
      #expect(FileSystem.place(of: "no-such-file") == FileSystem.place(of: ".") + "/no-such-file")
    }
  }
}
