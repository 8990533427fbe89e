import Foundation
import Testing

@testable import MNISTCore

@Suite struct MNISTFolderTests {
  private static let images = ["train-images-idx3-ubyte", "train-images.idx3-ubyte"]
  private static let labels = ["train-labels-idx1-ubyte", "train-labels.idx1-ubyte"]

  @Test(arguments: ["", "MNIST/raw/"], ["", ".gz"])
  func aSetIsFoundUnderEveryName(_ place: String, _ ending: String) throws {
    for (images, labels) in zip(Self.images, Self.labels) {
      try SmallSets.withFolder([
        place + images + ending: set(1).imagesIDX, place + labels + ending: set(1).labelsIDX,
      ]) { folder throws in
        #expect(try MNISTFolder.load(folder, isTrain: true) == set(1))
        #expect(try MNISTFolder.load(folder + "/", isTrain: true) == set(1))
      }
    }
  }

  @Test func ofSeveralCopiesTheFirstInTheDocumentedOrderCounts() throws {
    try SmallSets.withFolder { folder throws in
      var copies: [(images: String, labels: String)] = []
      for place in ["MNIST/raw/", ""] {
        for (images, labels) in zip(Self.images, Self.labels) {
          for ending in ["", ".gz"] {
            copies.append((place + images + ending, place + labels + ending))
          }
        }
        // Any other spelling, also one that comes first by its letters.
        copies.append((place + "train-images-idx3-byte", place + "train-labels-idx1-byte"))
      }
      for (index, copy) in copies.enumerated() {
        try SmallSets.put(
          [copy.images: set(index).imagesIDX, copy.labels: set(index).labelsIDX], in: folder)
      }
      for (index, copy) in copies.enumerated() {
        #expect(try MNISTFolder.load(folder, isTrain: true) == set(index), "\(copy.images)")
        try FileManager.default.removeItem(atPath: "\(folder)/\(copy.images)")
        try FileManager.default.removeItem(atPath: "\(folder)/\(copy.labels)")
      }
    }
  }

  @Test(arguments: [("/", "/"), ("a/", "a"), ("/a/b/", "/a/b")])
  func aFolderIsNamedWithoutItsLastSlash(_ folder: String, _ name: String) {
    #expect(MNISTFolder.name(of: folder) == name)
  }

  @Test func trainingAndTestSetAreToldApart() throws {
    try SmallSets.withFolder([
      "train-images-idx3-ubyte": set(1).imagesIDX, "train-labels-idx1-ubyte": set(1).labelsIDX,
      "t10k-images.idx3-ubyte": set(2).imagesIDX, "t10k-labels.idx1-ubyte": set(2).labelsIDX,
    ]) { folder throws in
      #expect(try MNISTFolder.load(folder, isTrain: true) == set(1))
      #expect(try MNISTFolder.load(folder, isTrain: false) == set(2))
    }
  }

  @Test func imagesAndLabelsComeFromTheSameFolder() throws {
    try SmallSets.withFolder([
      "MNIST/raw/train-images-idx3-ubyte": set(1).imagesIDX,
      "train-images-idx3-ubyte": set(2).imagesIDX, "train-labels-idx1-ubyte": set(2).labelsIDX,
    ]) { folder throws in
      #expect(try MNISTFolder.load(folder, isTrain: true) == set(2))
    }
  }

  @Test func aFolderOfTheSameNameIsPassedOver() throws {
    try SmallSets.withFolder([
      "train-images-idx3-ubyte/train-images-idx3-ubyte": [],
      "train-images.idx3-ubyte": set(1).imagesIDX, "train-labels-idx1-ubyte": set(1).labelsIDX,
    ]) { folder throws in
      #expect(try MNISTFolder.load(folder, isTrain: true) == set(1))
    }
  }

