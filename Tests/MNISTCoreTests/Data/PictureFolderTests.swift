import Foundation
import Testing

@testable import MNISTCore

/// Pictures in a folder for each class.
@Suite struct PictureFolderTests {
  private static func dot(_ shade: UInt8) -> [UInt8] { SmallPictures.dot(shade) }

  // MARK: - Classes and parts

  @Test(arguments: [
    ("train", "test"), ("training", "testing"), ("Train", "Test"), ("train", "val"),
    ("train", "valid"), ("train", "validation"),
  ])
  func partsHaveFoldersOfTheirOwn(_ train: String, _ test: String) throws {
    try SmallSets.withFolder([
      "\(train)/dog/1.png": Self.dot(1), "\(train)/cat/2.png": Self.dot(2),
      "\(train)/cat/10.png": Self.dot(3), "\(test)/dog/a": Self.dot(4),
    ]) { folder throws in
      // In the order of names, not of numbers.
      #expect(
        try SetFolder.load(folder, isTrain: true)
          == ImageSet(
            height: 1, width: 1, pixels: [3, 2, 1], labels: [0, 0, 1], classNames: ["cat", "dog"]))
      // The classes are those of the training, also where one has no test pictures.
      #expect(
        try SetFolder.load(folder + "/", isTrain: false)
          == ImageSet(
            height: 1, width: 1, pixels: [4], labels: [1], classNames: ["cat", "dog"]))
    }
  }

  /// Where both are there.
  @Test func validationPicturesAreNotReadBesideTestPictures() throws {
    try SmallSets.withFolder([
      "train/a/1.png": Self.dot(1), "valid/a/1.png": Self.dot(2), "test/a/1.png": Self.dot(3),
      "notes/x.txt": [1], "README.md": [1],
    ]) { folder throws in
      #expect(try SetFolder.load(folder, isTrain: false).pixels == [3])
    }
  }

  #if os(Linux)
    /// Only where files' names tell capital letters from small ones.
    @Test func ofTwoFoldersOfOneNameTheFirstCounts() throws {
      try SmallSets.withFolder(["Train/a/1.png": Self.dot(1), "train/a/1.png": Self.dot(2)]) {
        folder throws in
        #expect(try SetFolder.load(folder, isTrain: true).pixels == [1])
      }
    }
  #endif

  /// In the order of their names: the fourth of each seven.
  @Test func whereNothingIsSplitOneInSevenOfEachClassIsForTesting() throws {
    var files: [String: [UInt8]] = [:]
    for index in 0..<16 { files["b/\(UnicodeScalar(97 + index)!).png"] = Self.dot(UInt8(index)) }
    for index in 0..<3 { files["a/\(index).png"] = Self.dot(UInt8(100 + index)) }
    try SmallSets.withFolder(files) { folder throws in
      let train = try SetFolder.load(folder, isTrain: true)
      let test = try SetFolder.load(folder, isTrain: false)
      #expect(test.pixels == [3, 10] && test.labels == [1, 1] && test.classNames == ["a", "b"])
      #expect(
        train.pixels == [100, 101, 102, 0, 1, 2, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15])
    }
  }

  @Test func classesAreInTheOrderOfTheLettersNumbers() throws {
    let names = ["Zebra", "_", "a", "b10", "b9", "é", "ß", "日"]
    let files = names.enumerated().map { ("\($0.element)/x.png", Self.dot(UInt8($0.offset))) }
    try SmallSets.withFolder(Dictionary(uniqueKeysWithValues: files)) { folder throws in
      let set = try SetFolder.load(folder, isTrain: true)
      #expect(set.classNames == ["Zebra", "_", "a", "b10", "b9", "ß", "é", "日"])
      #expect(set.pixels == [0, 1, 2, 3, 4, 6, 5, 7])
    }
  }

  /// As MNIST's own, which has none.
  @Test func numbersInTheirOrderAreNoNames() throws {
    try SmallSets.withFolder(["0/a": Self.dot(1), "1/a": Self.dot(2)]) { folder throws in
      #expect(try SetFolder.load(folder, isTrain: true).classNames == nil)
    }
    try SmallSets.withFolder(["1/a": Self.dot(1), "2/a": Self.dot(2)]) { folder throws in
      let set = try SetFolder.load(folder, isTrain: true)
      #expect(set.classNames == ["1", "2"] && set.labels == [0, 1])
    }
  }

  @Test func whatFileManagersLeaveIsPassedOverAndLinksAreFollowed() throws {
    try SmallSets.withFolder([
      "cat/1.png": Self.dot(1), "cat/.DS_Store": [1], "cat/Thumbs.db": [1], "cat/._1.png": [1],
      "__MACOSX/cat/1.png": [1], ".git/x.png": [1], "elsewhere.bin": Self.dot(7), "note.txt": [1],
    ]) { folder throws in
      symlink("../elsewhere.bin", "\(folder)/cat/2.png")
      try SmallSets.put(["real/1.png": Self.dot(9)], in: folder + "-other")
      defer { try? FileManager.default.removeItem(atPath: folder + "-other") }
      symlink(folder + "-other/real", "\(folder)/dog")
      let set = try SetFolder.load(folder, isTrain: true)
      #expect(set.pixels == [1, 7, 9] && set.classNames == ["cat", "dog"])
      // A loop is a folder in a class.
      symlink("..", "\(folder)/cat/loop")
      let loop = FileError.notARegularFile(path: "\(folder)/cat/loop", kind: "a folder")
      #expect(throws: loop) { try SetFolder.load(folder, isTrain: true) }
    }
  }

  @Test func picturesThatAreInNoClassAreNoSet() throws {
    for files in [["1.png"], ["train/1.png", "test/2.png"], ["a/b/c/1.png"]] {
      let files = Dictionary(uniqueKeysWithValues: files.map { ($0, Self.dot(1)) })
      try SmallSets.withFolder(files) { folder throws in
        #expect(try SetFolder.find(folder, isTrain: true) == nil)
      }
    }
    // A class may be called train.
    try SmallSets.withFolder(["train/1.png": Self.dot(1), "car/2.png": Self.dot(2)]) {
      folder throws in
      #expect(try SetFolder.load(folder, isTrain: true).classNames == ["car", "train"])
    }
  }

  /// Of the first twenty files by their names, of the first three by their content.
  @Test func theFirstFilesTellAFolderOfPictures() throws {
    func isSet(
      _ otherCount: Int, _ name: String, _ content: [UInt8] = Self.dot(1)
    ) throws -> Bool {
      var files = ["a/\(name)": content]
      for index in 0..<otherCount { files["a/\(100 + index)"] = [7] }
      var isShared = false
      try SmallSets.withFolder(files) { folder throws in
        isShared = PictureFolder.Layout(of: folder) == .shared
      }
      return isShared
    }
    #expect(try isSet(19, "x.png") == true)
    #expect(try isSet(20, "x.png") == false)
    #expect(try isSet(2, "x") == true)
    #expect(try isSet(2, "x", Array("P1 1 1 1".utf8)) == true)
    #expect(try isSet(3, "x") == false)
  }

  @Test(arguments: [
    "png", "jpg", "jpeg", "pbm", "pgm", "ppm", "bmp", "gif", "tif", "tiff", "webp",
  ])
  func aPicturesNameEndsAsThoseOfItsFormatDo(_ end: String) {
    for name in ["a.\(end)", "A.\(end.uppercased())", ".\(end)"] {
      #expect(PictureFolder.Layout.isPictureName(name))
    }
    for name in [end, "a\(end)", "a.\(end).txt", "a.\(end)x"] {
      #expect(!PictureFolder.Layout.isPictureName(name))
    }
  }

  @Test func aFolderOfAClassHasALimit() throws {
    #expect(PictureFolder.Layout.fileLimit == 2_000_000)
    try SmallSets.withFolder(["1": [1], ".x": [1], "2": [1]]) { folder throws in
      let paths = ["\(folder)/1", "\(folder)/2"]
      #expect(try PictureFolder.Layout.files(in: folder, limit: 3) == paths)
      let error = PictureFolderError.tooManyPictures(path: folder, limit: 2)
      #expect(throws: error) { try PictureFolder.Layout.files(in: folder, limit: 2) }
      #expect(
        error.description == "\(folder): too many pictures (expected at most 2, found more)")
    }
  }

  /// Nothing else is to be written among them.
  @Test func theFoldersOfTheClassesLieInTheFolderOrInItsParts() throws {
    func places(_ files: [String]) throws -> [String] {
      var places: [String] = []
      let files = Dictionary(uniqueKeysWithValues: files.map { ($0, Self.dot(1)) })
      try SmallSets.withFolder(files) { folder in
        places = PictureFolder.placesOfClasses(in: folder)
          .map { $0.replacing(folder, with: "d") }
      }
      return places
    }
    #expect(try places(["a/1.png"]) == ["d"])
    #expect(try places(["train/a/1.png", "test/a/1.png"]) == ["d/train", "d/test"])
    #expect(try places(["test/a/1.png"]) == ["d/test"])
    #expect(try places(["1.png"]) == [])
    // Where IDX files are the set, pictures are none.
    #expect(
      try places(["a/1.png", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"]) == [])
  }

  // MARK: - Refusals

  @Test func whatIsWrongIsNamed() throws {
    func refusal(_ files: [String: [UInt8]], isTrain: Bool = true) throws -> String {
      var sentence = ""
      try SmallSets.withFolder(files) { folder throws in
        let error = #expect(throws: (any Error).self) {
          try SetFolder.load(folder, isTrain: isTrain)
        }
        sentence = error.map { "\($0)" }?.replacing(folder, with: "d") ?? ""
      }
      return sentence
    }
    let wide = SmallPictures.png([[1, 2, 3]])
    #expect(
      try refusal(["a/1.png": Self.dot(1), "a/2.png": Self.dot(1), "b/1.png": wide])
        == "d/b/1.png: pictures of different sizes (expected 1×1 as d/a/1.png has, found 1×3)")
    #expect(
      try refusal(["a/1.png": Self.dot(1), "a/x.txt": Array("text".utf8)])
        == "d/a/x.txt: not a picture that can be read (expected PNG, PGM or PPM, found text)")
    #expect(
      try refusal(["a/1.jpg": [0xFF, 0xD8, 0xFF]])
        == "d/a/1.jpg: not a picture that can be read (expected PNG, PGM or PPM, found JPEG; "
        + "mogrify -format png converts it)")
    #expect(
      try refusal(["a/1.png": Self.dot(1), "a/2.png": []]).hasPrefix("d/a/2.png: the file is empty")
    )
    #expect(
      try refusal(["a/1.png": Self.dot(1), "b/.x": []])
        == "d/b: no pictures (expected some in the folder of each class, found nothing)")
    #expect(
      try refusal(["train/a/1.png": Self.dot(1)], isTrain: false)
        == "d: no test images (expected pictures in d/test/CLASS/, found d/train)")
    #expect(
      try refusal(["test/a/1.png": Self.dot(1)])
        == "d: no training images (expected pictures in d/train/CLASS/, found d/test)")
    #expect(
      try refusal(["a/1.png": Self.dot(1), "b/1.png": Self.dot(1)], isTrain: false)
        == "d: no test images (expected pictures in d/test/CLASS/, found 2 in 2 folders to share)")
    #expect(
      try refusal(["train/a/1.png": Self.dot(1), "test/b/1.png": Self.dot(1)], isTrain: false)
        == "d/test/b: test pictures of an unknown class (expected a, found b)")
    let many = (0...256).map { ("\($0)/x.png", Self.dot(1)) }
    #expect(
      try refusal(Dictionary(uniqueKeysWithValues: many))
        == "d: too many folders for classes (expected at most 256, found 257)")
  }

  @Test func picturesForWhichThereIsNoMemoryAreRefused() throws {
    let size = ImageSize(height: 3, width: 5)
    #expect(try PictureFolder.pixelCount(of: 7, size, in: "d") == 105)
    for count in [1 << 57, .max] {
      #expect(throws: FileError.cannotRead(path: "d", reason: SystemError.noMemory)) {
        try PictureFolder.pixelCount(of: count, size, in: "d")
      }
    }
  }

  @Test func twoSpellingsOfOneNameAreNoTwoClasses() throws {
    try SmallSets.withFolder(["e\u{301}/1.png": Self.dot(1)]) { folder throws in
      // One key of a dictionary, two folders.
      try SmallSets.put(["\u{e9}/1.png": Self.dot(1)], in: folder)
      let error = #expect(throws: (any Error).self) { try SetFolder.load(folder, isTrain: true) }
      #expect(
        error.map { "\($0)" }?.hasPrefix(
          "\(folder): not the names of the classes (expected a folder for each, all different, found"
        )
          == true)
    }
  }

  /// Before the training, not after it.
  @Test func whatIsWrongWithPicturesKeptForTestingIsFoundAtOnce() throws {
    let files = (0..<4).map { ("a/\($0).png", $0 == 3 ? [7] : Self.dot(1)) }
    try SmallSets.withFolder(Dictionary(uniqueKeysWithValues: files)) { folder throws in
      let error = #expect(throws: PictureError.self) { try SetFolder.load(folder, isTrain: true) }
      #expect(error?.description.hasPrefix("\(folder)/a/3.png: ") == true)
    }
  }

  @Test func allClassesThatLabelsCanTellAreRead() throws {
    let files = (0..<256).map { (index: Int) -> (String, [UInt8]) in
      ("\(1_000 + index)/x.png", Self.dot(UInt8(index)))
    }
    try SmallSets.withFolder(Dictionary(uniqueKeysWithValues: files)) { folder throws in
      let set = try SetFolder.load(folder, isTrain: true)
      #expect(set.labels == Array(0...255) && set.classCount == 256 && set.pixels == Array(0...255))
    }
  }

  // MARK: - Preparation

  @Test func picturesOfAnySizeAreBroughtToOneAsPeoplesPicturesAre() throws {
    let ink = PNGVector(width: 30, height: 20, colorType: 2, seed: 5).file
    let dark = SmallPictures.png([[255, 255, 255, 255], [255, 0, 0, 255], [255, 255, 255, 255]])
    try SmallSets.withFolder(["a/1.png": ink, "b/1.png": dark]) { folder throws in
      for size in [ImageSize(height: 28, width: 28), ImageSize(height: 9, width: 14)] {
        let fitted = try [ink, dark].flatMap { file in
          ModelImage(
            fitting: try PictureFile.decode(file, path: ""), height: size.height, width: size.width
          ).pixels
        }
        for isTransposed in [false, true] {
          let set = try SetFolder.load(
            folder, isTrain: true,
            preparation: ImagePreparation(pictureSize: size, isTransposed: isTransposed))
          #expect(set.height == size.height && set.width == size.width)
          if !isTransposed { #expect(set.pixels == fitted) }
        }
      }
    }
  }

  @Test func otherwiseTheyAreTakenAsTheyAreOverBlack() throws {
    var vector = PNGVector(width: 2, height: 1, colorType: 6)
    vector.samples = [255, 255, 255, 0, 200, 200, 200, 255]
    try SmallSets.withFolder(["a/1.png": vector.file]) { folder throws in
      #expect(try SetFolder.load(folder, isTrain: true).pixels == [0, 200])
    }
  }

  @Test func rowsAndColumnsAreSwapped() throws {
    try SmallSets.withFolder(["a/1.png": SmallPictures.png([[1, 2, 3], [4, 5, 6]])]) {
      folder throws in
      let set = try SetFolder.load(
        folder, isTrain: true, preparation: ImagePreparation(isTransposed: true))
      #expect([set.height, set.width] == [3, 2] && set.pixels == [1, 4, 2, 5, 3, 6])
      #expect(set.transposed().pixels == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test func darkAndBlankPicturesAreMentioned() throws {
    let dark = SmallPictures.png([[255, 255, 255], [255, 0, 255], [255, 255, 255]])
    let light = SmallPictures.png([[0, 0, 0], [0, 255, 0], [0, 0, 0]])
    let blank = SmallPictures.png([[0, 0, 0], [0, 0, 0], [0, 0, 0]])
    try SmallSets.withFolder([
      "a/1.png": dark, "a/2.png": dark, "b/1.png": light, "b/2.png": blank,
    ]) { folder throws in
      var source = DataSource(in: folder)
      let raw = try source.trainingImages()
      #expect(
        DataText.warnings(raw, isTrain: true) == [
          "\(folder): a picture is blank, \(folder)/b/2.png"
        ])
      try SmallSets.put(["b/3.png": blank], in: folder)
      #expect(
        DataText.warnings(try source.trainingImages(), isTrain: true) == [
          "\(folder): 2 pictures are blank, such as \(folder)/b/2.png"
        ])
      try SmallSets.put(["b/2.png": dark, "b/3.png": light], in: folder)
      #expect(
        DataText.warnings(try source.trainingImages(), isTrain: true) == [
          "\(folder): 3 of 5 pictures are dark on light, and are taken as they are"
        ])
      source.preparation.pictureSize = ImageSize(height: 3, width: 3)
      let fitted = try source.trainingImages()
      #expect(DataText.warnings(fitted, isTrain: true) == [])
      #expect(fitted.preparation.pictureSize != nil)
    }
  }

  /// The one that is told of is the first in order, too.
  @Test func theNumberOfThreadsChangesNothing() throws {
    let images = SmallSets.fields(600, height: 2, width: 3, classes: 3)
    var files = SmallPictures.files(images, classes: ["a", "b", "c"])
    try SmallSets.withFolder(files) { folder throws in
      let one = try ThreadPool.use(threadCount: 1) { try SetFolder.load(folder, isTrain: true) }
      let four = try ThreadPool.use(threadCount: 4) { try SetFolder.load(folder, isTrain: true) }
      #expect(one == four)
      files = ["b/0300.png": [1], "c/0500.png": [2], "b/0200.png": [3]]
      try SmallSets.put(files, in: folder)
      for count in [1, 4] {
        let error = #expect(throws: PictureError.self) {
          try ThreadPool.use(threadCount: count) { try SetFolder.load(folder, isTrain: true) }
        }
        #expect(error?.description.contains("b/0200.png") == true)
      }
    }
  }
}
