/// Downloads a published set into a folder.
///
/// Nothing is written until every missing file has arrived and was found to be the published one. Then each
/// is written whole, as `OutputFile` does. So a download that fails leaves nothing behind.
struct Download {
  let set: PublishedSet
  /// Where the files go; made where it is not there.
  let folder: String
  let mirrors: [String]
  /// Where the set's archive is asked for, after the mirrors.
  let archiveMirrors: [String]
  let limits: HTTPLimits

  init(_ set: PublishedSet, into folder: String, mirror: String?, limits: HTTPLimits) {
    self.set = set
    self.folder = folder
    let own = mirror.map { [$0] }
    mirrors = (own ?? set.mirrors).map(FileSystem.withSlash)
    archiveMirrors = set.archive.map { own ?? $0.mirrors }?.map(FileSystem.withSlash) ?? []
    self.limits = limits
  }

  /// A file that has arrived and is the published one.
  struct Arrival: Equatable {
    /// As it is stored.
    var name: String
    var bytes: [UInt8]
  }

  /// Downloads those of the four files that are not in the folder.
  func run(report: (DownloadEvent) -> Void) throws(DownloadError) {
    do {
      try NewFolder.checkWritable(folder)
    } catch {
      throw .cannotStore(set: set.name, error)
    }
    report(.started(set: set.name, folder: folder))
    // The small files first, so that a bad mirror is found at once.
    let files = [set.train.labels, set.test.labels, set.test.images, set.train.images]
      .filter { !isThere($0) }
    var failures: [MirrorFailure] = []
    var arrivals = fetch(files, failures: &failures, report: report)
    if arrivals == nil, failures.allSatisfy(\.isAnswer) {
      arrivals = try fetchFromArchive(files, failures: &failures, report: report)
    }
    guard let arrivals else {
      throw .noMirror(set: set.name, folder: folder, failures: failures)
    }
    try store(arrivals)
    report(.finished(set: set.name, folder: folder))
  }

  /// Writes all of the files or none.
  private func store(_ arrivals: [Arrival]) throws(DownloadError) {
    var written: [String] = []
    do {
      try NewFolder.make(folder)
      for arrival in arrivals {
        let path = "\(folder)/\(arrival.name)"
        try OutputFile.write(arrival.bytes, to: path)
        written.append(path)
      }
    } catch {
      // The next run would take half a set for somebody's own, and refuse it as incomplete.
      for path in written { FileSystem.remove(path) }
      throw .cannotStore(set: set.name, error)
    }
  }

  private func isThere(_ file: PublishedSet.File) -> Bool {
    MNISTFolder.namings(of: file.name).contains { FileSystem.leadsToFile("\(folder)/\($0)") }
  }

  // MARK: - File by file

  /// All of the files, nil where one of them could not be had.
  private func fetch(
    _ files: [PublishedSet.File], failures: inout [MirrorFailure],
    report: (DownloadEvent) -> Void
  ) -> [Arrival]? {
    var arrivals: [Arrival] = []
    for file in files {
      guard let arrival = fetch(file, failures: &failures, report: report) else { return nil }
      arrivals.append(arrival)
    }
    return arrivals
  }

  /// The file from the first mirror that has it. A mirror that has failed once, for this file or another, is
  /// not asked again.
  private func fetch(
    _ file: PublishedSet.File, failures: inout [MirrorFailure], report: (DownloadEvent) -> Void
  ) -> Arrival? {
    for mirror in mirrors.dropFirst(failures.count) {
      do {
        return try fetch(file, from: mirror, report: report)
      } catch {
        report(.failed(error))
        failures.append(error)
      }
    }
    return nil
  }

  private func fetch(
    _ file: PublishedSet.File, from mirror: String, report: (DownloadEvent) -> Void
  ) throws(MirrorFailure) -> Arrival {
    let url = mirror + file.name + ".gz"
    let content = try Curl.loaded(for: url).content(
      url, limitBytes: file.byteCount + 65_536, limits: limits
    ) { count in
      report(.progress(file: file.name + ".gz", receivedBytes: count))
    }
    do {
      return try Self.accept(content, file)
    } catch {
      throw MirrorFailure(url: url, reason: error)
    }
  }

