/// Where the two files of one part of a published set lie.
struct PublishedFiles: Equatable {
  /// Without a slash at its end.
  let folder: String
  let images: Place
  let labels: Place

  enum Place: Equatable {
    case file(path: String)
    /// In the set's archive, packed with gzip.
    case inArchive(path: String)

    /// The file's, or the archive's.
    var path: String {
      switch self {
      case .file(let path), .inArchive(let path): path
      }
    }
  }

  /// The files as a set in a folder; nil where they are in an archive.
  func found(isTrain: Bool) -> FoundSet? {
    guard case (.file(let images), .file(let labels)) = (images, labels) else { return nil }
    return FoundSet(
      .idx(MNISTFolder.Files(folder: folder, images: images, labels: labels)), isTrain: isTrain)
  }
}

extension PublishedSet {
  /// A part of the set that has been read.
  struct Loaded {
    let images: ImageSet
    /// Whether both files are the published ones, to the last bit; else nothing is known to tell them by.
    let isVerified: Bool
  }

  // MARK: - The search

  /// The files of one part from the first folder that has both, nil where none has: the subfolder as torchvision
  /// has it, the data folder itself, and where packages install the set.
  ///
  /// A file that can be told by its digest counts before one that cannot.
  func files(in directory: String, isTrain: Bool) throws -> PublishedFiles? {
    guard !directory.isEmpty else { throw FileError.emptyPath }
    if try FileSystem.isDirectory(directory) == false {
      throw MNISTFolderError.notADirectory(try StrayFile(directory))
    }
    let part = part(isTrain: isTrain)
    let base = FileSystem.withSlash(directory)
    for folder in [base + subfolder + "/", base] + installedFolders.map({ $0 + "/" }) {
      guard let images = try place(of: part.images, in: folder),
        let labels = try place(of: part.labels, in: folder)
      else { continue }
      return PublishedFiles(
        folder: MNISTFolder.name(of: folder), images: images, labels: labels)
    }
    return nil
  }

  /// - Parameter folder: ends with a slash.
  private func place(of file: File, in folder: String) throws -> PublishedFiles.Place? {
    func first(_ names: [String]) throws -> PublishedFiles.Place? {
      try names.first { try FileSystem.isDirectory(folder + $0) == false }
        .map { .file(path: folder + $0) }
    }
    let names = MNISTFolder.namings(of: file.name)
    if file.digests.areOfContent { return try first(names) }
    let (packed, unpacked) = (
      names.filter { $0.hasSuffix(".gz") }, names.filter { !$0.hasSuffix(".gz") }
    )
    if let place = try first(packed) { return place }
    if let archive, try FileSystem.isDirectory(folder + archive.name) == false,
      try SetArchive(InputFile(folder + archive.name, limit: .max)).entry(file) != nil
    {
      return .inArchive(path: folder + archive.name)
    }
    return try first(unpacked)
  }

  // MARK: - Reading

  /// Reads a part of the set. Throws what the readers throw, and `DataSourceError.notPublished` where a file is
  /// certainly another.
  func load(_ files: PublishedFiles, isTrain: Bool) throws -> Loaded {
    let part = part(isTrain: isTrain)
    // The small file first, so that its faults are found at once.
    let labels = try read(part.labels, files.labels)
    let classes = try IDX.decode(labels.bytes, .labels, path: files.labels.path).elements
    // A set whose CRC-32 is known has its names in every model without them.
    let names = part.images.digests.crc32 == nil ? classNames : nil
    try ImageSet.check(classes, below: names?.count, path: files.labels.path)
    let images = try read(part.images, files.images)
    let idx = try IDX.decode(images.bytes, .images, path: files.images.path)
    guard idx.sizes[0] == classes.count else {
      throw ArrayError.countsDiffer(
        imagesPath: files.images.path, images: idx.sizes[0],
        labelsPath: files.labels.path, labels: classes.count)
    }
    let asTheyLie = ImageSet(
      height: idx.sizes[1], width: idx.sizes[2], pixels: idx.elements, labels: classes,
      classNames: names)
    let set = isTransposed ? asTheyLie.transposed() : asTheyLie
    for (file, place, found) in [
      (part.labels, files.labels, set.labelsCRC32), (part.images, files.images, set.imagesCRC32),
    ] {
      if let expected = file.digests.crc32, expected != found {
        throw DataSourceError.notPublished(
          path: place.path, set: name, expected: .crc32(expected), found: .crc32(found))
      }
    }
    return Loaded(images: set, isVerified: labels.isVerified && images.isVerified)
  }

  /// The bytes of a file, packed or not as they lie there, and whether they are the published ones. Those that are
  /// told by their CRC-32 are to be told later.
  private func read(
    _ file: File, _ place: PublishedFiles.Place
  ) throws -> (bytes: [UInt8], isVerified: Bool) {
    if case .inArchive(let path) = place {
      return (try SetArchive(InputFile(path, limit: .max)).packed(file), true)
    }
    let bytes = try InputFile.read(place.path, limit: IDX.limitBytes)
    let digests = file.digests
    if digests.crc32 != nil { return (bytes, true) }
    func check(_ expected: FileDigest, _ found: FileDigest) throws {
      guard expected == found else {
        throw DataSourceError.notPublished(
          path: place.path, set: name, expected: expected, found: found)
      }
    }
    if GzipReader.recognizes(bytes) {
      if let expected = digests.packedMD5 {
        let found = MD5.digest(bytes)
        if found == expected { return (bytes, true) }
        // Packed anew by somebody else, maybe.
        if digests.md5 == nil { try check(.packedMD5(expected), .packedMD5(found)) }
      }
      if let expected = digests.md5 {
        let content = try Self.unpacked(bytes, file, path: place.path)
        try check(.md5(expected), .md5(MD5.digest(content)))
        return (content, true)
      }
    } else if let expected = digests.md5 {
      try check(.md5(expected), .md5(MD5.digest(bytes)))
      return (bytes, true)
    } else {
      try check(.byteCount(file.byteCount), .byteCount(bytes.count))
    }
    return (bytes, false)
  }

  private static func unpacked(_ bytes: [UInt8], _ file: File, path: String) throws -> [UInt8] {
    let reader = try GzipReader(bytes, path: path)
    // One more than there should be: it makes the reader check gzip's checksum and length too.
    return try reader.read(file.byteCount + 1)
  }
}

/// A set's archive, open. Throws `ZIPError` where it is none or damaged.
struct SetArchive: ~Copyable {
  private let file: InputFile
  private let archive: ZIPArchive

  init(_ file: consuming InputFile) throws {
    let file = file
    archive = try ZIPArchive(path: file.path, byteCount: file.size) { try file.read($0) }
    self.file = file
  }

  /// The entry of a file, in whatever folder.
  func entry(_ file: PublishedSet.File) -> ZIPArchive.Entry? {
    let name = file.name + ".gz"
    return archive.entries.first { $0.name == name || $0.name.hasSuffix("/" + name) }
  }

  /// The file as it was packed with gzip and published, to the last bit.
  func packed(_ file: PublishedSet.File) throws -> [UInt8] {
    guard let expected = file.digests.packedMD5 else {
      stop("no digest of \(file.name) is known to tell it by in an archive")
    }
    let bytes = try entry(file).map { entry in
      try archive.content(of: entry, limit: file.byteCount + 65_536) { try self.file.read($0) }
    }
    let found = bytes.map(MD5.digest)
    guard let bytes, found == expected else {
      throw DataSourceError.wrongArchive(
        path: self.file.path, name: file.name + ".gz", expectedMD5: expected, foundMD5: found)
    }
    return bytes
  }
}
