import Foundation
import Testing

@testable import MNISTCore

/// MNIST's test digits as another program renders them; `Tests/render_digits.py` says how to run this.
@Suite(
  .enabled(
    if: RenderedDigits.folder != nil,
    "skipped: MNIST_DIGITS names no folder that Tests/render_digits.py wrote"))
struct RenderedDigitsTests {
  @Test func renderedDigitsAreReadAsWellAsTheTestSet() throws {
    let folder = try #require(RenderedDigits.folder)
    let environment = ProcessInfo.processInfo.environment
    let checkpoint = try Checkpoint(readingFrom: try #require(environment["MNIST_MODEL"]))
    let model = SavedModel(checkpoint).makeModel()
    let (height, width) = (checkpoint.settings.imageHeight, checkpoint.settings.imageWidth)
    var pixels: [UInt8] = []
    var labels: [UInt8] = []
    var indices: [Int] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let parts = name.split { $0 == "-" || $0 == "." }
      guard parts.count == 3, let index = Int(parts[0]), let label = UInt8(parts[1]) else {
        continue
      }
      let image = ModelImage(
        fitting: try PictureFile.read("\(folder)/\(name)"), height: height, width: width)
      #expect(!image.isBlank && image.isInverted, "\(name)")
      pixels += image.pixels
      labels.append(label)
      indices.append(index)
    }
    let rendered = ImageSet(height: height, width: width, pixels: pixels, labels: labels)
    let tests = try MNISTFolder.load(
      environment["MNIST_DATA"] ?? "../shared/data", isTrain: false)
    let accuracy = model.accuracy(on: ImageDataset(rendered), batchSize: 256)
    let expected = model.accuracy(
      on: Subset(ImageDataset(tests), indices: indices), batchSize: 256)
    print("\(labels.count) rendered digits: accuracy \(accuracy), of the test set's \(expected)")
    #expect(accuracy > expected - 0.01)
  }
}

private enum RenderedDigits {
  static let folder = ProcessInfo.processInfo.environment["MNIST_DIGITS"]
}