  /// What a mirror sent, as it is to be stored; throws where it is anything but the published file.
  ///
  /// It may be packed or not, and is stored unpacked, where its content can be told. Else only the packed
  /// file can be, now and whenever it is read: it is stored as it came.
  static func accept(
    _ content: [UInt8], _ file: PublishedSet.File
  ) throws(MirrorFailure.Reason) -> Arrival {
    let digests = file.digests
    if let crc32 = digests.crc32 {
      return Arrival(name: file.name, bytes: try unpack(content, file, crc32: crc32))
    }
    if isWebPage(content) { throw .webPage }
    let isPacked = GzipReader.recognizes(content)
    guard let expected = isPacked ? digests.packedMD5 : digests.md5 ?? digests.packedMD5 else {
      stop("nothing is known of \(file.name)")
    }
    let found = MD5.digest(content)
    guard found == expected else { throw .wrongMD5(expected: expected, found: found) }
    return Arrival(name: isPacked ? file.name + ".gz" : file.name, bytes: content)
  }

  /// The unpacked file, packed or not as it came.
  private static func unpack(
    _ content: [UInt8], _ file: PublishedSet.File, crc32 expected: UInt32
  ) throws(MirrorFailure.Reason) -> [UInt8] {
    var bytes = content
    if GzipReader.recognizes(content) {
      let rest: [UInt8]
      do {
        let reader = try GzipReader(content, path: file.name)
        bytes = try reader.read(file.byteCount)
        // There must be no byte more. Asking for one also makes the reader check gzip's checksum and length.
        rest = try reader.read(1)
      } catch {
        throw .damagedGzip
      }
      guard rest.isEmpty else { throw .tooLong(expectedBytes: file.byteCount) }
    } else if isWebPage(content) {
      throw .webPage
    }
    guard bytes.count == file.byteCount else {
      throw .wrongLength(expectedBytes: file.byteCount, foundBytes: bytes.count)
    }
    let found = CRC32.checksum(bytes)
    guard found == expected else { throw .wrongCRC32(expected: expected, found: found) }
    return bytes
  }

  private static func isWebPage(_ content: [UInt8]) -> Bool {
    content.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
  }

  // MARK: - From an archive

  /// The files out of the set's archive, from the first mirror that has it; nil where none has.
  private func fetchFromArchive(
    _ files: [PublishedSet.File], failures: inout [MirrorFailure],
    report: (DownloadEvent) -> Void
  ) throws(DownloadError) -> [Arrival]? {
    guard let archive = set.archive else { return nil }
    do {
      for mirror in archiveMirrors {
        switch try fetch(files, from: archive, mirror + archive.name, report: report) {
        case .success(let arrivals): return arrivals
        case .failure(let failure):
          report(.failed(failure))
          failures.append(failure)
        }
      }
    } catch {
      throw .cannotStore(set: set.name, error)
    }
    return nil
  }

  /// The archive is too large for memory: it goes to a file without a name, where the set's own files are to be.
  private func fetch(
    _ files: [PublishedSet.File], from archive: PublishedSet.Archive, _ url: String,
    report: (DownloadEvent) -> Void
  ) throws(FileError) -> Result<[Arrival], MirrorFailure> {
    let path = "\(folder)/\(archive.name)"
    // Removed again where nothing comes of it.
    let folders = try MadeFolders(around: path)
    defer { withExtendedLifetime(folders) {} }
    let file = try TemporaryFile(beside: OutputTarget(path))
    file.removeName()
    var md5 = MD5()
    var count = 0
    var fault: FileError?
    do throws(MirrorFailure) {
      try Curl.loaded(for: url).receive(url, limitBytes: archive.limitBytes, limits: limits) {
        piece in
        do throws(FileError) { try file.append(piece) } catch { fault = error }
        md5.add(piece)
        count += piece.count
        report(.progress(file: archive.name, receivedBytes: count))
        return fault == nil
      }
    } catch {
      if let fault { throw fault }
      return .failure(error)
    }
    do {
      let reader = try file.reader()
      guard md5.digest == archive.md5 else {
        let start = try reader.read(0..<min(512, reader.size))
        throw Self.isWebPage(start)
          ? MirrorFailure.Reason.webPage
          : .wrongMD5(expected: archive.md5, found: md5.digest)
      }
      let content = try SetArchive(reader)
      return .success(
        try files.map { Arrival(name: $0.name + ".gz", bytes: try content.packed($0)) })
    } catch let error as FileError {
      throw error
    } catch let reason as MirrorFailure.Reason {
      return .failure(MirrorFailure(url: url, reason: reason))
    } catch {
      return .failure(MirrorFailure(url: url, reason: .other(text: "\(error)")))
    }
  }
}

