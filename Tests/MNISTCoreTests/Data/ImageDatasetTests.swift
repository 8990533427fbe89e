import Foundation
import Testing

@testable import MNISTCore

@Suite struct ImageDatasetTests {
  private let images = ImageSet(
    height: 2, width: 3, pixels: [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255], labels: [1, 0])

  @Test func aPixelIsItsByteDividedBy255() {
    let all = ImageSet(height: 16, width: 16, pixels: Array(0...255), labels: [0])
    #expect(ImageDataset(all)[0].input.numbers == (0...255).map { Float($0) / 255 })
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
      try SmallSets.write(images.imagesIDX, "\(folder)/t10k-images-idx3-ubyte")
      try SmallSets.write(images.labelsIDX, "\(folder)/t10k-labels-idx1-ubyte")
      let dataset = try ImageDataset.load(folder, isTrain: false)
      #expect(dataset.images == images)
      #expect(dataset[0].input.shape == [6])
      #expect(
        try ImageDataset.load(folder, isTrain: false, flatten: false)[0].input.shape == [2, 3])
      #expect(throws: MNISTFolderError.self) { try ImageDataset.load(folder, isTrain: true) }
    }
  }
}
