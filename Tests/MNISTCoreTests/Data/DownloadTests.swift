import Foundation
import Testing

@testable import MNISTCore

@Suite struct DownloadTests {
  private let small = SmallPublishedSet()
  private static let first = "train-labels-idx1-ubyte.gz"

  @Test func theFourFilesArriveUnpacked() async throws {
    try await withServer(small.answers(in: "set/")) { server, folder async throws in
      var events: [DownloadEvent] = []
      // With or without the slash at its end.
      try download(server.address + "set", into: "\(folder)/a/b") { events.append($0) }
      #expect(try contents("\(folder)/a/b") == small.files)
      #expect(events.first == .started(set: "MNIST", folder: "\(folder)/a/b"))
      #expect(events.last == .finished(set: "MNIST", folder: "\(folder)/a/b"))
      #expect(events.contains(.progress(file: Self.first, receivedBytes: 23 + 32)))
      #expect(server.requestedPaths.count == 4)
    }
  }

  @Test func aMirrorMayHaveThemUnpacked() async throws {
    let answers = small.files.map { ("\($0.key).gz", LoopbackServer.Answer.content($0.value)) }
    try await withServer(Dictionary(uniqueKeysWithValues: answers)) { server, folder async throws in
      try download(server.address, into: folder)
      #expect(try contents(folder) == small.files)
    }
  }

  /// One mirror refuses, one stalls, one cuts off, one sends a web page in place of the file, one
  /// another file, one too much; the last is good. Each of the others has its sentence, and nothing of them stays.
  @Test func oneMirrorAfterTheOtherIsTriedUntilOneIsGood() async throws {
    var answers = small.answers(in: "good/")
    let packed = SmallSets.gzip(small.train.labelsIDX)
    let other = SmallPublishedSet(seed: 7).train.imagesIDX
    answers["stalls/\(Self.first)"] = .stall(Array(packed.prefix(5)))
    answers["cut/\(Self.first)"] = .cutOff(Array(packed.prefix(20)), promised: packed.count)
    answers["page/\(Self.first)"] = .content(Array("\n<!DOCTYPE html><p>Sign in</p>".utf8))
    answers["wrong/\(Self.first)"] = .content(SmallSets.gzip(other))
    answers["long/\(Self.first)"] = .content([UInt8](repeating: 1, count: 32 + 65_537))
    try await withServer(answers) { server, folder async throws in
      var set = small.set
      set.mirrors =
        [try LoopbackServer.refusingAddress()]
        + ["stalls", "cut", "missing", "page", "wrong", "long", "good"].map { server.address + $0 }
      var sentences: [String] = []
      try Download(set, into: "\(folder)/raw", mirror: nil, limits: .short).run { event in
        if case .failed(let failure) = event { sentences.append("\(failure)") }
      }
      let expected = [
        "no connection", "stalled for 1 s after 5 bytes", "cut off (expected 55 bytes, found 20)",
        "not there (expected HTTP status 200, found 404)", "a web page in place of the file",
        "another file (expected 32 bytes unpacked, found more)",
        "too large (expected at most 65568 bytes, found more)",
      ]
      #expect(sentences.map { String($0.split(separator: ".gz: ")[1]) } == expected)
      #expect(sentences[1].hasPrefix("\(server.address)stalls/train-labels-idx1-ubyte.gz: "))
      #expect(try contents("\(folder)/raw") == small.files)
      #expect(try SmallSets.names(folder) == ["raw"])
    }
  }

