@testable import MNISTCore

/// A published set of a few small images, with its files.
struct SmallPublishedSet {
  let train: ImageSet
  let test: ImageSet
  var set: PublishedSet

  init(name: String = "MNIST", subfolder: String = "MNIST/raw", seed: UInt64 = 1) {
    train = SmallSets.fields(24, height: 2, width: 3, classes: 3, seed: seed)
    test = SmallSets.fields(9, height: 2, width: 3, classes: 3, seed: seed + 100)
    set = PublishedSet(
      name: name, subfolder: subfolder, train: Self.part("train", train),
      test: Self.part("t10k", test), mirrors: [])
  }

  /// The names and contents of the four files.
  var files: [String: [UInt8]] {
    [
      set.train.images.name: train.imagesIDX, set.train.labels.name: train.labelsIDX,
      set.test.images.name: test.imagesIDX, set.test.labels.name: test.labelsIDX,
    ]
  }

  /// What a mirror of it answers, its files in `folder`.
  func answers(in folder: String = "") -> [String: LoopbackServer.Answer] {
    var answers: [String: LoopbackServer.Answer] = [:]
    for (name, bytes) in files {
      answers["\(folder)\(name).gz"] = .content(SmallSets.gzip(bytes))
    }
    return answers
  }

  private static func part(_ prefix: String, _ images: ImageSet) -> PublishedSet.Part {
    .init(
      images: .init(
        name: "\(prefix)-images-idx3-ubyte", byteCount: images.imagesIDX.count,
        digests: FileDigests(crc32: images.imagesCRC32)),
      labels: .init(
        name: "\(prefix)-labels-idx1-ubyte", byteCount: images.labelsIDX.count,
        digests: FileDigests(crc32: images.labelsCRC32)))
  }
}

extension DataSource {
  /// The same source in a world where these two are the published sets, and a download is soon given up.
  func with(_ mnist: SmallPublishedSet, _ fashion: SmallPublishedSet) -> DataSource {
    var source = self
    source.sets = [.mnist: mnist.set, .fashionMNIST: fashion.set]
    source.limits = .short
    return source
  }
}

extension HTTPLimits {
  /// Nobody waits for a test.
  static let short = HTTPLimits(connectMilliseconds: 200, stallSeconds: 1)
}
