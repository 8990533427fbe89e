/// Images as network inputs: bytes stay bytes, and are divided by 255 as a batch is gathered.
public struct ImageDataset: Dataset {
  public let images: ImageSet
  private let exampleShape: [Int]
  private let pixels: ByteStorage

  /// - Parameter flatten: whether an example has shape `[height · width]`, else `[height, width]`.
  public init(_ images: ImageSet, flatten: Bool = true) {
    self.images = images
    pixels = CurrentDevice.device.upload(bytes: images.pixels)
    exampleShape = flatten ? [images.imageSize] : [images.height, images.width]
  }

  /// The training or the test part of the set in a folder; see `MNISTFolder`.
  public static func load(
    _ directory: String, isTrain: Bool, flatten: Bool = true
  ) throws -> ImageDataset {
    ImageDataset(try MNISTFolder.load(directory, isTrain: isTrain), flatten: flatten)
  }

  public var count: Int { images.count }

  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    require(
      indices.allSatisfy { $0 >= 0 && $0 < count }, "indices must be in 0..<\(count)")
    let numbers = pixels.device.gatherRows(
      Array(indices), of: pixels, width: images.imageSize)
    return Batch(
      inputs: Tensor(shape: [indices.count] + exampleShape, storage: numbers),
      labels: indices.map { Int(images.labels[$0]) })
  }
}
