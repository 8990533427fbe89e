import Foundation
import Testing

@testable import MNISTCore

/// How a set is found by what lies in a folder, and what is said of it.
@Suite struct SetFolderTests {
  private let images = SmallSets.fields(24, height: 2, width: 2, classes: 3)
  private let tests = SmallSets.fields(9, height: 2, width: 2, classes: 3, seed: 2)

  /// With the label first and no names, as the older copies of MNIST are.
  private func csv(_ set: ImageSet, header: Bool = false) -> [UInt8] {
    var lines =
      header ? ["label," + (0..<set.imageSize).map { "pixel\($0)" }.joined(separator: ",")] : []
    for (index, label) in set.labels.enumerated() {
      let pixels = set.pixels[index * set.imageSize..<(index + 1) * set.imageSize]
      lines.append(([label] + pixels).map { "\($0)" }.joined(separator: ","))
    }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  // MARK: - IDX

  @Test(arguments: [
    ("test-images-idx3-ubyte", "test-labels-idx1-ubyte"),
    ("t10k_images.idx3-ubyte.gz", "t10k_labels.idx1-ubyte"),
    ("qmnist-test-images-idx3-ubyte", "qmnist-test-labels-idx1-ubyte"),
    ("test-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "test-labels-idx1-ubyte"),
  ])
  func testFilesAreFoundUnderOtherNames(_ imagesName: String, _ labelsName: String) throws {
    let packed = imagesName.hasSuffix(".gz") ? SmallSets.gzip(tests.imagesIDX) : tests.imagesIDX
    try SmallSets.withFolder([imagesName: packed, labelsName: tests.labelsIDX]) { folder throws in
      #expect(try SetFolder.load(folder, isTrain: false) == tests)
    }
  }

  @Test(arguments: [
    ("train-images-idx3-ubyte", "", true, true), ("t10k-labels.idx1-ubyte.gz", "", false, false),
    ("emnist-letters-test-labels-idx1-ubyte", "emnist-letters", false, false),
    ("qmnist-train-labels-idx2-int.gz", "qmnist", true, false),
    ("A.B_train_images-idx3-ubyte", "a-b", true, true), ("train-images-idx3", "", true, true),
  ])
  func aNameTellsThePart(_ name: String, _ set: String, _ isTrain: Bool, _ isImages: Bool) throws {
    let found = try #require(IDXFileName(name))
    #expect((found.set, found.isTrain, found.isImages) == (set, isTrain, isImages))
  }

  @Test(arguments: [
    "train-images", "train-images-idx3-ubyte.part", "images-idx3-ubyte", "train-idx3-ubyte",
    "train-images-idx3-ubyte.gz.aria2", "train.csv", "", "valid-images-idx3-ubyte",
    "train-images-idx3-ubyte.", "train--images-idx3-ubyte", "train-test-images-idx3-ubyte",
  ])
  func otherNamesTellNothing(_ name: String) { #expect(IDXFileName(name) == nil) }

  /// Once more with `--transpose` changes nothing.
  @Test func emnistsRowsAndColumnsAreSwappedByItsName() throws {
    let set = SmallSets.fields(12, height: 2, width: 3, classes: 3)
    let files = [
      "emnist-digits-train-images-idx3-ubyte": set.imagesIDX,
      "emnist-digits-train-labels-idx1-ubyte": set.labelsIDX,
    ]
    try SmallSets.withFolder(files) { folder throws in
      for isTransposed in [false, true] {
        var source = DataSource(in: folder)
        source.preparation.isTransposed = isTransposed
        let data = try source.trainingImages()
        #expect(data.images == set.transposed())
        #expect(
          data.description == "IDX files in \(folder) (emnist-digits, rows and columns swapped)")
      }
    }
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(set, in: folder)
      var source = DataSource(in: folder)
      source.preparation.isTransposed = true
      let data = try source.trainingImages()
      #expect(data.images == set.transposed() && data.preparation.isTransposed)
      #expect(
        data.description
          == "IDX files in \(folder) (not the published MNIST, rows and columns swapped)")
    }
  }