  /// The last of the four files is cut off: the three before it are not written either.
  @Test func aBrokenDownloadLeavesNothing() async throws {
    var answers = small.answers()
    answers["train-images-idx3-ubyte.gz"] = .cutOff([0x1F, 0x8B], promised: 100)
    try await withServer(answers) { server, folder async throws in
      let failure = MirrorFailure(
        url: server.address + "train-images-idx3-ubyte.gz",
        reason: .cutOff(receivedBytes: 2, promisedBytes: 100))
      let error = DownloadError.noMirror(
        set: "MNIST", folder: "\(folder)/raw", failures: [failure])
      #expect(throws: error) { try download(server.address, into: "\(folder)/raw") }
      #expect(server.requestedPaths.count == 4)
      #expect(try SmallSets.names(folder) == [])
      #expect(
        error.description
          == "MNIST could not be downloaded: cut off (expected 100 bytes, found 2)")
      #expect(
        ErrorText.sentence(error)
          == "\(error) (by hand: its files go into \(folder)/raw, or --mirror names another "
          + "address that has them; --dataset digits needs none)")
    }
  }

  @Test func whatIsThereStaysAndIsNotAskedFor() async throws {
    try await withServer(small.answers()) { server, folder async throws in
      try SmallSets.write([1], "\(folder)/train-labels.idx1-ubyte.gz")
      try SmallSets.write([2], "\(folder)/t10k-images-idx3-ubyte")
      try download(server.address, into: folder)
      #expect(
        server.requestedPaths == ["t10k-labels-idx1-ubyte.gz", "train-images-idx3-ubyte.gz"])
      #expect(try SmallSets.content("\(folder)/train-labels.idx1-ubyte.gz") == [1])
      #expect(try SmallSets.content("\(folder)/t10k-images-idx3-ubyte") == [2])
    }
  }

  #if os(Linux)
    @Test func aFolderWhoseNameIsNotUTF8IsLookedInToo() async throws {
      try await withServer(small.answers()) { server, folder async throws in
        let place = PathText.text(Array("\(folder)/".utf8) + [0xFF])
        for _ in 0..<2 { try download(server.address, into: place) }
        #expect(server.requestedPaths.count == 4)
      }
    }
  #endif

  @Test func aFolderThatCannotBeWrittenIsFoundBeforeAnythingIsAskedFor() async throws {
    try await withServer(small.answers()) { server, folder async throws in
      try SmallSets.write([], "\(folder)/file")
      let error = DownloadError.cannotStore(
        set: "MNIST", .cannotWrite(path: "\(folder)/file/raw", reason: "Not a directory"))
      #expect(throws: error) { try download(server.address, into: "\(folder)/file/raw") }
      #expect(server.requestedPaths == [])
      #expect(
        error.description
          == "MNIST could not be downloaded: \(folder)/file/raw: cannot be written: "
          + "Not a directory")
      #expect(
        ErrorText.sentence(error)
          == "\(error) (by hand: --data_dir names another folder; --dataset digits needs none)")
    }
  }

  @Test func filesThatCannotAllBeWrittenAreNotWritten() async throws {
    try await withServer(small.answers()) { server, folder async throws in
      // The last one to be written.
      let path = "\(folder)/train-images-idx3-ubyte"
      symlink("no/file", path)
      let reason = FileError.missingFolder(path: path, folder: "\(folder)/no")
      #expect(throws: DownloadError.cannotStore(set: "MNIST", reason)) {
        try download(server.address, into: folder)
      }
      #expect(server.requestedPaths.count == 4)
      #expect(try SmallSets.names(folder) == ["train-images-idx3-ubyte"])
    }
  }

  // MARK: - What a mirror sends

  private static let file = PublishedSet.File(
    name: "x", byteCount: 4, digests: FileDigests(crc32: CRC32.checksum([1, 2, 3, 4])))

  @Test(
    arguments: [
      ([1, 2, 3], .wrongLength(expectedBytes: 4, foundBytes: 3)),
      ([], .wrongLength(expectedBytes: 4, foundBytes: 0)),
      ([1, 2, 3, 4, 5], .wrongLength(expectedBytes: 4, foundBytes: 5)),
      ([1, 2, 3, 5], .wrongCRC32(expected: 0xB63C_FBCD, found: 0xC13B_CB5B)),
      (SmallSets.gzip([1, 2, 3]), .wrongLength(expectedBytes: 4, foundBytes: 3)),
      (SmallSets.gzip([1, 2, 3, 4, 5]), .tooLong(expectedBytes: 4)),
      (SmallSets.gzip([1, 2, 3, 4]).dropLast(), .damagedGzip),
      (SmallSets.gzip([1, 2, 3, 4]) + [9], .damagedGzip),
      (Array("<html>".utf8), .webPage), (Array(" \r\n\t<HTML>".utf8), .webPage),
    ] as [([UInt8], MirrorFailure.Reason)])
  func whatIsNotTheFileIsNamed(_ content: [UInt8], _ reason: MirrorFailure.Reason) {
    #expect(throws: reason) { try Download.accept(content, Self.file) }
  }

  @Test func aMissingLibraryIsNamed() {
    let failure = MirrorFailure(url: "u", reason: .libraryMissing(names: ["a.so.4", "a.so"]))
    #expect(
      failure.description
        == "u: nothing can be downloaded without libcurl (expected a.so.4 or a.so)")
  }

  @Test func theTimeForAConnectionIsSaidInSeconds() {
    let reason = MirrorFailure.Reason.connectTimeout(milliseconds: 999_000)
    #expect(reason.description == "no connection within 999 s")
  }

  @Test func theFileIsTakenPackedAndUnpacked() throws {
    let arrival = Download.Arrival(name: "x", bytes: [1, 2, 3, 4])
    #expect(try Download.accept([1, 2, 3, 4], Self.file) == arrival)
    #expect(try Download.accept(SmallSets.gzip([1, 2, 3, 4]), Self.file) == arrival)
  }

  // MARK: -

  private func withServer(
    _ answers: [String: LoopbackServer.Answer],
    _ body: (LoopbackServer, String) async throws -> Void
  ) async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try await LoopbackServer.with(answers) { try await body($0, folder) }
    }
  }

  private func download(
    _ mirror: String, into folder: String, report: (DownloadEvent) -> Void = { _ in }
  ) throws {
    try Download(small.set, into: folder, mirror: mirror, limits: .short).run(report: report)
  }

  private func contents(_ folder: String) throws -> [String: [UInt8]] {
    let names = try SmallSets.names(folder)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try SmallSets.content("\(folder)/\($0)")) })
  }
}
