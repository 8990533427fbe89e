import Foundation
import MNISTCore
import Testing

@Suite struct ImageSetTests {
  private let small = ImageSet(
    height: 2, width: 3, pixels: Array(0..<24), labels: [0, 3, 1, 3])

  @Test func aSetMadeInMemoryKnowsItsSizes() {
    #expect(small.count == 4)
    #expect(small.imageSize == 6)
    #expect(small.classCount == 4)
    #expect(ImageSet(height: 1, width: 1, pixels: [9], labels: [255]).classCount == 256)
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

  @Test func aSetThatDoesNotFitTogetherIsTheCallersMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = ImageSet(height: 2, width: 3, pixels: Array(0..<23), labels: [0, 3, 1, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = ImageSet(height: 2, width: 3, pixels: [], labels: [])
    }
    await #expect(processExitsWith: .failure) {
      _ = ImageSet(height: 0, width: 3, pixels: [], labels: [1])
    }
  }
}
