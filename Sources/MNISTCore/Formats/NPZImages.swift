/// The images and labels in NumPy's files: an array alone (NPY), or a ZIP archive of named arrays (NPZ) as
/// `numpy.savez` and `numpy.savez_compressed` write it.
///
/// In an archive they are told by their names, whose case does not matter: `x_train`, `y_train`, `x_test` and
/// `y_test` as in Keras' mnist.npz, `train_images`, `train_labels` and so on, or `x` and `y`, `images` and `labels`
/// of a single part. What else is in it is not read.
struct NPZImages {
  /// What the images are for.
  enum Part: String, Sendable {
    case training, test
    /// The only images there are.
    case only
  }

  private struct Arrays {
    let images: ZIPArchive.Entry
    let labels: ZIPArchive.Entry?
  }

  private let file: FileBytes
  private let parts: [Part: Arrays]
  /// The names of arrays that are not read.
  let others: [String]

  private static let names: [(part: Part, images: [String], labels: [String])] = [
    (.training, ["x_train", "train_images"], ["y_train", "train_labels"]),
    (.test, ["x_test", "test_images"], ["y_test", "test_labels"]),
    (.only, ["x", "images", "data"], ["y", "labels", "target"]),
  ]

  /// Whether a file begins like an archive.
  static func recognizes(_ start: some Sequence<UInt8>) -> Bool {
    start.starts(with: ZIPArchive.signature)
  }

  /// Reads the directory of an archive. Throws `ZIPError`, `NPYError`, and what the file's reading throws.
  init(_ file: FileBytes) throws {
    self.file = file
    let archive = try ZIPArchive(path: file.path, byteCount: file.count, read: file.read)
    let entries = archive.entries.filter { $0.name.utf8.count <= 100 && $0.name.hasSuffix(".npy") }
    func entry(_ names: [String]) -> ZIPArchive.Entry? {
      names.lazy.compactMap { name in
        entries.first { Self.arrayName($0).lowercased() == name }
      }.first
    }
    var parts: [Part: Arrays] = [:]
    for (part, images, labels) in Self.names {
      if let images = entry(images) { parts[part] = Arrays(images: images, labels: entry(labels)) }
    }
    if parts[.training] != nil || parts[.test] != nil {
      parts[.only] = nil
    } else if parts.isEmpty, entries.count == 1, entry(Self.names.flatMap(\.labels)) == nil {
      parts[.only] = Arrays(images: entries[0], labels: nil)
    }
    guard !parts.isEmpty else {
      throw NPYError.noImages(path: file.path, found: archive.entries.map { Self.arrayName($0) })
    }
    let used = Set(
      parts.values.flatMap { [$0.images, $0.labels].compactMap(\.self) }.map(\.headerOffset))
    self.parts = parts
    others = archive.entries.filter { !used.contains($0.headerOffset) }.map(Self.arrayName)
  }

  private static func arrayName(_ entry: ZIPArchive.Entry) -> String {
    entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
  }

  /// The images of a part, nil where there are none.
  func images(_ part: Part) -> NPYImages? {
    parts[part].map { arrays in
      NPYImages { (try stream(arrays.images), try arrays.labels.map(stream)) }
    }
  }

  /// The only images there are; of several parts those for testing.
  var images: NPYImages {
    guard let images = images(.only) ?? images(.test) ?? images(.training) else {
      stop("an archive without images has been refused before")
    }
    return images
  }

  private func stream(_ entry: ZIPArchive.Entry) throws -> ByteStream {
    var reader = ZIPEntryReader(entry, path: file.path)
    // The archive has held this size against what is there, and the reader gives no byte more or less.
    return ByteStream(
      path: "\(file.path), \(Self.arrayName(entry))", byteCount: entry.byteCount, isPacked: false
    ) { count in try reader.next(count, read: file.read) }
  }
}

/// Images in an array of NumPy's, with labels in another where there are some: whole, or in pieces.
///
/// Images are `[count, height, width]`, the same with an axis of 1 for the colours, or `[count, pixels]` of square
/// images, in either order; whole numbers from 0 to 255, bools, or floats that are all from 0 to 1. Labels are
/// whole numbers from 0 to 255, one for each image.
struct NPYImages {
  private let open: () throws -> (images: ByteStream, labels: ByteStream?)

  /// - Parameter open: gives the arrays from their beginning, more than once.
  init(open: @escaping () throws -> (images: ByteStream, labels: ByteStream?)) {
    self.open = open
  }

  /// An array alone.
  init(_ file: FileBytes) {
    self.init { (try ByteStream(file), nil) }
  }

  static func recognizes(_ start: some Sequence<UInt8>) -> Bool {
    start.starts(with: NPYHeader.signature)
  }

  /// All images. Throws `NPYError`, `ArrayError` and what the streams throw.
  func table() throws -> ImageTable {
    let table = try ImageTable { try images($0) }
    let header = try NPYHeader(try open().images)
    return header.isFortranOrder
      ? try Self.turned(table, header, path: try open().images.path) : table
  }

  /// The same in pieces. Of an array in Fortran's order, whose first image is spread over all of it, the bytes of
  /// all images are in memory.
  func reader() throws -> any ImageReader {
    let header = try NPYHeader(try open().images)
    if header.isFortranOrder { return TableReader(try table()) }
    // Of bytes each is a pixel.
    let isBytes = header.type.kind == .unsigned && header.type.byteCount == 1
    return isBytes ? try images(.bytes) : try surveyed { try images($0) }
  }

  private func images(_ scale: PixelScale) throws -> ArrayImages {
    let (images, labels) = try open()
    let header = try NPYHeader(images)
    let shape = try ImageShape(header.shape, path: images.path)
    let pixels = try ByteNumbers(
      images, header.type, sizes: header.shape,
      .pixels(scale, perImage: shape.height * shape.width))
    guard let labels else { return ArrayImages(shape, pixels: pixels) }
    let labelsHeader = try NPYHeader(labels)
    let sizes = labelsHeader.shape
    guard sizes.count == 1 || sizes.count == 2 && sizes[1] == 1 else {
      throw ArrayError.notLabels(path: labels.path, sizes: sizes)
    }
    guard sizes[0] == shape.count else {
      throw ArrayError.countsDiffer(
        imagesPath: images.path, images: shape.count, labelsPath: labels.path, labels: sizes[0])
    }
    return ArrayImages(
      shape, pixels: pixels,
      labels: try ByteNumbers(labels, labelsHeader.type, sizes: sizes, .labels(every: 1)))
  }

  /// The images of an array whose first axis varies fastest.
  private static func turned(
    _ table: ImageTable, _ header: NPYHeader, path: String
  ) throws -> ImageTable {
    guard SystemMemory.has(table.pixels.count) else {
      throw FileError.cannotRead(path: path, reason: SystemError.noMemory)
    }
    let (count, rows) = (table.count, header.shape.count == 2 ? 1 : table.height)
    let columns = table.height * table.width / rows
    var pixels = [UInt8](repeating: 0, count: table.pixels.count)
    for row in 0..<rows {
      for column in 0..<columns {
        var target = row * columns + column
        let start = (column * rows + row) * count
        for source in start..<start + count {
          pixels[target] = table.pixels[source]
          target += rows * columns
        }
      }
    }
    return ImageTable(
      height: table.height, width: table.width, pixels: pixels, labels: table.labels,
      scale: table.scale)
  }
}
