import Testing

@testable import MNISTCore

@Suite struct AugmentationTests {
  private let images = BuiltInDigits.make(isTrain: true, count: 60, seed: 3)

  private func dataset(
    _ kinds: [Augmentation.Kind], strength: Double = 1, seed: UInt64 = 1, epoch: Int = 0
  ) -> AugmentedDataset {
    let set = AugmentedDataset(
      images, indices: Array(0..<images.count), Augmentation(kinds, strength: strength),
      epochCount: 10, seed: seed)
    set.epoch = epoch
    return set
  }

  private let rows = Array(0..<60)

  @Test func withoutAKindTheImagesAreTheirs() {
    #expect(dataset([]).pixels(of: rows) == images.pixels)
  }

  @Test(arguments: Augmentation.Kind.allCases)
  func eachKindVariesEveryImageAndKeepsItsLabel(_ kind: Augmentation.Kind) {
    let set = dataset([kind])
    let varied = set.pixels(of: rows)
    for row in rows {
      let range = row * 784..<(row + 1) * 784
      #expect(varied[range] != images.pixels[range])
    }
    let batch = set.batch([5, 7])
    #expect(batch.labels == [Int(images.labels[5]), Int(images.labels[7])])
    #expect(batch.inputs.shape == [2, 784])
    let both = Array(varied[5 * 784..<6 * 784]) + Array(varied[7 * 784..<8 * 784])
    #expect(batch.inputs.numbers == both.map { Float($0) / 255 })
  }

  @Test func anImageIsTheSameInAnyCompanyOfItsEpochAndAnotherInTheNext() {
    let kinds = Augmentation.Kind.allCases
    let all = dataset(kinds).pixels(of: rows)
    #expect(dataset(kinds).pixels(of: [9]) == Array(all[9 * 784..<10 * 784]))
    let set = dataset(kinds)
    set.epoch = 5
    _ = set.pixels(of: rows)
    set.epoch = 0
    #expect(set.pixels(of: rows) == all)
    #expect(dataset(kinds, epoch: 1).pixels(of: rows) != all)
    #expect(dataset(kinds, seed: 2).pixels(of: rows) != all)
    // One kind's draws are another's neighbours, not its own.
    #expect(dataset([.stroke]).pixels(of: rows) != dataset([.elastic]).pixels(of: rows))
  }

  @Test func theLastThreeTenthsAreWeaker() {
    let augmentation = Augmentation([.affine], strength: 2)
    func strength(_ epoch: Int) -> Double { augmentation.strength(inEpoch: epoch, of: 20) }
    #expect(strength(0) == 2 && strength(14) == 2)
    #expect(abs(strength(17) - 1.4) < 1e-12 && abs(strength(20) - 0.8) < 1e-12)
  }

  @Test func theMeanInkMovesWithinItsBoundsOnly() {
    // Shifts of two pixels, and what a turn by 12° and a shear do: no image of digits leaves its frame.
    func ink(_ pixels: [UInt8], _ row: Int) -> Double {
      pixels[row * 784..<(row + 1) * 784].reduce(0) { $0 + Double($1) }
    }
    let varied = dataset([.affine, .elastic]).pixels(of: rows)
    for row in rows {
      let ratio = ink(varied, row) / ink(images.pixels, row)
      #expect(0.6 < ratio && ratio < 1.6, "\(row): \(ratio)")
    }
  }

  @Test func kindsHaveOneOrder() {
    #expect(Augmentation([.stroke, .affine]).kinds == [.affine, .stroke])
    #expect(Augmentation([.stroke, .stroke]) == Augmentation([.stroke]))
  }
}
