import Testing

@testable import MNISTCore

@Suite struct BuiltInDigitsTests {
  private static let few = BuiltInDigits.make(isTrain: true, count: 1_000)

  @Test func aSetIsSixtyThousandToTrainOnAndTenThousandToTestWith() {
    let train = BuiltInDigits.make(isTrain: true)
    let test = BuiltInDigits.make(isTrain: false)
    #expect(train.count == 60_000)
    #expect(test.count == 10_000)
    for set in [train, test] {
      #expect([set.height, set.width, set.classCount] == [28, 28, 10])
      for digit in 0..<10 {
        #expect(set.labels.count { $0 == digit } == set.count / 10)
      }
    }
    // No image of one part, nor of the same part, is there twice.
    #expect(Set(images(train) + images(test)).count == 70_000)
    expectLayoutOfMNIST(train)
    expectLayoutOfMNIST(test)
    // What few images need shows here only; see `theBytesAreTheseOnEveryMachine`.
    #expect(train.imagesCRC32 == 0xfe1f_6be5)
    #expect(test.imagesCRC32 == 0x9159_5b9a)
  }

  @Test(arguments: [1, 2, 3])
  func theBytesAreTheSameForAnyThreadCount(_ threads: Int) {
    let set = ThreadPool.use(threadCount: threads) {
      BuiltInDigits.make(isTrain: true, count: 1_000)
    }
    #expect(set == Self.few)
  }

  /// These change whenever a digit is drawn otherwise, and on purpose only: models name their data by
  /// the checksums.
  @Test func theBytesAreTheseOnEveryMachine() {
    #expect(Self.few.imagesCRC32 == 0xc89e_1e50)
    let test = BuiltInDigits.make(isTrain: false, count: 1_000, seed: .max)
    #expect(test.imagesCRC32 == 0x42fa_7df5)
  }

  @Test func anotherSeedOrPartHasOtherImages() {
    let sets = [
      Self.few, BuiltInDigits.make(isTrain: true, count: 1_000, seed: 1),
      BuiltInDigits.make(isTrain: false, count: 1_000),
      BuiltInDigits.make(isTrain: false, count: 1_000, seed: 1),
    ]
    #expect(Set(sets.flatMap(images)).count == 4_000)
  }

  @Test(arguments: [1, 249, 250, 251])
  func aSmallerSetIsTheBeginningOfALargerOne(_ count: Int) {
    let set = BuiltInDigits.make(isTrain: true, count: count)
    #expect(set.count == count)
    #expect(set.pixels == Array(Self.few.pixels[..<(count * 784)]))
    #expect(set.labels == Array(Self.few.labels[..<count]))
  }

  /// MNIST: mean 33.3, standard deviation 78.6, 19 % of the pixels not 0, 7 % at least 250.
  @Test func thereIsAsMuchInkAsInMNIST() {
    let pixels = Self.few.pixels
    let count = Double(pixels.count)
    let mean = pixels.reduce(0) { $0 + Double($1) } / count
    let variance = pixels.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    #expect(abs(mean - 33.3) < 3)
    #expect(abs(variance.squareRoot() - 78.6) < 3)
    #expect(abs(Double(pixels.count { $0 > 0 }) / count - 0.19) < 0.02)
    #expect(abs(Double(pixels.count { $0 >= 250 }) / count - 0.07) < 0.01)
  }

  @Test func everyFormIsDrawnFromPointsThatAreInItsBox() {
    #expect(DigitForms.all.count == 10)
    for form in DigitForms.all.joined() {
      #expect(form.share > 0)
      for point in form.strokes.flatMap({ $0.from + $0.to }) {
        #expect((-25...125).contains(point.x) && (-5...105).contains(point.y))
      }
    }
  }

  @Test func aModelLearnsToReadThem() throws {
    let test = ImageDataset(BuiltInDigits.make(isTrain: false, count: 2_000))
    #expect(try trainedModel().accuracy(on: test, batchSize: 500) > 0.9)
  }

  @Test(.enabled(if: SharedData.folder != nil, "no ../shared/data/MNIST/raw beside the package"))
  func whoLearnedFromThemReadsMNIST() throws {
    let folder = try #require(SharedData.folder)
    let test = ImageDataset(try MNISTFolder.load(folder, isTrain: false))
    #expect(try trainedModel().accuracy(on: test, batchSize: 500) > 0.87)
  }

  /// A small model after three passes over ten thousand digits.
  private func trainedModel() throws -> ImageClassifier {
    let images = BuiltInDigits.make(isTrain: true, count: 10_000)
    let settings = SmallSets.settings(images, hiddenSizes: [256], batchSize: 64, epochCount: 3)
    let run = TrainingRun(settings, images: images)
    try run.train()
    return run.model
  }
}

private func images(_ set: ImageSet) -> [[UInt8]] {
  (0..<set.count).map { Array(set.pixels[($0 * 784)..<($0 + 1) * 784]) }
}

/// The ink lies within 20×20 pixels, and its centre of mass in the pixel with index 14; in one image
/// of a thousand at most it may be a pixel off, where the ink has reached the edge.
private func expectLayoutOfMNIST(
  _ set: ImageSet, sourceLocation: SourceLocation = #_sourceLocation
) {
  var offCount = 0
  for index in 0..<set.count {
    // Ink by column and by row.
    var sums = [[Int]](repeating: [Int](repeating: 0, count: 28), count: 2)
    for place in 0..<784 {
      let level = Int(set.pixels[index * 784 + place])
      sums[0][place % 28] += level
      sums[1][place / 28] += level
    }
    for sum in sums {
      let mass = sum.reduce(0, +)
      let distance = abs(2 * zip(0..., sum).reduce(0) { $0 + $1.0 * $1.1 } - 28 * mass)
      let first = sum.firstIndex { $0 > 0 } ?? 0
      let last = sum.lastIndex { $0 > 0 } ?? 27
      let touchesEdge = first == 0 || last == 27
      if distance > mass && touchesEdge { offCount += 1 }
      if distance > (touchesEdge ? 3 : 1) * mass || last - first >= 20 {
        Issue.record(
          "image \(index): ink in \(first)…\(last), its centre off by \(distance) / \(2 * mass)",
          sourceLocation: sourceLocation)
        return
      }
    }
  }
  #expect(offCount <= set.count / 1_000, sourceLocation: sourceLocation)
}
