import Foundation
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

  /// Of each length in UTF-8, with the first bytes at which the lengths change.
  @Test func whatIsTextAmongOtherBytesStaysText() {
    let text = "a\u{7F}é\u{7C0}\u{E01}漢\u{FB01}🙂"
    let bytes = Array(text.utf8) + [0xFF] + Array(text.utf8) + [0x80]
    #expect(
      Array(PathText.text(bytes).unicodeScalars)
        == Array("\(text)\u{10FFFF}\(text)\u{10FF80}".unicodeScalars))
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
    ("\u{F}\u{10}\u{1F} ~\u{7F}\\", #"$'\x0f\x10\x1f ~\x7f\\'"#),
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

  @Test func whetherThereIsAFolderIsNotGuessed() throws {
    try SmallSets.withFolder { folder in
      let path = "\(folder)/\(String(repeating: "n", count: 256))"
      #expect(throws: FileError.cannotRead(path: path, reason: SystemError.text(ENAMETOOLONG))) {
        try FileSystem.isDirectory(path)
      }
    }
  }

  @Test func foldersThatWereMadeGoAgainWhereTheyAreEmpty() throws {
    try SmallSets.withFolder(["old/file": []]) { folder in
      do {
        let made = try MadeFolders(around: "\(folder)/a/b/c/m")
        let folders = try MadeFolders(around: "\(folder)/old/m")
        #expect(try SmallSets.names("\(folder)/a/b") == ["c"])
        #expect(try SmallSets.names("\(folder)/a/b/c") == [])
        try SmallSets.write([], "\(folder)/a/file")
        try FileManager.default.removeItem(atPath: "\(folder)/old/file")
        withExtendedLifetime((made, folders)) {}
      }
      #expect(try SmallSets.names(folder) == ["a", "old"])
      #expect(try SmallSets.names("\(folder)/a") == ["file"])
    }
  }

  @Test func foldersThatCannotBeMadeAreSaidToBe() throws {
    try SmallSets.withFolder(["file": []]) { folder in
      let path = "\(folder)/file/a/m"
      #expect(throws: FileError.cannotWrite(path: path, reason: SystemError.text(ENOTDIR))) {
        try MadeFolders(around: path)
      }
    }
  }

  @Test(arguments: [
    ("a/b/c", "a/b/", "c"), ("a/b//", "a/", "b"), ("b", "", "b"), ("b/", "", "b"), ("/b", "/", "b"),
    ("/", "/", ""), ("", "", ""),
  ])
  func aPathIsAFolderAndAName(_ path: String, _ folder: String, _ name: String) {
    let parts = FileSystem.split(path)
    #expect(parts.folder == folder && parts.name == name)
  }

  @Test func theNamesInAFolderAreInTheOrderOfTheirBytes() throws {
    try SmallSets.withFolder(["é": [], "b": [], "B": [], ".a": []]) { folder throws in
      #expect(try FileSystem.names(in: folder) == [".a", "B", "b", "é"])
      #expect(try FileSystem.names(in: folder, limit: 4).count == 4)
    }
    try SmallSets.withFolder { folder in
      for number in 0..<9 { try SmallSets.write([], "\(folder)/\(number)") }
      #expect(try FileSystem.names(in: folder, limit: 2).count == 2)
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

  @Test(
    arguments: [
      ("/a/b/c", "/a", "b/c"), ("/ab/c/d", "/ab/e", "../c/d"), ("/a", "/a", "."),
      // The way back is longer.
      ("/a/b", "/x/y/z", "/a/b"), ("a/b", "/a", "a/b"),
    ] as [(String, String, String)])
  func theShorterWayToAPlaceIsTaken(_ path: String, _ folder: String, _ expected: String) {
    #expect(FileSystem.shortest(path, from: folder) == expected)
  }
}