  @Test func whereClassZeroIsThereInNameOnlyNothingIsOdd() {
    let set = ImageSet(
      height: 1, width: 1, pixels: [255, 0], labels: [1, 2], classNames: ["N/A", "a", "b"])
    #expect(set.oddities(isTrain: true) == [])
  }

  // MARK: - CSV and NPZ

  @Test(arguments: [
    ("train.csv", "test.csv"), ("mnist_train.csv.gz", "mnist_test.csv"),
    ("A-Train.txt", "A-Test.txt"), ("a_train.csv", "a_valid.csv"), ("train.csv", "val.csv"),
    ("mnist-train.csv", "mnist-t10k.csv"),
  ])
  func tablesAreASetByTheirNames(_ train: String, _ test: String) throws {
    let packed = train.hasSuffix(".gz") ? SmallSets.gzip(csv(images)) : csv(images, header: true)
    try SmallSets.withFolder([
      train: packed, test: csv(tests), "notes.md": Array("a, b, c, d".utf8),
    ]) {
      folder throws in
      // By the folder, or by either file.
      for place in [folder, "\(folder)/\(train)", "\(folder)/\(test)"] {
        let data = try DataSource(in: place).trainingImages()
        #expect(data.images == images)
        #expect(data.origin.description == "CSV in \(folder)/\(train) (train 24, 3 classes)")
        #expect(try SetFolder.load(place, isTrain: false) == tests)
      }
    }
  }

  /// With a byte order mark, and with the line ends of Windows.
  @Test func aTableIsKnownHoweverItWasWritten() throws {
    let text = String(decoding: csv(images), as: UTF8.self)
    let marked = [0xEF, 0xBB, 0xBF] + csv(images)
    for bytes in [marked, Array(text.replacing("\n", with: "\r\n").utf8)] {
      try SmallSets.withFolder(["train.csv": bytes]) { folder throws in
        #expect(try SetFolder.load(folder, isTrain: true) == images)
      }
    }
  }

