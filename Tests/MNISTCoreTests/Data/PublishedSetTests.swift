import Testing

@testable import MNISTCore

/// What is known of the sets that are found and downloaded by name.
@Suite struct PublishedSetTests {
  /// As their authors' pages say.
  @Test func everySetHasItsNumberOfImages() {
    let counts: [DatasetChoice: (train: Int, test: Int)] = [
      .mnist: (60_000, 10_000), .fashionMNIST: (60_000, 10_000), .kmnist: (60_000, 10_000),
      .qmnist: (60_000, 60_000), .emnistLetters: (124_800, 20_800),
      .emnistDigits: (240_000, 40_000), .emnistBalanced: (112_800, 18_800),
      .emnistByClass: (697_932, 116_323), .emnistByMerge: (697_932, 116_323),
      .emnistMNIST: (60_000, 10_000),
    ]
    #expect(Set(counts.keys) == Set(PublishedSet.all.keys))
    for (name, set) in PublishedSet.all {
      for (part, count) in [(set.train, counts[name]?.train), (set.test, counts[name]?.test)] {
        let count = count ?? 0
        #expect(part.images.byteCount == 16 + 784 * count, "\(name)")
        let labels = name == .qmnist ? 12 + 32 * count : 8 + count
        #expect(part.labels.byteCount == labels, "\(name)")
      }
    }
  }

  @Test func ofEMNISTRowsAndColumnsAreSwappedAndOneArchiveHoldsAll() {
    for set in PublishedSet.all.values {
      #expect(set.isTransposed == set.name.hasPrefix("EMNIST "))
      #expect(set.archive?.limitBytes == (set.isTransposed ? 600_000_000 : nil))
    }
  }

  @Test func aSetOfMoreClassesHasOtherNames() {
    let names = PublishedSet.all[.emnistLetters]?.classNames
    #expect(names?.count == 27)
    #expect(PublishedSet.classNames(of: "emnist-letters", atLeast: 27) == names)
    #expect(PublishedSet.classNames(of: "emnist-letters", atLeast: 28) == nil)
    #expect(PublishedSet.classNames(of: "emnist-digits", atLeast: 10) == nil)
  }

  @Test func everyFileHasADigestOfItsOwn() {
    let files = PublishedSet.all.values.flatMap { [$0.train, $0.test] }
      .flatMap { [$0.images, $0.labels] }
    let digests = files.map { "\($0.digests)" }
    #expect(Set(digests).count == 40)
    for digest in files.flatMap({ [$0.digests.md5, $0.digests.packedMD5] }).compactMap(\.self) {
      #expect(digest.wholeMatch(of: /[0-9a-f]{32}/) != nil, "\(digest)")
    }
  }

  /// Whoever changes a digest looks it up at its source, and then changes this: without the files, nothing else
  /// would tell a slip.
  @Test func theDigestsAreThoseThatWereComparedWithTheirSources() {
    let lines = PublishedSet.all.values.sorted { $0.name < $1.name }.flatMap { set in
      [set.train.images, set.train.labels, set.test.images, set.test.labels].map { "\($0)" }
        + [set.archive?.md5 ?? ""]
    }
    #expect(CRC32.checksum(Array(lines.joined(separator: "\n").utf8)) == 0x6c07_f5c6)
  }
}