extension Curl {
  /// libcurl, as far as the system has it.
  static func loaded(for url: String) throws(MirrorFailure) -> Curl {
    do throws(DynamicLibrary.Missing) {
      return try Curl()
    } catch {
      throw MirrorFailure(url: url, reason: .libraryMissing(names: error.names))
    }
  }

  /// The content of the file at `url`, of which at most `limitBytes` are taken.
  ///
  /// - Parameter progress: is told how many bytes have arrived.
  func content(
    _ url: String, limitBytes: Int, limits: HTTPLimits, progress: (Int) -> Void
  ) throws(MirrorFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    try receive(url, limitBytes: limitBytes, limits: limits) { piece in
      bytes += piece
      progress(bytes.count)
      return true
    }
    return bytes
  }

  /// The same in pieces.
  ///
  /// - Parameter take: is given each, and says whether it goes on.
  func receive(
    _ url: String, limitBytes: Int, limits: HTTPLimits, take: ([UInt8]) -> Bool
  ) throws(MirrorFailure) {
    if url.lowercased().hasPrefix("https:"), let fault = certificates.fault {
      throw MirrorFailure(url: url, reason: .certificate(text: fault))
    }
    let transfer = transfer(url, limitBytes: limitBytes, limits: limits, take: take)
    if let reason = failure(of: transfer, limitBytes: limitBytes, limits: limits) {
      throw MirrorFailure(url: url, reason: reason)
    }
  }

  /// Why a transfer has failed, nil where it has not.
  func failure(
    of transfer: Transfer, limitBytes: Int, limits: HTTPLimits
  ) -> MirrorFailure.Reason? {
    let received = transfer.receivedBytes
    switch transfer.code {
    // The status first: of an error page it does not matter how its transfer ended.
    case _ where transfer.status != 0 && transfer.status != 200: return .status(transfer.status)
    case 0: return nil
    case 5: return .proxyNotFound
    case 6: return .hostNotFound
    case 7: return .notReached
    case 18, 52, 56:
      return .cutOff(receivedBytes: received, promisedBytes: transfer.promisedBytes)
    case 23 where transfer.isFull: return .tooLarge(limitBytes: limitBytes)
    case 28:
      return transfer.hasConnected
        ? .stalled(seconds: limits.stallSeconds, receivedBytes: received)
        : .connectTimeout(milliseconds: limits.connectMilliseconds)
    case 60:
      let choice = certificates.text("is what such a server is trusted by").map { "; \($0)" }
      return .certificate(text: transfer.text + (choice ?? ""))
    case 77:
      let fault = certificates.text("holds no certificates (expected PEM text)")
      return .certificate(text: fault ?? transfer.text)
    case 35, 51, 53, 54, 58, 59, 66, 80, 82, 83, 90, 91:
      return .certificate(text: transfer.text)
    default: return .other(text: transfer.text)
    }
  }
}

/// What a download reports while it works.
public enum DownloadEvent: Equatable, Sendable {
  /// The set of this name is being downloaded into the folder.
  case started(set: String, folder: String)
  /// So many bytes of the packed file have arrived by now.
  case progress(file: String, receivedBytes: Int)
  /// A mirror has failed; the next one is asked.
  case failed(MirrorFailure)
  /// All files are there.
  case finished(set: String, folder: String)
}
