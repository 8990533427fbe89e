/// What is known of the data that a model was trained on.
public struct DataIdentity: Equatable, Sendable {
  /// The CRC-32 of the training images, as `ImageSet` computes it.
  public var imagesCRC32: UInt32
  /// The CRC-32 of the training labels.
  public var labelsCRC32: UInt32
  /// What they were asked for as.
  public var dataset: DatasetChoice
  /// The folder that they were in, where that is known; they may have gone from there.
  public var folder: String?
  /// What was done to them as they were loaded, and is to be done to test images.
  public var preparation: ImagePreparation

  /// The data with these checksums.
  public init(
    imagesCRC32: UInt32, labelsCRC32: UInt32, dataset: DatasetChoice = .auto,
    folder: String? = nil, preparation: ImagePreparation = ImagePreparation()
  ) {
    self.imagesCRC32 = imagesCRC32
    self.labelsCRC32 = labelsCRC32
    self.dataset = dataset
    self.folder = folder
    self.preparation = preparation
  }

  /// What the classes are called, where the data is known to be a published set.
  var publishedClassNames: [String]? {
    PublishedSet.all.values.first {
      $0.train.matches(imagesCRC32: imagesCRC32, labelsCRC32: labelsCRC32)
    }?.classNames
  }

  /// What the set is called; nil of data that is nobody's but its owner's.
  var setName: String? {
    if isDigits { return "built-in digits" }
    let matching = PublishedSet.all.values.first {
      $0.train.matches(imagesCRC32: imagesCRC32, labelsCRC32: labelsCRC32)
    }
    return (matching ?? PublishedSet.all[dataset])?.name
  }

  /// Whether they were the built-in digits.
  public var isDigits: Bool { dataset == .digits }

  func isOf(_ images: ImageSet) -> Bool {
    images.imagesCRC32 == imagesCRC32 && images.labelsCRC32 == labelsCRC32
  }

  /// Whether these are the training files; the small one is read first.
  func isOf(_ files: MNISTFolder.Files) throws -> Bool {
    try Self.has(files.labels, labelsCRC32) && Self.has(files.images, imagesCRC32)
  }

  /// Whether the training part of a set has these checksums, as `load` makes its images. Where its files are enough
  /// to tell it, nothing is loaded.
  func isOf(
    _ training: FoundSet, _ preparation: ImagePreparation, load: (FoundSet) throws -> LoadedImages
  ) throws -> Bool {
    switch training.form {
    case .idx(let files):
      if !training.isSwapped(preparation), try files.arePlain { return try isOf(files) }
    case .pictures(let pictures):
      guard ImageSet.checksum(ofLabels: pictures.labels) == labelsCRC32 else { return false }
    case .table: break
    }
    return isOf(try load(training).images)
  }

  /// Whether the CRC-32 of a file's unpacked content is this.
  private static func has(_ path: String, _ crc32: UInt32) throws -> Bool {
    let file = try FileBytes(path, limit: IDX.limitBytes)
    let stream = try ByteStream(file)
    // The last eight bytes of a gzip file with one member are the checksum and the length of what it holds.
    if stream.isPacked,
      try file.read(4, from: max(0, file.count - 8)).reversed()
        .reduce(0, { $0 << 8 | UInt32($1) }) == crc32
    {
      return true
    }
    var found = CRC32.checksum([])
    while case let piece = try stream.next(1 << 20), !piece.isEmpty {
      found = CRC32.checksum(piece, after: found)
    }
    return found == crc32
  }
}
