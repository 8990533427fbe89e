/// Downloads a published set into a folder.
///
/// Nothing is written until every missing file has arrived and was found to be the published one. Then each
/// is written whole, as `OutputFile` does. So a download that fails leaves nothing behind.
struct Download {
  let set: PublishedSet
  /// Where the files go; made where it is not there.
  let folder: String
  let mirrors: [String]
  let limits: HTTPLimits

  init(_ set: PublishedSet, into folder: String, mirror: String?, limits: HTTPLimits) {
    self.set = set
    self.folder = folder
    mirrors = (mirror.map { [$0] } ?? set.mirrors).map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    self.limits = limits
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
    var contents: [(path: String, bytes: [UInt8])] = []
    var failures: [MirrorFailure] = []
    for file in files where !isThere(file) {
      guard let bytes = fetch(file, failures: &failures, report: report) else {
        throw .noMirror(set: set.name, folder: folder, failures: failures)
      }
      contents.append((path: "\(folder)/\(file.name)", bytes: bytes))
    }
    try store(contents)
    report(.finished(set: set.name, folder: folder))
  }

  /// Writes all of the files or none.
  private func store(_ contents: [(path: String, bytes: [UInt8])]) throws(DownloadError) {
    var written: [String] = []
    do {
      try NewFolder.make(folder)
      for content in contents {
        try OutputFile.write(content.bytes, to: content.path)
        written.append(content.path)
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

  /// The unpacked content from the first mirror that has it. A mirror that has failed once, for this file or
  /// another, is not asked again.
  private func fetch(
    _ file: PublishedSet.File, failures: inout [MirrorFailure], report: (DownloadEvent) -> Void
  ) -> [UInt8]? {
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
  ) throws(MirrorFailure) -> [UInt8] {
    let url = mirror + file.name + ".gz"
    let curl: Curl
    do throws(DynamicLibrary.Missing) {
      curl = try Curl()
    } catch {
      throw MirrorFailure(url: url, reason: .libraryMissing(names: error.names))
    }
    let packed = try curl.content(
      url, limitBytes: file.byteCount + 65_536, limits: limits
    ) { count in
      report(.progress(file: file.name + ".gz", receivedBytes: count))
    }
    do {
      return try Self.unpack(packed, file)
    } catch {
      throw MirrorFailure(url: url, reason: error)
    }
  }

  /// The published file out of what a mirror sent, packed or not; throws where it is anything else.
  static func unpack(
    _ content: [UInt8], _ file: PublishedSet.File
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
    } else if content.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "<") {
      throw .webPage
    }
    guard bytes.count == file.byteCount else {
      throw .wrongLength(expectedBytes: file.byteCount, foundBytes: bytes.count)
    }
    let crc32 = CRC32.checksum(bytes)
    guard crc32 == file.crc32 else {
      throw .wrongCRC32(expected: file.crc32, found: crc32)
    }
    return bytes
  }
}

extension Curl {
  /// The content of the file at `url`, of which at most `limitBytes` are taken.
  ///
  /// - Parameter progress: is told how many bytes have arrived.
  func content(
    _ url: String, limitBytes: Int, limits: HTTPLimits, progress: (Int) -> Void
  ) throws(MirrorFailure) -> [UInt8] {
    if url.lowercased().hasPrefix("https:"), let fault = certificates.fault {
      throw MirrorFailure(url: url, reason: .certificate(text: fault))
    }
    let transfer = transfer(url, limitBytes: limitBytes, limits: limits, progress: progress)
    let received = transfer.bytes.count
    let reason: MirrorFailure.Reason
    switch transfer.code {
    // The status first: of an error page it does not matter how its transfer ended.
    case _ where transfer.status != 0 && transfer.status != 200: reason = .status(transfer.status)
    case 0: return transfer.bytes
    case 5: reason = .proxyNotFound
    case 6: reason = .hostNotFound
    case 7: reason = .notReached
    case 18, 52, 56:
      reason = .cutOff(receivedBytes: received, promisedBytes: transfer.promisedBytes)
    case 23 where transfer.isFull: reason = .tooLarge(limitBytes: limitBytes)
    case 28:
      reason =
        transfer.hasConnected
        ? .stalled(seconds: limits.stallSeconds, receivedBytes: received)
        : .connectTimeout(milliseconds: limits.connectMilliseconds)
    case 60:
      let choice = certificates.text("is what such a server is trusted by").map { "; \($0)" }
      reason = .certificate(text: transfer.text + (choice ?? ""))
    case 77:
      let fault = certificates.text("holds no certificates (expected PEM text)")
      reason = .certificate(text: fault ?? transfer.text)
    case 35, 51, 53, 54, 58, 59, 66, 80, 82, 83, 90, 91:
      reason = .certificate(text: transfer.text)
    default: reason = .other(text: transfer.text)
    }
    throw MirrorFailure(url: url, reason: reason)
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
