import Foundation
import Testing

@testable import MNISTCore

/// Sets that are told by the MD5s of their packed files: found, read, downloaded and known again.
@Suite struct PublishedFilesTests {
  private let kmnist = SmallPackedSet.kmnist
  private let qmnist = SmallPackedSet.qmnist
  private let letters = SmallPackedSet.letters

  // MARK: - The folder

  @Test(arguments: [DatasetChoice.kmnist, .qmnist, .emnistLetters])
  func thePackedFilesAreThePublishedSet(_ choice: DatasetChoice) throws {
    let small = small(choice)
    for place in ["", "/" + small.set.subfolder] {
      try SmallSets.withFolder { folder throws in
        try SmallSets.put(small.packed, in: folder + place)
        let origin = DataOrigin.published(name: small.set.name, folder: folder + place)
        let training = try source(choice, folder).trainingImages()
        #expect(training.images == small.train && training.origin == origin)
        let test = try source(choice, folder).images(of: nil, isTrain: false)
        #expect(test.images == small.test && test.origin == origin)
        #expect(DataText.warnings(training, isTrain: true) == [])
      }
    }
  }

  /// QMNIST's labels can be told unpacked, its images cannot.
  @Test(arguments: [DatasetChoice.kmnist, .qmnist, .emnistLetters])
  func unpackedFilesAreTakenAndNotSaidToBeVerified(_ choice: DatasetChoice) throws {
    let small = small(choice)
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(small.unpacked, in: folder)
      let data = try source(choice, folder).trainingImages()
      #expect(data.images == small.train)
      #expect(data.origin == .unverified(name: small.set.name, folder: folder))
      #expect(
        data.description
          == "\(small.set.name) (\(folder); not verified: of the unpacked files no digest is known)"
      )
      // Beside the packed files, as torchvision leaves them, these count.
      try SmallSets.put(small.packed, in: folder)
      #expect(
        try source(choice, folder).trainingImages().origin
          == .published(name: small.set.name, folder: folder))
    }
  }

  @Test(arguments: ["", "EMNIST/raw/"])
  func theFilesAreTakenOutOfAnArchiveThatIsThere(_ place: String) throws {
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(letters.unpacked, in: "\(folder)/\(place)")
      try SmallSets.put(["\(place)gzip.zip": letters.archive], in: folder)
      let data = try source(.emnistLetters, folder).trainingImages()
      #expect(data.images == letters.train)
      let found = place.isEmpty ? folder : "\(folder)/EMNIST/raw"
      #expect(data.origin == .published(name: "EMNIST letters", folder: found))
      let test = try source(.emnistLetters, folder)
        .images(of: identity(letters, .emnistLetters), isTrain: false)
      #expect(test.images == letters.test && test.kinship == .own)
      #expect(try SmallSets.names(found).count == 5)
    }
  }

  @Test func anArchiveThatIsCutOffIsNamedAndNotReplaced() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/EMNIST/raw/gzip.zip"
      try SmallSets.put(["EMNIST/raw/gzip.zip": Array(letters.archive.dropLast(30))], in: folder)
      #expect(throws: ZIPError.noEnd(path: path, foundBytes: letters.archive.count - 30)) {
        try source(.emnistLetters, folder).trainingImages()
      }
    }
  }

  @Test func anArchiveWithAnotherFileIsNamed() throws {
    var writer = ZIPWriter()
    for (name, bytes) in letters.packed { writer.add(name, bytes + [0]) }
    try SmallSets.withFolder(["gzip.zip": writer.finished()]) { folder throws in
      let labels = letters.set.train.labels
      let expected = try #require(labels.digests.packedMD5)
      let found = MD5.digest(try #require(letters.packed[labels.name + ".gz"]) + [0])
      let error = DataSourceError.wrongArchive(
        path: "\(folder)/gzip.zip", name: labels.name + ".gz", expectedMD5: expected,
        foundMD5: found)
      #expect(throws: error) { try source(.emnistLetters, folder).trainingImages() }
      #expect(
        ErrorText.sentence(error)
          == "\(folder)/gzip.zip: not the archive as it was published, or damaged (expected "
          + "\(labels.name).gz in it with MD5 \(expected), found \(found); move it away to have it "
          + "downloaded)")
    }
  }

  @Test func whatIsTakenOutOfAnArchiveHasALimit() throws {
    var writer = ZIPWriter()
    for (name, bytes) in letters.packed {
      writer.add(name, name.contains("train-labels") ? [UInt8](repeating: 0, count: 65_569) : bytes)
    }
    try SmallSets.withFolder(["gzip.zip": writer.finished()]) { folder throws in
      let labels = letters.set.train.labels
      #expect(labels.byteCount == 32)
      let error = ZIPError.tooLarge(
        path: "\(folder)/gzip.zip", entry: "\(labels.name).gz", limitBytes: 65_568,
        foundBytes: 65_569)
      #expect(throws: error) { try source(.emnistLetters, folder).trainingImages() }
    }
  }

  @Test func anotherArchiveOfThatNameIsPassedOver() throws {
    var other = ZIPWriter()
    other.add("emnist-letters-train-images-idx3-ubyte.gz.txt", [1])
    try SmallSets.withFolder(["gzip.zip": other.finished()]) { folder throws in
      try SmallSets.put(letters.packed, in: "\(folder)/EMNIST/raw")
      #expect(try source(.emnistLetters, folder).trainingImages().images == letters.train)
      try FileManager.default.removeItem(atPath: "\(folder)/EMNIST")
      #expect(throws: DownloadError.self) { try source(.emnistLetters, folder).trainingImages() }
    }
  }

  @Test func ofTwoFilesOfOneNameInAnArchiveTheFirstCounts() throws {
    var writer = ZIPWriter()
    for (name, bytes) in letters.packed { writer.add("z/\(name)", bytes) }
    for name in letters.packed.keys { writer.add("a/\(name)", [1]) }
    try SmallSets.withFolder(["gzip.zip": writer.finished()]) { folder throws in
      #expect(try source(.emnistLetters, folder).trainingImages().images == letters.train)
    }
  }

  // MARK: - Other files

  /// Of each file one bit, in what gzip's own checks do not see too.
  @Test func anotherPackedFileIsAnErrorThatNamesIt() throws {
    for (name, bytes) in kmnist.packed {
      for place in [4, bytes.count - 10] {
        try SmallSets.withFolder { folder throws in
          var files = kmnist.packed
          files[name]?[place] ^= 1
          try SmallSets.put(files, in: folder)
          let isTrain = name.hasPrefix("train")
          let part = kmnist.set.part(isTrain: isTrain)
          let file = name.contains("images") ? part.images : part.labels
          let error = DataSourceError.notPublished(
            path: "\(folder)/\(name)", set: "KMNIST",
            expected: .packedMD5(try #require(file.digests.packedMD5)),
            found: .packedMD5(MD5.digest(try #require(files[name]))))
          #expect(throws: error) {
            isTrain
              ? try source(.kmnist, folder).trainingImages()
              : try source(.kmnist, folder).images(of: nil, isTrain: false)
          }
        }
      }
    }
    let error = DataSourceError.notPublished(
      path: "p", set: "KMNIST", expected: .packedMD5("a"), found: .packedMD5("b"))
    #expect(
      ErrorText.sentence(error)
        == "p: not KMNIST as it was published, or damaged (expected MD5 of the packed file a, found b; "
        + "move it away to have it downloaded, or use --dataset auto to take it as it is)")
  }

  @Test func unpackedFilesOfAnotherSizeAreOthers() throws {
    try SmallSets.withFolder { folder throws in
      var files = kmnist.unpacked
      files["train-images-idx3-ubyte"]?.removeLast()
      try SmallSets.put(files, in: folder)
      let size = kmnist.train.imagesIDX.count
      let error = DataSourceError.notPublished(
        path: "\(folder)/train-images-idx3-ubyte", set: "KMNIST", expected: .byteCount(size),
        found: .byteCount(size - 1))
      #expect(throws: error) { try source(.kmnist, folder).trainingImages() }
      #expect("\(error)".contains("(expected \(size) bytes, found \(size - 1) bytes; move"))
    }
  }

  /// MNIST in the folder itself has the same names and the same size.
  @Test func aSetThatIsKnownIsNotTakenForAnother() throws {
    let mnist = SmallPublishedSet()
    try SmallSets.withFolder(mnist.files) { folder throws in
      for isTrain in [true, false] {
        let path = "\(folder)/\(isTrain ? "train" : "t10k")-images-idx3-ubyte"
        let error = DataSourceError.anotherSet(path: path, expected: "KMNIST", found: "MNIST")
        #expect(throws: error) {
          try source(.kmnist, folder).images(of: nil, isTrain: isTrain)
        }
        #expect(
          "\(error)" == "\(path): another set (expected KMNIST, found MNIST; move it away to have "
            + "KMNIST downloaded)")
      }
    }
  }

  /// The structure of what cannot be told is checked all the same.
  @Test func unpackedFilesOfThatSizeMustBeImagesAndLabels() throws {
    try SmallSets.withFolder(kmnist.unpacked) { folder throws in
      var labels = kmnist.train.labelsIDX
      labels[8] = 3
      try SmallSets.write(labels, "\(folder)/train-labels-idx1-ubyte")
      let path = "\(folder)/train-labels-idx1-ubyte"
      #expect(throws: IDXError.labelOutOfRange(path: path, index: 0, label: 3, classes: 3)) {
        try source(.kmnist, folder).trainingImages()
      }
      labels[3] = 3
      try SmallSets.write(labels, path)
      #expect(throws: IDXError.self) { try source(.kmnist, folder).trainingImages() }
    }
  }

  @Test func labelsThatWerePackedAnewAreToldByTheirContent() throws {
    let name = "qmnist-train-labels-idx2-int"
    let content = try #require(qmnist.unpacked[name])
    func packedAnew(_ bytes: [UInt8]) -> [UInt8] {
      SmallSets.gzip(Array(bytes.prefix(20))) + SmallSets.gzip(Array(bytes.dropFirst(20)))
    }
    try SmallSets.withFolder(qmnist.packed) { folder throws in
      try SmallSets.write(packedAnew(content), "\(folder)/\(name).gz")
      let data = try source(.qmnist, folder).trainingImages()
      #expect(data.images == qmnist.train)
      #expect(data.origin == .published(name: "QMNIST", folder: folder))
      // Or not packed at all.
      try FileManager.default.removeItem(atPath: "\(folder)/\(name).gz")
      try SmallSets.write(content, "\(folder)/\(name)")
      #expect(
        try source(.qmnist, folder).trainingImages().origin
          == .published(name: "QMNIST", folder: folder))
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      try SmallSets.write(packedAnew(content), "\(folder)/\(name).gz")
      for other in [Array(content.dropLast()), content + [0], content.map { $0 ^ 1 }] {
        for bytes in [packedAnew(other), other] {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name).gz")
          try SmallSets.write(bytes, "\(folder)/\(name).gz")
          #expect(throws: DataSourceError.self) { try source(.qmnist, folder).trainingImages() }
        }
      }
    }
  }

  // MARK: - Downloads

  @Test(arguments: [DatasetChoice.kmnist, .qmnist, .emnistLetters])
  func theFilesAreStoredAsTheyWerePublished(_ choice: DatasetChoice) async throws {
    let small = small(choice)
    try await withServer(small.answers) { server, folder async throws in
      let data = try source(choice, folder, mirror: server.address).trainingImages()
      let place = "\(folder)/\(small.set.subfolder)"
      #expect(data.images == small.train)
      #expect(data.origin == .published(name: small.set.name, folder: place))
      #expect(try SmallSets.names(place) == small.packed.keys.sorted())
      for (name, bytes) in small.packed {
        #expect(try SmallSets.content("\(place)/\(name)") == bytes)
      }
      #expect(server.requestedPaths.count == 4)
    }
  }

  /// It is asked for where the files are not there by themselves, and nothing else of it is kept.
  @Test func theFilesAreTakenOutOfTheArchiveOfAMirror() async throws {
    try await withServer(["gzip.zip": .content(letters.archive)]) { server, folder async throws in
      var events: [DownloadEvent] = []
      let data = try source(.emnistLetters, folder, mirror: server.address)
        .trainingImages { events.append($0) }
      #expect(data.images == letters.train)
      #expect(
        try SmallSets.names("\(folder)/EMNIST/raw") == letters.packed.keys.sorted())
      #expect(
        server.requestedPaths == ["emnist-letters-train-labels-idx1-ubyte.gz", "gzip.zip"])
      #expect(
        events.contains(.progress(file: "gzip.zip", receivedBytes: letters.archive.count)))
      // Of the published address there is the archive alone.
      var set = letters.set
      set.archive?.mirrors = [server.address + "no", server.address]
      try Download(set, into: "\(folder)/b", mirror: nil, limits: .short).run { _ in }
      #expect(try SmallSets.names("\(folder)/b") == letters.packed.keys.sorted())
      #expect(Array(server.requestedPaths.dropFirst(2)) == ["no/gzip.zip", "gzip.zip"])
    }
  }

  @Test func theProgressOfAnArchiveIsThatOfAllThatHasCome() async throws {
    var writer = ZIPWriter()
    for (name, bytes) in letters.packed { writer.add(name, bytes) }
    writer.add("padding", [UInt8](repeating: 1, count: 60_000))
    let archive = writer.finished()
    try await withServer(["gzip.zip": .content(archive)]) { server, folder async throws in
      var set = letters.set
      set.archive?.md5 = MD5.digest(archive)
      var counts: [Int] = []
      try Download(set, into: "\(folder)/raw", mirror: server.address, limits: .short).run {
        if case .progress("gzip.zip", let count) = $0 { counts.append(count) }
      }
      #expect(counts.count > 1 && counts == counts.sorted() && counts.last == archive.count)
    }
  }

  @Test func aBrokenArchiveLeavesNothing() async throws {
    let (archive, name) = (letters.archive, "gzip.zip")
    var other = archive
    other[40] ^= 1
    let reasons: [(LoopbackServer.Answer, MirrorFailure.Reason)] = [
      (
        .content(other),
        .wrongMD5(expected: MD5.digest(archive), found: MD5.digest(other))
      ),
      (.content(Array("<html>".utf8)), .webPage), (.status(503), .status(503)),
      (
        .cutOff(Array(archive.prefix(500)), promised: archive.count),
        .cutOff(receivedBytes: 500, promisedBytes: archive.count)
      ),
      (.content([UInt8](repeating: 1, count: 100_001)), .tooLarge(limitBytes: 100_000)),
    ]
    for (answer, reason) in reasons {
      try await withServer([name: answer]) { server, folder async throws in
        let first = MirrorFailure(
          url: "\(server.address)emnist-letters-train-labels-idx1-ubyte.gz", reason: .status(404))
        let failure = MirrorFailure(url: server.address + name, reason: reason)
        let error = DownloadError.noMirror(
          set: "EMNIST letters", folder: "\(folder)/EMNIST/raw", failures: [first, failure])
        #expect(throws: error) {
          try source(.emnistLetters, folder, mirror: server.address).trainingImages()
        }
        #expect(try SmallSets.names(folder) == [])
      }
    }
  }

  /// A file that is not in the archive, or is another one there.
  @Test func anArchiveWithoutTheFilesIsNamed() async throws {
    var writer = ZIPWriter()
    for (name, bytes) in letters.packed.sorted(by: { $0.key < $1.key }) {
      writer.add("gzip/\(name)", name.contains("test-labels") ? bytes + [0] : bytes)
    }
    let archives = [writer.finished(), ZIPWriter().finished()]
    for archive in archives {
      try await withServer(["gzip.zip": .content(archive)]) { server, folder async throws in
        var set = letters.set
        set.archive?.md5 = MD5.digest(archive)
        #expect(throws: DownloadError.self) {
          try Download(set, into: "\(folder)/raw", mirror: server.address, limits: .short).run {
            _ in
          }
        }
        #expect(try SmallSets.names(folder) == [])
      }
    }
  }

  @Test func anArchiveIsNotAskedForWhereNobodyAnswers() throws {
    try SmallSets.withFolder { folder throws in
      let address = try LoopbackServer.refusingAddress()
      var failures: [MirrorFailure] = []
      #expect(throws: DownloadError.self) {
        try source(.emnistLetters, folder, mirror: address).trainingImages { event in
          if case .failed(let failure) = event { failures.append(failure) }
        }
      }
      #expect(
        failures == [
          MirrorFailure(
            url: address + "emnist-letters-train-labels-idx1-ubyte.gz", reason: .notReached)
        ])
    }
  }

  @Test(
    arguments: [
      ([1, 2, 3, 4], .wrongMD5(expected: "p", found: "08d6c05a21512a79a1dfeb9d2a8f262f")),
      (
        SmallSets.gzip([1]),
        .wrongMD5(expected: "p", found: "72da6a87a5b4c2a8ebdbb4fa5d7d3a5f")
      ),
      (Array(" <html>".utf8), .webPage),
    ] as [([UInt8], MirrorFailure.Reason)])
  func whatIsNotThePackedFileIsNamed(_ content: [UInt8], _ reason: MirrorFailure.Reason) throws {
    let file = PublishedSet.File(name: "x", byteCount: 4, digests: FileDigests(packedMD5: "p"))
    let found = #expect(throws: MirrorFailure.Reason.self) {
      try Download.accept(content, file)
    }
    if case .wrongMD5 = reason {
      #expect(found == .wrongMD5(expected: "p", found: MD5.digest(content)))
      #expect(
        found?.description == "another file (expected MD5 p, found \(MD5.digest(content)))")
    } else {
      #expect(found == reason)
    }
  }

  // MARK: - A model's own data

  @Test(arguments: [DatasetChoice.kmnist, .qmnist, .emnistLetters])
  func theModelsOwnSetIsKnownByItsTrainingImages(_ choice: DatasetChoice) throws {
    let small = small(choice)
    try SmallSets.withFolder { folder throws in
      try SmallSets.put(small.unpacked, in: "\(folder)/data/\(small.set.subfolder)")
      for source in [source(choice, "\(folder)/data"), source(nil, usually: "\(folder)/data")] {
        let data = try source.images(of: identity(small, choice), isTrain: false, classes: 3)
        #expect(data.images == small.test && data.kinship == .own)
      }
      // From elsewhere, where the training found it.
      var before = identity(small, choice)
      before.folder = "\(folder)/data/\(small.set.subfolder)"
      for isTrain in [true, false] {
        let data = try source(nil, usually: "\(folder)/no").images(of: before, isTrain: isTrain)
        #expect(data.images == (isTrain ? small.train : small.test) && data.kinship == .own)
      }
      var other = identity(small, choice)
      other.imagesCRC32 ^= 1
      let named = try source(choice, "\(folder)/data").images(of: other, isTrain: false)
      #expect(named.kinship == .other(trainedOn: small.set.name))
      let another = identity(small, choice == .kmnist ? .qmnist : .kmnist)
      #expect(
        try source(choice, "\(folder)/data").images(of: another, isTrain: false).kinship == .own)
      for part in [small.set.train.images, small.set.train.labels] {
        try FileManager.default.removeItem(
          atPath: "\(folder)/data/\(small.set.subfolder)/\(part.name)")
      }
      for (identity, kinship) in [
        (identity(small, choice), DataKinship.unknown), (identity(small, .auto), .unknown),
        (another, .other(trainedOn: choice == .kmnist ? "QMNIST" : "KMNIST")),
        (
          DataIdentity(imagesCRC32: 1, labelsCRC32: 2, dataset: .digits),
          .other(trainedOn: "built-in digits")
        ),
      ] {
        let data = try source(choice, "\(folder)/data").images(of: identity, isTrain: false)
        #expect(data.images == small.test && data.kinship == kinship)
      }
    }
  }

  @Test func whatIsWrongWithTheModelsOwnPublishedSetIsSaid() throws {
    try SmallSets.withFolder(kmnist.unpacked) { folder throws in
      let own = identity(kmnist, .kmnist)
      let error = IDXError.labelOutOfRange(
        path: "\(folder)/t10k-labels-idx1-ubyte", index: 2, label: 2, classes: 2)
      #expect(throws: error) {
        try source(nil, usually: folder).images(of: own, isTrain: false, classes: 2)
      }
      // Training images count only where a folder is taken without being named.
      let path = "\(folder)/train-images-idx3-ubyte"
      try SmallSets.write([0x1F, 0x8B, 8, 0], path)
      let damaged = DataSourceError.notPublished(
        path: path, set: "KMNIST",
        expected: .packedMD5(try #require(kmnist.set.train.images.digests.packedMD5)),
        found: .packedMD5(MD5.digest([0x1F, 0x8B, 8, 0])))
      #expect(throws: damaged) {
        try source(nil, usually: folder).images(of: own, isTrain: false)
      }
      let named = try source(nil, folder).images(of: own, isTrain: false)
      #expect(named.images.pixels == kmnist.test.pixels && named.kinship == .unknown)
    }
  }

  @Test func theModelsOwnSetIsDownloadedWhereItIsNowhere() async throws {
    try await withServer(letters.answers) { server, folder async throws in
      var source = source(nil, usually: "\(folder)/data")
      source.mirror = server.address
      let data = try source.images(of: identity(letters, .emnistLetters), isTrain: false)
      #expect(data.images == letters.test && data.kinship == .own)
      #expect(
        data.origin == .published(name: "EMNIST letters", folder: "\(folder)/data/EMNIST/raw"))
      var other = identity(letters, .emnistLetters)
      other.labelsCRC32 ^= 1
      let error = DataSourceError.notTheModels(
        path: "\(folder)/data", isTrain: false, expected: "EMNIST letters", found: nil,
        searched: ["\(folder)/data with its subfolders"],
        reason: "EMNIST letters as it was published is not what it was trained on")
      #expect(throws: error) { try source.images(of: other, isTrain: false) }
    }
  }

  // MARK: - The table

  @Test func everyNameButTwoIsASetWithMirrors() {
    for choice in DatasetChoice.allCases where choice != .auto && choice != .digits {
      let set = PublishedSet.all[choice]
      let mirrors = set.map { $0.mirrors + ($0.archive?.mirrors ?? []) } ?? []
      #expect(!mirrors.isEmpty && mirrors.allSatisfy { $0.hasSuffix("/") }, "\(choice)")
    }
    #expect(PublishedSet.all.count == DatasetChoice.allCases.count - 2)
  }

  @Test func noDigestStandsTwiceAndEachIsWhole() throws {
    var digests: [String] = []
    for set in PublishedSet.all.values {
      for file in [set.train.images, set.train.labels, set.test.images, set.test.labels] {
        digests += [file.digests.md5, file.digests.packedMD5].compactMap(\.self)
        #expect(file.digests.crc32 != nil || file.digests.packedMD5 != nil)
      }
    }
    #expect(digests.count == 4 + 6 + 24 && Set(digests).count == digests.count)
    #expect(digests.allSatisfy { try! /[0-9a-f]{32}/.wholeMatch(in: $0) != nil })
  }

  @Test(arguments: [
    (DatasetChoice.emnistLetters, "train", 97_843_216, 124_808),
    (.emnistBalanced, "train", 88_435_216, 112_808), (.qmnist, "test", 47_040_016, 1_920_012),
    (.kmnist, "t10k", 7_840_016, 10_008),
  ])
  func theFilesHaveTheirPublishedSizes(
    _ choice: DatasetChoice, _ part: String, _ images: Int, _ labels: Int
  ) throws {
    let set = try #require(PublishedSet.all[choice])
    let files = part == "train" ? set.train : set.test
    #expect(files.images.name.contains("\(part)-images-idx3-ubyte"))
    #expect(files.images.byteCount == images && files.labels.byteCount == labels)
  }

  @Test func theClassesOfEMNISTAreNamedInTheOrderOfTheLabels() {
    func names(_ choice: DatasetChoice) -> String? {
      PublishedSet.all[choice]?.classNames?.joined(separator: " ")
    }
    let capitals = "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"
    #expect(names(.emnistLetters) == "N/A \(capitals.lowercased())")
    #expect(names(.emnistByClass) == "0 1 2 3 4 5 6 7 8 9 \(capitals) \(capitals.lowercased())")
    for choice in [DatasetChoice.emnistBalanced, .emnistByMerge] {
      #expect(names(choice) == "0 1 2 3 4 5 6 7 8 9 \(capitals) a b d e f g h n q r t")
    }
    #expect(names(.kmnist) == "o ki su tsu na ha ma ya re wo")
    #expect(names(.emnistDigits) == nil && names(.qmnist) == nil)
  }

  // MARK: -

  private func small(_ choice: DatasetChoice) -> SmallPackedSet {
    switch choice {
    case .kmnist: kmnist
    case .qmnist: qmnist
    default: letters
    }
  }

  private func source(
    _ choice: DatasetChoice?, _ folder: String, mirror: String? = nil
  ) -> DataSource {
    configured(DataSource(choice, in: folder, mirror: mirror))
  }

  private func source(_ choice: DatasetChoice?, usually folder: String) -> DataSource {
    var source = DataSource(choice)
    source.defaultDirectory = folder
    return configured(source)
  }

  /// In a world where the small ones are the published sets. Nothing is downloaded where a test does not say from
  /// where.
  private func configured(_ source: DataSource) -> DataSource {
    var source = source.with(
      SmallPublishedSet(),
      SmallPublishedSet(name: "Fashion-MNIST", subfolder: "FashionMNIST/raw", seed: 50))
    for choice in [DatasetChoice.kmnist, .qmnist, .emnistLetters] {
      source.sets[choice] = small(choice).set
    }
    return source
  }

  private func identity(_ set: SmallPackedSet, _ choice: DatasetChoice) -> DataIdentity {
    DataIdentity(
      imagesCRC32: set.train.imagesCRC32, labelsCRC32: set.train.labelsCRC32, dataset: choice)
  }

  private func withServer(
    _ answers: [String: LoopbackServer.Answer],
    _ body: (LoopbackServer, String) async throws -> Void
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try await LoopbackServer.with(answers) { try await body($0, folder) }
    }
  }
}