  @Test func whatIsMissingIsListedWithEveryNameAndFolder() throws {
    try SmallSets.withFolder { folder throws in
      let error = MNISTFolderError.missing(
        path: folder, names: Self.images + Self.labels,
        folders: ["\(folder)/MNIST/raw/", "\(folder)/"], found: [])
      #expect(throws: error) { try MNISTFolder.load(folder, isTrain: true) }
      #expect(
        error.description
          == "\(folder): data is missing (expected an image and a label file together, named "
          + "train-images-idx3-ubyte or train-images.idx3-ubyte or train-labels-idx1-ubyte or "
          + "train-labels.idx1-ubyte, each with .gz or not, in \(folder)/MNIST/raw/ or "
          + "\(folder)/, found nothing)")
    }
  }

  @Test func halvesInDifferentFoldersAreNamed() throws {
    try SmallSets.withFolder([
      "MNIST/raw/t10k-images-idx3-ubyte.gz": [], "t10k-labels-idx1-ubyte": [],
      "train-labels-idx1-ubyte": [],
    ]) { folder throws in
      #expect {
        try MNISTFolder.load(folder, isTrain: false)
      } throws: {
        String(describing: $0).hasSuffix(
          "found only \(folder)/MNIST/raw/t10k-images-idx3-ubyte.gz and "
            + "\(folder)/t10k-labels-idx1-ubyte)")
      }
      #expect {
        try MNISTFolder.load(folder, isTrain: true)
      } throws: {
        String(describing: $0).hasSuffix("found only \(folder)/train-labels-idx1-ubyte)")
      }
    }
  }

  @Test func aMissingDirectoryIsToldWhatShouldBeInIt() throws {
    try SmallSets.withFolder { folder throws in
      #expect {
        try MNISTFolder.load(folder + "/no", isTrain: true)
      } throws: {
        String(describing: $0).hasPrefix("\(folder)/no: data is missing (expected")
          && String(describing: $0).hasSuffix(", found no such folder)")
      }
      #expect(throws: FileError.emptyPath) { try MNISTFolder.load("", isTrain: true) }
    }
  }

  @Test func aFileInPlaceOfTheDirectoryIsNamed() throws {
    try SmallSets.withFolder(["file": Array("label,p0,p1\n".utf8)]) { folder throws in
      let error = try MNISTFolderError.notADirectory(StrayFile(folder + "/file"))
      #expect(throws: error) { try MNISTFolder.load(folder + "/file", isTrain: true) }
      #expect(
        error.description == "\(folder)/file: not a folder "
          + "(expected the folder that holds the data, or a CSV or NPZ file, found a CSV file)")
      try SmallSets.put(set(1), in: folder)
      #expect {
        try MNISTFolder.load(folder + "/train-images-idx3-ubyte", isTrain: true)
      } throws: {
        "\($0)".hasSuffix("found an IDX file; did you mean \(folder)?)")
      }
    }
  }

  @Test func aLinkThatLeadsNowhereAndANamedPipeAreNamedNotPassedOver() throws {
    try SmallSets.withFolder(["train-labels-idx1-ubyte.gz": set(1).labelsIDX]) { folder throws in
      let images = folder + "/train-images-idx3-ubyte"
      symlink("nothing", images)
      #expect(
        throws: FileError.cannotRead(path: images, reason: "No such file or directory")
      ) { try MNISTFolder.load(folder, isTrain: true) }
      unlink(images)
      mkfifo(images, 0o600)
      #expect(throws: FileError.notARegularFile(path: images, kind: "a named pipe")) {
        try MNISTFolder.load(folder, isTrain: true)
      }
    }
  }

  @Test func aNameTooLongForTheSystemIsNamed() throws {
    let name = String(repeating: "x", count: 300)
    #expect(throws: FileError.cannotRead(path: "/\(name)", reason: "File name too long")) {
      try MNISTFolder.load("/\(name)", isTrain: true)
    }
  }

  @Test func differentCountsAreNamedWithBothFiles() throws {
    try SmallSets.withFolder([
      "train-images-idx3-ubyte": set(1).imagesIDX,
      "train-labels-idx1-ubyte": IDXHeader.encoded(.labels, sizes: [3]) + [0, 1, 2],
    ]) { folder throws in
      let images = "\(folder)/train-images-idx3-ubyte"
      let labels = "\(folder)/train-labels-idx1-ubyte"
      let error = ArrayError.countsDiffer(
        imagesPath: images, images: 2, labelsPath: labels, labels: 3)
      #expect(throws: error) { try MNISTFolder.load(folder, isTrain: true) }
      #expect(
        error.description == "\(labels): not as many labels as there are images in \(images) "
          + "(expected 2, found 3)")
    }
  }

  @Test func aLabelBeyondTheClassesIsNamedWithItsPlace() throws {
    let set = ImageSet(height: 1, width: 1, pixels: [1, 2, 3], labels: [4, 12, 13])
    try SmallSets.withFolder([
      "t10k-images-idx3-ubyte": set.imagesIDX, "t10k-labels-idx1-ubyte": set.labelsIDX,
    ]) { folder throws in
      let path = "\(folder)/t10k-labels-idx1-ubyte"
      let error = IDXError.labelOutOfRange(path: path, index: 1, label: 12, classes: 10)
      #expect(throws: error) { try MNISTFolder.load(folder, isTrain: false, classes: 10) }
      #expect(
        error.description
          == "\(path): label at index 1 is beyond the classes (expected 0…9, found 12)")
      #expect(throws: IDXError.self) {
        try MNISTFolder.load(folder, isTrain: false, classes: 13)
      }
      #expect(try MNISTFolder.load(folder, isTrain: false, classes: 14) == set)
      #expect(try MNISTFolder.load(folder, isTrain: false) == set)
    }
  }

  @Test(.enabled(if: SharedData.folder != nil, "no ../shared/data/MNIST/raw beside the package"))
  func theRealSetsHaveThePublishedChecksums() throws {
    let folder = try #require(SharedData.folder)
    let train = try MNISTFolder.load(folder, isTrain: true)
    #expect(sizes(train) == [60_000, 28, 28, 10])
    #expect(train.imagesCRC32 == 0xe9f4_d8b3)
    #expect(train.labelsCRC32 == 0xe0cb_4ad2)
    #expect(train.labels.prefix(5) == [5, 0, 4, 1, 9])
    let test = try MNISTFolder.load(folder, isTrain: false, classes: 10)
    #expect(sizes(test) == [10_000, 28, 28, 10])
    #expect(test.imagesCRC32 == 0x9137_3bdf)
    #expect(test.labelsCRC32 == 0x4ab9_eff9)
  }
}

private func sizes(_ set: ImageSet) -> [Int] {
  [set.count, set.height, set.width, set.classCount]
}

/// Two images that no other `number` has.
private func set(_ number: Int) -> ImageSet {
  ImageSet(
    height: 1, width: 2, pixels: [1, 2, 3, UInt8(number)], labels: [UInt8(number), 0])
}
