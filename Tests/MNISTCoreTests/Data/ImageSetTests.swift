import Testing

@testable import MNISTCore

@Suite struct ImageSetTests {
  private let small = ImageSet(
    height: 2, width: 3, pixels: Array(0..<24), labels: [0, 3, 1, 3])

  @Test func aSetMadeInMemoryKnowsItsSizes() {
    #expect(small.count == 4)
    #expect(small.imageSize == 6)
    #expect(small.classCount == 4)
    #expect(ImageSet(height: 1, width: 1, pixels: [9], labels: [255]).classCount == 256)
    let smallest = ImageSet(height: 1, width: 1, pixels: [9], labels: [0])
    #expect(smallest.classCount == 1 && smallest.size.description == "1×1")
  }

  @Test func theEncodedFormsAreIDXFiles() {
    #expect(
      small.imagesIDX == [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3] + Array(0..<24))
    #expect(small.labelsIDX == [0, 0, 8, 1, 0, 0, 0, 4, 0, 3, 1, 3])
  }

  @Test func theChecksumsAreThoseOfTheEncodedForms() {
    // From Python: zlib.crc32 of the bytes in the test above.
    #expect(small.imagesCRC32 == 0x0d90_d326)
    #expect(small.labelsCRC32 == 0x08ad_eaba)
  }

  @Test func setsDifferWhereASinglePartDoes() {
    let pixels = Array(UInt8(0)..<24)
    #expect(small == ImageSet(height: 2, width: 3, pixels: pixels, labels: [0, 3, 1, 3]))
    #expect(small != ImageSet(height: 3, width: 2, pixels: pixels, labels: [0, 3, 1, 3]))
    #expect(small != ImageSet(height: 2, width: 3, pixels: pixels, labels: [0, 3, 2, 3]))
    #expect(
      small
        != ImageSet(
          height: 2, width: 3, pixels: pixels.reversed(), labels: [0, 3, 1, 3]))
  }

  @Test func aSetIsReadFromItsTwoFilesAndAMissingOneIsNamed() throws {
    let files = ["images": small.imagesIDX, "labels": SmallSets.gzip(small.labelsIDX)]
    try SmallSets.withFolder(files) { folder throws in
      let (images, labels) = ("\(folder)/images", "\(folder)/labels")
      #expect(try ImageSet(imagesPath: images, labelsPath: labels) == small)
      let error = FileError.cannotRead(path: "\(folder)/no", reason: "No such file or directory")
      #expect(throws: error) { try ImageSet(imagesPath: "\(folder)/no", labelsPath: labels) }
      #expect(throws: error) { try ImageSet(imagesPath: images, labelsPath: "\(folder)/no") }
    }
  }
}

@Suite struct ImageDatasetTests {
  private let images = ImageSet(
    height: 2, width: 3, pixels: [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255], labels: [1, 0])

  @Test func aPixelIsItsByteDividedBy255() {
    let all = ImageSet(height: 16, width: 16, pixels: Array(0...255), labels: [0])
    let expected: [Float] = (0...255).map { Float($0) / 255 }
    #expect(ImageDataset(all)[0].input.numbers == expected)
  }

  @Test func imagesAreRowsOrKeepTheirShape() {
    #expect(ImageDataset(images).batch([0, 1]).inputs.shape == [2, 6])
    #expect(ImageDataset(images, flatten: false).batch([0, 1]).inputs.shape == [2, 2, 3])
    #expect(ImageDataset(images)[1].input.shape == [6])
    #expect(ImageDataset(images, flatten: false)[1].input.shape == [2, 3])
    #expect(ImageDataset(images).count == 2)
  }

  @Test func aBatchHasItsRowsInTheOrderAskedFor() {
    let batch = ImageDataset(images).batch([1, 0, 1])
    let bytes = [250, 251, 252, 253, 254, 255, 0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]
    #expect(batch.inputs.numbers == bytes.map { Float($0) / 255 })
    #expect(batch.labels == [0, 1, 0])
  }

  /// More rows than one thread takes at a time.
  @Test(arguments: [1, 2, 3])
  func manyRowsAreTheSameForAnyThreadCount(_ threads: Int) {
    let set = SmallSets.fields(700, height: 10, width: 14)
    let order = RandomGenerator(seed: 1).permutation(700)
    let batch = ThreadPool.use(threadCount: threads) {
      ImageDataset(set).batch(order[...])
    }
    let pixels = order.flatMap { set.pixels[($0 * 140)..<($0 + 1) * 140] }
    #expect(batch.inputs.numbers == pixels.map { Float($0) / 255 })
    #expect(batch.labels == order.map { Int(set.labels[$0]) })
  }

  @Test func aSetIsLoadedFromItsFolder() throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(images, "t10k", in: folder)
      let dataset = try ImageDataset.load(folder, isTrain: false)
      #expect(dataset.images == images)
      #expect(dataset[0].input.shape == [6])
      #expect(
        try ImageDataset.load(folder, isTrain: false, flatten: false)[0].input.shape == [2, 3])
      #expect(throws: MNISTFolderError.self) { try ImageDataset.load(folder, isTrain: true) }
    }
  }
}
