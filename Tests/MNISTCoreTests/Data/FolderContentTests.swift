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
      ([("archive.zip", zip("train-images.idx3-ubyte"))], "a ZIP archive, archive.zip"),
      ([("mnist.pkl", [0x80, 4, 0x95, 0])], "a Python pickle, mnist.pkl"),
      ([("a.png", png)], "pictures, such as a.png"),
      ([("train/cat.1.jpg", png), ("test/2.jpg", png)], "pictures, such as test/2.jpg"),
      (
        [("t10k-images-idx3-ubyte", []), ("t10k-labels-idx1-ubyte", [])],
        "IDX files, but not these together, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte"
      ),
      ([("notes", [7])], "a file, notes"),
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

  /// Not even for a set that was named too.
  /// Of two letters, one may be wrong.
  @Test(arguments: [("ax", true), ("xy", false), ("x", false)])
  func aShortNameIsTakenForFewOthers(_ name: String, _ isClose: Bool) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(SmallPublishedSet().files, in: "\(folder)/ab")
      #expect {
        try train("\(folder)/\(name)")
      } throws: {
        "\($0)".contains("did you mean \(folder)/ab?") == isClose
      }
    }
  }

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