  @Test func theOtherPartOfATableIsOfTheSameNameAndForm() throws {
    try SmallSets.withFolder([
      "a_train": try archive("table"), "a_test": csv(tests), "b_test": try archive("table"),
    ]) { folder throws in
      let path = "\(folder)/a_train"
      let error = SetFolderError.noPart(
        path: path, isTrain: false,
        expected: "a file beside it whose name has test in place of train", found: "none")
      #expect(throws: error) { try SetFolder.load(path, isTrain: false) }
      #expect(
        TableFile.sets(in: folder).map(\.path)
          == ["a_test", "a_train", "b_test"].map { "\(folder)/\($0)" })
    }
  }

  @Test func testImagesComeBeforeThoseToValidateWith() throws {
    try SmallSets.withFolder(["x-test.csv": csv(tests), "x-val.csv": csv(images)]) {
      folder throws in
      #expect(TableFile.sets(in: folder).map(\.path) == ["\(folder)/x-test.csv"])
      #expect(try SetFolder.load(folder, isTrain: false) == tests)
    }
  }

  @Test func wideImagesOfTheGreatestLabelAreSharedAsAnyOther() throws {
    let header = "label,1x1,1x2,1x3,2x1,2x2,2x3\n"
    let rows = header + String(repeating: "255,1,2,3,4,5,6\n", count: 4)
    try SmallSets.withFolder(["all.csv": Array(rows.utf8)]) { folder throws in
      for (isTrain, count) in [(true, 3), (false, 1)] {
        let set = try SetFolder.load(folder, isTrain: isTrain)
        #expect((set.height, set.width) == (2, 3))
        #expect(set.labels == [UInt8](repeating: 255, count: count))
        #expect(set.pixels == (0..<count).flatMap { _ in [1, 2, 3, 4, 5, 6] as [UInt8] })
      }
    }
  }

  @Test func aTableAloneIsSharedAsPicturesAre() throws {
    try SmallSets.withFolder(["digits.csv": csv(images)]) { folder throws in
      let train = try DataSource(in: folder).trainingImages()
      #expect(
        train.description == "CSV in \(folder)/digits.csv (train 21 of 24, 3 classes)")
      let test = try SetFolder.load("\(folder)/digits.csv", isTrain: false)
      // Images 9, 10 and 11 are the fourth of their classes.
      #expect(test.labels == [0, 1, 2] && test.pixels == Array(images.pixels[36..<48]))
      #expect(
        !train.images.pixels.indices.dropLast(12).contains {
          Array(train.images.pixels[$0..<$0 + 12]) == test.pixels
        })
    }
  }

  /// NumPy wrote them: three images to train on and two to test, or three alone.
  @Test(arguments: [
    ("keras", "mnist.npz"), ("keras", "mnist_train.npz"), ("medmnist", "x_test.npz"),
  ])
  func anArchiveHasBothParts(_ fixture: String, _ name: String) throws {
    try SmallSets.withFolder([name: try archive(fixture)]) { folder throws in
      for place in [folder, "\(folder)/\(name)"] {
        let train = try DataSource(in: place).trainingImages()
        #expect(train.images.labels == [3, 1, 2])
        #expect(train.description == "NPZ in \(folder)/\(name) (train 3, 4 classes)")
        #expect(try SetFolder.load(place, isTrain: false).labels == [1, 0])
      }
    }
  }

  @Test func anArchiveOfOnePartIsThatOfItsName() throws {
    try SmallSets.withFolder(["a_train.npz": try archive("table")]) { folder throws in
      #expect(try SetFolder.load(folder, isTrain: true).labels == [3, 1, 2])
      #expect(throws: SetFolderError.self) { try SetFolder.load(folder, isTrain: false) }
      try SmallSets.put(["a_test.npz": try archive("table")], in: folder)
      #expect(try SetFolder.load(folder, isTrain: false).count == 3)
      // Too few to share.
      try SmallSets.put(["b/all.npz": try archive("table")], in: folder)
      #expect {
        try SetFolder.load("\(folder)/b", isTrain: false)
      } throws: {
        "\($0)".hasSuffix(": no test images (expected at least four of a class, found 3)")
      }
    }
  }

  private func archive(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Fixture.url("data/\(name).npz")))
  }

  @Test func aTableWithoutLabelsIsNoneToTrainOn() throws {
    let rows = Array("1,2,3,4\n5,6,7,8\n".utf8)
    try SmallSets.withFolder(["train.csv": csv(images), "test.csv": rows]) { folder throws in
      let error = SetFolderError.noLabels(path: "\(folder)/test.csv", isTrain: false)
      #expect(throws: error) { try SetFolder.load(folder, isTrain: false) }
      #expect(
        ErrorText.sentence(error)
          == "\(folder)/test.csv: images without labels (expected a label for each to measure with, "
          + "found none; --images predicts them)")
      #expect(throws: SetFolderError.noLabels(path: "\(folder)/x.csv", isTrain: true)) {
        try SmallSets.put(["x.csv": rows], in: folder)
        _ = try SetFolder.load("\(folder)/x.csv", isTrain: true)
      }
    }
  }

  @Test func amongMoreThanAHundredFilesATableHasAUsualName() throws {
    var files: [String: [UInt8]] = ["zz": csv(images)]
    for index in 0..<99 { files["a\(100 + index)"] = [0] }
    try SmallSets.withFolder(files) { folder throws in
      #expect(TableFile.sets(in: folder).map(\.path) == ["\(folder)/zz"])
      try SmallSets.put(["b": [0]], in: folder)
      #expect(TableFile.sets(in: folder).isEmpty)
      try SmallSets.put(["zz.csv": csv(images)], in: folder)
      #expect(TableFile.sets(in: folder).map(\.path) == ["\(folder)/zz.csv"])
    }
  }

  /// Fields of many spaces make it long.
  @Test(arguments: [(200_000, true), (300_000, false)])
  func ofAVeryLongFirstLineNotAllIsLookedAt(_ spaceCount: Int, _ isTable: Bool) throws {
    let line = "0,1,2,3," + String(repeating: " ", count: spaceCount) + "4\n"
    try SmallSets.withFolder(["a.csv": Array(line.utf8)]) { folder throws in
      #expect(TableFile.sets(in: folder).map(\.path) == (isTable ? ["\(folder)/a.csv"] : []))
    }
  }

  @Test func theOtherPartOfANamedFileMustBeThere() throws {
    try SmallSets.withFolder(["mnist_train.csv": csv(images)]) { folder throws in
      let error = #expect(throws: SetFolderError.self) {
        try SetFolder.load("\(folder)/mnist_train.csv", isTrain: false)
      }
      #expect(
        error?.description
          == "\(folder)/mnist_train.csv: no test images (expected a file beside it whose name has "
          + "test in place of train, found none)")
    }
  }

  @Test func aTableThatIsWrongSaysWhy() throws {
    let rows = Array("label,a,b,c\n1,2,3,4\n".utf8)
    try SmallSets.withFolder(["train.csv": rows]) { folder throws in
      // By itself, and as what lies in a folder; beside one that is right it is none.
      let error = #expect(throws: CSVError.self) {
        try SetFolder.load("\(folder)/train.csv", isTrain: true)
      }
      #expect {
        try DataSource(in: folder).trainingImages()
      } throws: {
        "\($0)".hasSuffix(", found a CSV file, but \(error.map { "\($0)" } ?? ""))")
      }
      try SmallSets.put(["digits.csv": csv(images)], in: folder)
      #expect(try SetFolder.load(folder, isTrain: true).count == 21)
    }
  }

  /// MNIST is downloaded into it, as ever.
  @Test func figuresInTheUsualFolderAreNoSet() throws {
    try SmallSets.withFolder(["plots/a.png": SmallPictures.dot(1)]) { folder throws in
      var source = DataSource(in: folder)
      #expect(
        try source.filesInFolder(isTrain: true)?.description
          == "pictures in \(folder) (train 1 of 1, 1 class: plots)")
      source.directory = nil
      source.defaultDirectory = folder
      #expect(try source.filesInFolder(isTrain: true) == nil)
      try SmallSets.put(["scans/a.png": SmallPictures.dot(1)], in: folder)
      #expect(try source.filesInFolder(isTrain: true) != nil)
    }
  }

  // MARK: - Several sets

  @Test func ofSeveralSetsNoneIsChosen() throws {
    let names = ["emnist-letters", "emnist-digits"]
    var files = ["0/a.png": SmallPictures.dot(1), "digits.csv": csv(images)]
    // Not of two either.
    try SmallSets.withFolder(files) { folder throws in
      let error = SetFolderError.severalSets(
        path: folder, found: ["pictures", "CSV in \(folder)/digits.csv"])
      #expect(throws: error) { try SetFolder.load(folder, isTrain: true) }
    }
    for name in names {
      files["\(name)-train-images-idx3-ubyte"] = images.imagesIDX
      files["\(name)-train-labels-idx1-ubyte"] = images.labelsIDX
    }
    try SmallSets.withFolder(files) { folder throws in
      let error = SetFolderError.severalSets(
        path: folder,
        found: [
          "IDX files emnist-digits", "IDX files emnist-letters", "pictures",
          "CSV in \(folder)/digits.csv",
        ])
      #expect(throws: error) { try SetFolder.load(folder, isTrain: true) }
      #expect(throws: error) { try DataSource(in: folder).trainingImages() }
      #expect(
        ErrorText.sentence(error)
          == "\(folder): more than one set (expected one alone, found IDX files emnist-digits, IDX "
          + "files emnist-letters, pictures, CSV in \(folder)/digits.csv; --data_dir takes a CSV or "
          + "NPZ file too, --dataset a published set)")
      let eight = SetFolderError.severalSets(path: "d", found: (0..<8).map { "\($0)" })
      #expect("\(eight)".hasSuffix(", found 0, 1, 2, 3, 4, 5, 6, 7)"))
      let many = SetFolderError.severalSets(path: "d", found: (0..<9).map { "\($0)" })
      #expect(
        "\(many)" == "d: more than one set (expected one alone, found 0, 1, 2, 3, 4, 5, 6, 7, …)")
      #expect(try SetFolder.load("\(folder)/digits.csv", isTrain: true).count == 21)
      // The published sets' names come first.
      try SmallSets.put(tests, in: folder)
      #expect(try SetFolder.load(folder, isTrain: true) == tests)
    }
  }

  // MARK: - Names of classes

  @Test(arguments: ["cat\ndog\nowl\n", "\u{FEFF} cat \r\ndog\r\nowl", "cat\ndog\nowl\n\n\n"])
  func aFileBesideTheDataSaysWhatTheClassesAreCalled(_ text: String) throws {
    try SmallSets.withFolder(["classes.txt": Array(text.utf8)]) { folder throws in
      try SmallSets.put(images, in: folder)
      #expect(try SetFolder.load(folder, isTrain: true).classNames == ["cat", "dog", "owl"])
      try FileManager.default.removeItem(atPath: "\(folder)/train-images-idx3-ubyte")
      try FileManager.default.removeItem(atPath: "\(folder)/train-labels-idx1-ubyte")
      try SmallSets.put(["train.csv": csv(images)], in: folder)
      let data = try DataSource(in: folder).trainingImages()
      #expect(data.images.classNames == ["cat", "dog", "owl"])
      #expect(data.description.hasSuffix("(train 24, 3 classes: cat, dog, owl)"))
    }
  }

  @Test(arguments: [
    ("cat\ndog\n", "a line for each of the 3 classes, found 2"),
    ("cat\n\nowl\n", "a name on each line, all different, found an empty name for class 1"),
    ("cat\ndog\ncat\n", "a name on each line, all different, found \"cat\" twice"),
    ("", "a name on each line, all different, found 0 names"),
  ])
  func aFileThatDoesNotFitIsRefused(_ text: String, _ what: String) throws {
    try SmallSets.withFolder(["classes.txt": Array(text.utf8)]) { folder throws in
      try SmallSets.put(images, in: folder)
      let error = #expect(throws: ClassNamesError.self) {
        try SetFolder.load(folder, isTrain: true)
      }
      #expect(
        error?.description
          == "\(folder)/classes.txt: not the names of the classes (expected \(what))")
    }
  }

  @Test func aFileOfNamesHasALimit() throws {
    try SmallSets.withFolder(["classes.txt": []]) { folder throws in
      try SmallSets.put(images, in: folder)
      let path = "\(folder)/classes.txt"
      #expect(truncate(path, 1_048_577) == 0)
      let error = FileError.tooLarge(path: path, limitBytes: 1_048_576, foundBytes: 1_048_577)
      #expect(throws: error) { try SetFolder.load(folder, isTrain: true) }
    }
  }

  @Test func bytesThatAreNoTextAreNoNames() throws {
    try SmallSets.withFolder(["classes.txt": [0xFF, 10]]) { folder throws in
      try SmallSets.put(images, in: folder)
      #expect(throws: ClassNamesError.self) { try SetFolder.load(folder, isTrain: true) }
    }
  }

  @Test func aSetIsLoadedForOneClassOrMore() async {
    let first = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = try? SetFolder.load("no", isTrain: true, classes: 0)
    }
    expectSentence("0 classes", first)
    let second = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = try? MNISTFolder.load("no", isTrain: true, classes: 0)
    }
    expectSentence("0 classes", second)
  }

  // MARK: - A model's own data

  private func wide(_ set: ImageSet) -> [UInt8] {
    var file: [UInt8] = [0, 0, 8, 4]
    for size in [set.count, set.height, set.width, 1] { file += [0, 0, 0, UInt8(size)] }
    return file + set.pixels
  }

  private func longLabels(_ set: ImageSet) -> [UInt8] {
    var file: [UInt8] = [0, 0, 12, 1, 0, 0, 0, UInt8(set.count)]
    for label in set.labels { file += [0, 0, 0, label] }
    return file
  }

  /// Whichever the form, by the checksums of the training images.
  @Test(arguments: ["pictures", "shared pictures", "CSV", "shared CSV", "EMNIST", "other IDX"])
  func theModelsOwnSetIsKnownInEveryForm(_ form: String) throws {
    let names = ["a", "b", "c"]
    let files: [String: [UInt8]] =
      switch form {
      case "pictures":
        SmallPictures.files(images, classes: names, in: "train/")
          .merging(SmallPictures.files(tests, classes: names, in: "test/")) { $1 }
      case "shared pictures": SmallPictures.files(images, classes: names)
      case "CSV": ["train.csv": csv(images), "test.csv": csv(tests)]
      case "shared CSV": ["all.csv": csv(images)]
      // Labels of 32 bits, and images with an axis for the colours: the checksums are not those of the files.
      case "other IDX":
        [
          "train.images.idx4.ubyte": wide(images), "train-labels.idx1-int": longLabels(images),
          "test.images.idx4.ubyte": wide(tests), "test-labels.idx1-int": longLabels(tests),
        ]
      default:
        [
          "emnist-mnist-train-images-idx3-ubyte": images.imagesIDX,
          "emnist-mnist-train-labels-idx1-ubyte": SmallSets.gzip(images.labelsIDX),
          "emnist-mnist-test-images-idx3-ubyte": tests.imagesIDX,
          "emnist-mnist-test-labels-idx1-ubyte": tests.labelsIDX,
        ]
      }
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(files, in: "\(folder)/sub/own")
      let named = DataSource(in: "\(folder)/sub/own")
      let train = try named.trainingImages().images
      if form == "other IDX" { #expect(train == images) }
      let identity = DataIdentity(
        imagesCRC32: train.imagesCRC32, labelsCRC32: train.labelsCRC32)
      var usual = DataSource()
      usual.defaultDirectory = folder
      for source in [named, usual] {
        #expect(try source.images(of: identity, isTrain: true).images == train)
        let test = try source.images(of: identity, isTrain: false, classes: 3)
        #expect(test.kinship == .own && test.images.count == (form.hasPrefix("shared") ? 3 : 9))
        #expect(test.origin.description.contains("\(folder)/sub/own"))
      }
      for part in [\DataIdentity.imagesCRC32, \.labelsCRC32] {
        var changed = identity
        changed[keyPath: part] ^= 1
        #expect(throws: DataSourceError.self) { try usual.images(of: changed, isTrain: false) }
        let other = try named.images(of: changed, isTrain: false)
        #expect(other.description.contains(", not the model's own data, which is a set with"))
      }
    }
  }

  /// What training did with its pictures is done with the test's.
  @Test func theModelsPreparationIsThatOfItsTestPictures() throws {
    let large = SmallPictures.png((0..<6).map { row in (0..<8).map { UInt8(row * $0 * 7) } })
    try SmallSets.withFolder([
      "train/a/1.png": large, "train/b/1.png": SmallPictures.dot(9), "test/a/1.png": large,
    ]) { folder throws in
      let size = ImageSize(height: 10, width: 14)
      var source = DataSource(in: folder)
      source.preparation = ImagePreparation(pictureSize: size, isTransposed: true)
      let data = try source.trainingImages()
      var settings = TrainingSettings(for: data.images, hiddenSizes: [3], seed: 1)
      settings.fittedPictures = true
      settings.isTransposed = true
      #expect(settings.dataIdentity().preparation == source.preparation)
      let test = try DataSource(in: folder).images(of: settings.dataIdentity(), isTrain: false)
      #expect(test.kinship == .own)
      #expect(test.images.pixels == Array(data.images.pixels[..<140]))
    }
  }

  /// Where training found it, and nowhere else.
  @Test func whatIsWrongWithTheModelsOwnTestImagesIsSaid() throws {
    try SmallSets.withFolder([
      "own/train.csv": csv(images), "own/test.csv": Array("1,2,3,4\n".utf8),
    ]) { folder throws in
      let train = try SetFolder.load("\(folder)/own", isTrain: true)
      let identity = DataIdentity(
        imagesCRC32: train.imagesCRC32, labelsCRC32: train.labelsCRC32,
        folder: "\(folder)/own/train.csv")
      var usual = DataSource()
      usual.defaultDirectory = "\(folder)/data"
      #expect(throws: SetFolderError.noLabels(path: "\(folder)/own/test.csv", isTrain: false)) {
        try usual.images(of: identity, isTrain: false)
      }
    }
  }
}
