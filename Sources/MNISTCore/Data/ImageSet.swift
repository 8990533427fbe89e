/// Images of one size, each with its label, as the bytes they have on disk.
public struct ImageSet: Equatable, Sendable {
  /// Rows of pixels in each image.
  public let height: Int
  /// Columns of pixels in each image.
  public let width: Int
  /// `[count, height, width]` in C order.
  public let pixels: [UInt8]
  /// `[count]`, each a class from 0.
  public private(set) var labels: [UInt8]
  /// The largest label plus 1, or the number of names where that is greater.
  public private(set) var classCount: Int
  /// What the classes are called, in the order of the labels; nil where the data does not say.
  public private(set) var classNames: [String]?
  /// The CRC-32 of `imagesIDX`: of the unpacked file that the images come from.
  public let imagesCRC32: UInt32
  /// The CRC-32 of `labelsIDX`: of the unpacked file that the labels come from, also where they were given other
  /// numbers since.
  public let labelsCRC32: UInt32

  /// How many images there are.
  public var count: Int { labels.count }
  /// Pixels in one image.
  public var imageSize: Int { height * width }

  var size: ImageSize { ImageSize(height: height, width: width) }

  /// A set of at least one image of at least one pixel; `pixels` are `[count, height, width]`.
  ///
  /// - Parameter classNames: none, or a name of 1 to 1,024 bytes for each label up to the largest or
  ///   beyond, all different. The checksums do not know them.
  public init(
    height: Int, width: Int, pixels: [UInt8], labels: [UInt8], classNames: [String]? = nil
  ) {
    require(
      (1...Int(UInt32.max)).contains(height) && (1...Int(UInt32.max)).contains(width),
      "images of \(height)×\(width) pixels")
    require(
      (1...Int(UInt32.max)).contains(labels.count), "a set of \(labels.count) labels")
    let (imageSize, overflow) = height.multipliedReportingOverflow(by: width)
    require(
      !overflow && pixels.count.isMultiple(of: imageSize)
        && pixels.count / imageSize == labels.count,
      "\(pixels.count) pixels for \(labels.count) images of \(height)×\(width)")
    self.height = height
    self.width = width
    self.pixels = pixels
    self.labels = labels
    classCount = max(labels.reduce(0) { max($0, Int($1)) } + 1, classNames?.count ?? 0)
    if let classNames {
      require(
        classNames.count == classCount && ClassNames.fault(classNames) == nil,
        "the names \(classNames) for \(classCount) classes")
    }
    self.classNames = classNames
    let imagesHeader = IDXHeader.encoded(.images, sizes: [labels.count, height, width])
    imagesCRC32 = CRC32.checksum(pixels, after: CRC32.checksum(imagesHeader))
    labelsCRC32 = Self.checksum(ofLabels: labels)
  }

  /// The CRC-32 of the labels as an IDX file.
  static func checksum(ofLabels labels: [UInt8]) -> UInt32 {
    let header = IDXHeader.encoded(.labels, sizes: [labels.count])
    return CRC32.checksum(labels, after: CRC32.checksum(header))
  }

  /// The same images with each label the place that its class's name has in `names`; nil where a name is not
  /// there. The set must have names.
  func renumbered(as names: [String]) -> ImageSet? {
    require(classNames != nil, "classes without names")
    let places = (classNames ?? []).compactMap { names.firstIndex(of: $0) }
    guard places.count == classCount else { return nil }
    var set = self
    set.labels = labels.map { UInt8(places[Int($0)]) }
    set.classCount = names.count
    set.classNames = names
    return set
  }

  /// The same images with these names, at least one for each class, or none.
  func named(_ names: [String]?) -> ImageSet {
    require(names?.count ?? classCount >= classCount, "names for \(classCount) classes")
    var set = self
    set.classCount = names?.count ?? classCount
    set.classNames = names
    return set
  }

  /// The images as an IDX file.
  public var imagesIDX: [UInt8] {
    IDXHeader.encoded(.images, sizes: [count, height, width]) + pixels
  }

  /// The labels as an IDX file.
  public var labelsIDX: [UInt8] {
    IDXHeader.encoded(.labels, sizes: [count]) + labels
  }
}

extension ImageSet {
  /// Reads the set from its two IDX files, each packed with gzip or not.
  ///
  /// Where `classes` is given, every label must be below it. Throws `FileError`, `GzipError` or
  /// `IDXError`.
  init(imagesPath: String, labelsPath: String, classes: Int? = nil) throws {
    // The small file first, so that its faults are found at once.
    let labels = try Self.read(labelsPath, .labels).elements
    try Self.check(labels, below: classes, path: labelsPath)
    let images = try Self.read(imagesPath, .images)
    guard images.sizes[0] == labels.count else {
      throw ArrayError.countsDiffer(
        imagesPath: imagesPath, images: images.sizes[0],
        labelsPath: labelsPath, labels: labels.count)
    }
    self.init(
      height: images.sizes[1], width: images.sizes[2], pixels: images.elements, labels: labels)
  }

  private static func read(_ path: String, _ kind: IDXKind) throws -> IDX {
    try IDX.decode(InputFile.read(path, limit: IDX.limitBytes), kind, path: path)
  }

  /// Every label must be below `classes`, where that is given; `path` is their name in errors.
  static func check(_ labels: [UInt8], below classes: Int?, path: String) throws(IDXError) {
    if let classes, let index = labels.firstIndex(where: { Int($0) >= classes }) {
      throw .labelOutOfRange(
        path: path, index: index, label: Int(labels[index]), classes: classes)
    }
  }
}

/// Images as network inputs: bytes stay bytes, and are divided by 255 as a batch is gathered.
public struct ImageDataset: Dataset {
  /// The bytes.
  public let images: ImageSet
  private let exampleShape: [Int]
  private let pixels: ByteStorage

  /// The images as examples.
  ///
  /// - Parameter flatten: whether an example has shape `[height · width]`, else `[height, width]`.
  public init(_ images: ImageSet, flatten: Bool = true) {
    self.images = images
    pixels = CurrentDevice.device.upload(bytes: images.pixels)
    exampleShape = flatten ? [images.imageSize] : [images.height, images.width]
  }

  /// The training or the test part of the set in a folder; see `SetFolder`.
  public static func load(
    _ directory: String, isTrain: Bool, flatten: Bool = true
  ) throws -> ImageDataset {
    ImageDataset(try SetFolder.load(directory, isTrain: isTrain), flatten: flatten)
  }

  /// How many images there are.
  public var count: Int { images.count }

  /// The images at these indices, `[indices.count, …]`, numbers from 0 to 1, with their labels.
  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    check(indices, below: count)
    let numbers = pixels.device.gatherRows(
      Array(indices), of: pixels, width: images.imageSize)
    return Batch(
      inputs: Tensor(shape: [indices.count] + exampleShape, storage: numbers),
      labels: indices.map { Int(images.labels[$0]) })
  }
}
