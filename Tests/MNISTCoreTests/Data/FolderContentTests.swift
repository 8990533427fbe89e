import Foundation
import Testing

@testable import MNISTCore

/// A folder that was named must hold a set: the sentence says what it holds and what was meant.
@Suite struct FolderContentTests {
  private static let csv = Array("label,pixel0,pixel1\n5,0,0\n".utf8)
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]

  /// A ZIP archive's first bytes.
  private static func zip(_ name: String) -> [UInt8] {
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [UInt8(name.utf8.count), 0, 0, 0]
      + Array(name.utf8)
  }

  /// The CSV file packed with gzip, before it a name as long as this.
  private static func packed(nameLength: Int) -> [UInt8] {
    var header = SmallSets.gzip([]).prefix(10)
    header[3] = 8
    return header + [UInt8](repeating: 0x6E, count: nameLength) + [0]
      + SmallSets.gzip(csv).dropFirst(10)
  }

  private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

  @Test(
    arguments: [
      ([], "nothing"),
      ([(".DS_Store", csv)], "nothing"),
      ([("train.csv", csv)], "a CSV file, train.csv"),
      (
        [("README.txt", Array("Hello".utf8)), ("train.csv", csv), ("test.csv", csv)],
        "a CSV file, test.csv, beside README.txt, train.csv"
      ),
      ([("x.csv.gz", SmallSets.gzip(csv))], "a CSV file, packed with gzip, x.csv.gz"),
      // Of each file some 64 KB are read.
      ([("x.gz", packed(nameLength: 40_000))], "a CSV file, packed with gzip, x.gz"),
      ([("x.gz", packed(nameLength: 70_000))], "a gzip file, x.gz"),
      ([("archive.zip", zip("train-images.idx3-ubyte"))], "a ZIP archive, archive.zip"),
      ([("mnist.pkl", [0x80, 4, 0x95, 0])], "a Python pickle, mnist.pkl"),
      ([("a.png", png)], "pictures, such as a.png"),
      ([("train/cat.1.jpg", png), ("test/2.jpg", png)], "pictures, such as test/2.jpg"),
      (
        [("t10k-images-idx3-ubyte", []), ("t10k-labels-idx1-ubyte", [])],
        "IDX files, but not these together, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte"
      ),
      ([("notes", [7])], "a file, notes"),
      ([("train.idx", [])], "IDX files, but not these together, train.idx"),
      ([("x-ubyte", [])], "IDX files, but not these together, x-ubyte"),
      ([("a/.x", []), ("b/.x", []), ("c/.x", [])], "empty folders, a, b, c"),
      (
        [("a/.x", []), ("b/.x", []), ("c/.x", []), ("d/.x", [])], "empty folders, a, b, c, …"
      ),
    ] as [([(String, [UInt8])], String)])
  func whatAFolderHoldsIsSaid(_ files: [(String, [UInt8])], _ words: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(Dictionary(uniqueKeysWithValues: files), in: "\(folder)/d")
      try FileManager.default.createDirectory(
        atPath: "\(folder)/d", withIntermediateDirectories: true)
      let error = #expect(throws: DataSourceError.self) { try train("\(folder)/d") }
      #expect(
        error?.description
          == "\(folder)/d: no set that can be read (expected train-images-idx3-ubyte and "
          + "train-labels-idx1-ubyte, each with .gz or not, in \(folder)/d/MNIST/raw/ or "
          + "\(folder)/d/, or pictures in CLASS/ or train/CLASS/, a CSV or an NPZ file, found "
          + "\(words))")
      let names = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/d")
      #expect(names.filter { $0.contains("MNIST/raw") && !$0.contains("EMNIST") } == [])
    }
  }

  @Test(arguments: ["KMNIST/raw", "FashionMNIST/raw", "a/b/c", "raw", "x/MNIST/raw"])
  func aSetThatLiesDeeperIsWhatWasMeant(_ place: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/\(place)")
      let meant = place == "x/MNIST/raw" ? "x" : place
      #expect {
        try train(folder)
      } throws: {
        "\($0)".hasSuffix("; did you mean \(folder)/\(meant)?)")
          || "\($0)".contains("; did you mean \(folder)/\(meant) or ")
      }
      #expect(throws: Never.self) { try train("\(folder)/\(meant)") }
    }
  }

  @Test(arguments: [
    ("scand", ""), ("Scans", ""),
    (
      "scans\r",
      "its name ends in a carriage return, as in a script with the line ends of Windows; "
    ),
    ("scans ", "its name begins or ends with white space or a quotation mark; "),
    ("scans'", "its name begins or ends with white space or a quotation mark; "),
    ("scans\u{1F}", "its name begins or ends with white space or a quotation mark; "),
  ])
  func aFolderThatIsNotThereIsNotMade(_ name: String, _ remark: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/scans")
      let error = #expect(throws: DataSourceError.self) { try train("\(folder)/\(name)") }
      #expect(
        error?.description
          == "\(folder)/\(name): there is no such folder (expected one with "
          + "train-images-idx3-ubyte and train-labels-idx1-ubyte, each with .gz or not, in "
          + "MNIST/raw or in itself, or with pictures in CLASS/ or train/CLASS/, a CSV or an NPZ "
          + "file; \(remark)did you mean \(folder)/scans?)")
      #expect(try SmallSets.names(folder) == ["scans"])
    }
  }

  /// Of two letters, one may be wrong, and of four or more, two.
  @Test(arguments: [
    ("ax", "ab", true), ("xy", "ab", false), ("x", "ab", false), ("b", "ab", true),
    ("scbn", "scans", true), ("scb", "scans", false), ("skends", "scans", false),
    // Of what is there, a hundred letters are compared.
    (letters(98), letters(98) + "bbb", true), (letters(102), letters(100), true),
  ])
  func aShortNameIsTakenForFewOthers(_ name: String, _ there: String, _ isClose: Bool) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/\(there)")
      #expect {
        try train("\(folder)/\(name)")
      } throws: {
        "\($0)".contains("did you mean \(folder)/\(there)?") == isClose
      }
    }
  }

  @Test func theNameMostLikeWhatWasTypedComesFirst() throws {
    try SmallSets.withFolder { folder throws in
      for name in ["acans", "scana", "scans"] {
        try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/\(name)")
      }
      #expect(
        try FolderContent("\(folder)/scand", isTrain: true).meant
          == ["scana", "scans", "acans"].map { "\(folder)/\($0)" })
    }
  }

  @Test func threeSetsNearbyAreNamedAndNoneFourFoldersDeep() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/0/1/2/3")
      #expect(try FolderContent(folder, isTrain: true).meant == [])
      for name in ["c", "d", "e", "f"] {
        try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/\(name)")
      }
      #expect(
        try FolderContent(folder, isTrain: true).meant
          == ["c", "d", "e"].map { "\(folder)/\($0)" })
    }
  }

  @Test func aTildeThatTheShellHasLeftIsASlip() throws {
    let content = try FolderContent("~/no-such-folder", isTrain: true)
    #expect(content.found == nil && content.remark == "the shell has left the ~ as it is")
    #expect(FolderContent.isSlip("~") && !FolderContent.isSlip("~a"))
  }

  /// In a process of its own, whose home is its own.
  @Test func aTildeStandsForTheHome() async {
    await #expect(processExitsWith: .success) {
      let home = Scratch.path("home")
      defer { try? FileManager.default.removeItem(atPath: home) }
      try SmallSets.put(SmallPublishedSet().files, in: "\(home)/d")
      setenv("HOME", home, 1)
      let meant = try FolderContent("~/d", isTrain: true).meant
      require(meant == ["\(home)/d"], "found \(meant)")
    }
  }

  // MARK: - Of very many, the first

  /// Makes folders, and links that lead nowhere, which take less time than files.
  private func make(_ folders: [String], links: [String] = [], in folder: String) {
    for name in folders { #expect(mkdir("\(folder)/\(name)", 0o700) == 0) }
    for name in links { #expect(symlink("no", "\(folder)/\(name)") == 0) }
  }

  @Test func belowThreeHundredFoldersNobodyLooks() throws {
    try SmallSets.withFolder { folder throws in
      let names = (100..<399).map { "a/\($0)" }
      make(["a", "b", "b/y"] + names + ["a/100/x"], in: folder)
      #expect(FolderContent.folders(below: "\(folder)/a").contains("\(folder)/a/100/x"))
      #expect(FolderContent.folders(below: folder).contains("\(folder)/b/y"))
      make(["a/399"], in: folder)
      #expect(!FolderContent.folders(below: "\(folder)/a").contains("\(folder)/a/100/x"))
      #expect(!FolderContent.folders(below: folder).contains("\(folder)/b/y"))
    }
  }

  @Test func ofAThousandNamesNoneIsLookedAtAfterTheLast() throws {
    try SmallSets.withFolder { folder throws in
      let scans = "\(folder)/scans"
      try SmallSets.put(SmallPublishedSet().files, in: scans)
      make([], links: (0..<999).map { "a\($0)" }, in: folder)
      #expect(FolderContent.folders(below: folder) == [scans])
      #expect(try FolderContent("\(folder)/scand", isTrain: true).meant == [scans])
      make([], links: ["b"], in: folder)
      #expect(FolderContent.folders(below: folder) == [])
      #expect(try FolderContent("\(folder)/scand", isTrain: true).meant == [])
    }
  }

  @Test func foldersAreNoFilesHoweverManyThereAre() throws {
    try SmallSets.withFolder { folder throws in
      make((100..<201).map { "\($0)" }, in: folder)
      func found() throws -> String? { try FolderContent(folder, isTrain: true).found }
      #expect(try found() == "empty folders, 100, 101, 102, …")
      try SmallSets.write([7], "\(folder)/199/x")
      #expect(try found() == "a file, 199/x")
      // In a hundred of them is looked.
      try SmallSets.write(Self.png, "\(folder)/200/y.png")
      #expect(try found() == "a file, 199/x")
    }
  }

  @Test func ofManyFilesTheFirstTellWhatAFolderHolds() throws {
    func found(_ files: [String: [UInt8]]) throws -> String? {
      var found: String?
      try SmallSets.withFolder(files) { found = try FolderContent($0, isTrain: true).found }
      return found
    }
    func files(_ count: Int, _ folder: String = "") -> [String: [UInt8]] {
      Dictionary(uniqueKeysWithValues: (0..<count).map { ("\(folder)\(100 + $0)", [7]) })
    }
    // By their names, a hundred of each folder; by what is in them, forty.
    let picture = ["d/x.png": Self.png]
    let archive = ["z.zip": Self.zip("train-images.idx3-ubyte")]
    #expect(try found(files(99, "d/").merging(picture) { $1 }) == "pictures, such as d/x.png")
    #expect(
      try found(files(100, "d/").merging(picture) { $1 })
        == "a file, d/100, beside d/101, d/102, d/103, …")
    #expect(
      try found(files(39).merging(archive) { $1 })
        == "a ZIP archive, z.zip, beside 100, 101, 102, …")
    #expect(
      try found(files(40).merging(archive) { $1 }) == "a file, 100, beside 101, 102, 103, …")
  }

  // MARK: - Slips and offers

  /// Not even for a set that was named too.
  @Test func aFolderWhoseNameIsASlipIsNeverMade() throws {
    try SmallSets.withFolder { folder throws in
      #expect {
        try DataSource(.mnist, in: "\(folder)/data\r").trainingImages()
      } throws: {
        "\($0)".contains("there is no such folder") && "\($0)".contains("a carriage return")
      }
      #expect(try SmallSets.names(folder) == [])
    }
  }

  @Test func onlyAFolderThatIsEmptyOrNotThereIsOfferedToBeFilled() throws {
    try SmallSets.withFolder(["d/train.csv": Self.csv, "e/.x": []]) { folder throws in
      for (name, isOffered) in [("no", true), ("e", true), ("d", false)] {
        let error = #expect(throws: DataSourceError.self) { try train("\(folder)/\(name)") }
        let sentence = error.map { ErrorText.sentence($0) } ?? ""
        #expect(
          sentence.hasSuffix("; --dataset mnist would download MNIST into it)") == isOffered,
          "\(sentence)")
      }
    }
  }

  /// Nothing where a set is nearby, nor where test images are missing: MNIST's would be others.
  @Test func noSetIsOfferedInPlaceOfOneNearbyOrOfTestImages() throws {
    try SmallSets.withFolder(["e/.x": []]) { folder throws in
      try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/scans")
      let nearby = #expect(throws: DataSourceError.self) { try train("\(folder)/scand") }
      #expect(nearby?.description.hasSuffix("; did you mean \(folder)/scans?)") == true)
      #expect(nearby.map { ErrorText.sentence($0) } == nearby?.description)
      let test = #expect(throws: DataSourceError.self) {
        try DataSource(.auto, in: "\(folder)/e").images(of: nil, isTrain: false)
      }
      #expect(test?.description.hasSuffix(", a CSV or an NPZ file, found nothing)") == true)
      #expect(test.map { ErrorText.sentence($0) } == test?.description)
    }
  }

  private func train(_ folder: String) throws -> LoadedImages {
    try DataSource(.auto, in: folder).trainingImages()
  }
}
