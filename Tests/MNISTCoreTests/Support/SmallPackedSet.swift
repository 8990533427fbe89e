@testable import MNISTCore

/// A published set of a few small images that is told by the MD5s of its packed files, as KMNIST, QMNIST and EMNIST
/// are.
struct SmallPackedSet {
  /// As they are loaded.
  let train: ImageSet
  let test: ImageSet
  var set: PublishedSet
  /// By their names, with `.gz`.
  private(set) var packed: [String: [UInt8]] = [:]
  /// By their names, without.
  private(set) var unpacked: [String: [UInt8]] = [:]

  static let kmnist = SmallPackedSet(
    "KMNIST", "KMNIST/raw", prefixes: ["train", "t10k"], classNames: ["o", "ki", "su"])
  static let qmnist = SmallPackedSet(
    "QMNIST", "QMNIST/raw", prefixes: ["qmnist-train", "qmnist-test"], hasWideLabels: true)
  static let letters = SmallPackedSet(
    "EMNIST letters", "EMNIST/raw", prefixes: ["emnist-letters-train", "emnist-letters-test"],
    classNames: ["N/A", "a", "b"], isEMNIST: true)

  /// The archive with the files of the set, between others.
  let archive: [UInt8]

  private init(
    _ name: String, _ subfolder: String, prefixes: [String], classNames: [String]? = nil,
    hasWideLabels: Bool = false, isEMNIST: Bool = false
  ) {
    let parts = [24, 9].enumerated().map { index, count in
      let images = SmallSets.fields(
        count, height: 2, width: 3, classes: 3, seed: UInt64(200 + index))
      // As EMNIST's letters, none is of class 0.
      return ImageSet(
        height: 2, width: 3, pixels: images.pixels,
        labels: isEMNIST ? images.labels.map { max(1, $0) } : images.labels, classNames: classNames)
    }
    (train, test) = (parts[0], parts[1])
    var files: [PublishedSet.Part] = []
    for (prefix, images) in zip(prefixes, parts) {
      let imagesIDX = isEMNIST ? Self.transposed(images).imagesIDX : images.imagesIDX
      let labelsIDX = hasWideLabels ? Self.wide(images.labels) : images.labelsIDX
      let labelsName = "\(prefix)-labels-" + (hasWideLabels ? "idx2-int" : "idx1-ubyte")
      files.append(
        PublishedSet.Part(
          images: Self.file("\(prefix)-images-idx3-ubyte", imagesIDX, hasMD5: false),
          labels: Self.file(labelsName, labelsIDX, hasMD5: hasWideLabels)))
      for (file, bytes) in [(files.last?.images, imagesIDX), (files.last?.labels, labelsIDX)] {
        unpacked[file?.name ?? ""] = bytes
        packed["\(file?.name ?? "").gz"] = SmallSets.gzip(bytes)
      }
    }
    var archive = ZIPWriter()
    archive.add("gzip/emnist-letters-mapping.txt", Array("1 65 97\n".utf8))
    for (name, bytes) in packed.sorted(by: { $0.key < $1.key }) {
      archive.add("gzip/\(name)", bytes)
    }
    archive.add("gzip/emnist-mnist-mapping.txt", [])
    self.archive = archive.finished()
    set = PublishedSet(
      name: name, subfolder: subfolder, train: files[0], test: files[1], mirrors: [],
      archive: isEMNIST
        ? .init(
          name: "gzip.zip", md5: MD5.digest(self.archive), limitBytes: 100_000, mirrors: []) : nil,
      classNames: classNames, isTransposed: isEMNIST)
  }

  private static func file(
    _ name: String, _ bytes: [UInt8], hasMD5: Bool
  ) -> PublishedSet.File {
    PublishedSet.File(
      name: name, byteCount: bytes.count,
      digests: FileDigests(
        md5: hasMD5 ? MD5.digest(bytes) : nil, packedMD5: MD5.digest(SmallSets.gzip(bytes))))
  }

  /// Pixel by pixel, written down anew.
  private static func transposed(_ images: ImageSet) -> ImageSet {
    var pixels: [UInt8] = []
    for index in 0..<images.count {
      for column in 0..<images.width {
        for row in 0..<images.height {
          pixels.append(images.pixels[(index * images.height + row) * images.width + column])
        }
      }
    }
    return ImageSet(
      height: images.width, width: images.height, pixels: pixels, labels: images.labels)
  }

  /// As QMNIST has them: eight big-endian words a row, the class and where the image is from.
  private static func wide(_ labels: [UInt8]) -> [UInt8] {
    let rows = labels.enumerated().flatMap { index, label in
      [Int(label), 1, index, 40_000, 0, 7, 1 << 20, 9]
    }
    return ([0x0C02, labels.count, 8] + rows).flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  /// What a mirror of its files answers.
  var answers: [String: LoopbackServer.Answer] { packed.mapValues { .content($0) } }
}
