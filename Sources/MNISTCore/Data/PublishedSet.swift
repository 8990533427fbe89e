/// A set of images of which everybody has the same bytes.
public struct PublishedSet: Equatable, Sendable {
  /// One of its files, unpacked.
  public struct File: Equatable, Sendable {
    public var name: String
    public var byteCount: Int
    public var crc32: UInt32

    public init(name: String, byteCount: Int, crc32: UInt32) {
      self.name = name
      self.byteCount = byteCount
      self.crc32 = crc32
    }
  }

  /// The training part or the test part.
  public struct Part: Equatable, Sendable {
    public var images: File
    public var labels: File

    public init(images: File, labels: File) {
      self.images = images
      self.labels = labels
    }

    func matches(imagesCRC32: UInt32, labelsCRC32: UInt32) -> Bool {
      images.crc32 == imagesCRC32 && labels.crc32 == labelsCRC32
    }
  }

  public var name: String
  /// Where its files lie in the data folder, as torchvision puts them.
  public var subfolder: String
  public var train: Part
  public var test: Part
  /// Addresses at which a file's name and `.gz` give that file, the best first.
  public var mirrors: [String]
  /// Where the system's packages install it.
  public var installedFolders: [String]

  public init(
    name: String, subfolder: String, train: Part, test: Part, mirrors: [String],
    installedFolders: [String] = []
  ) {
    self.name = name
    self.subfolder = subfolder
    self.train = train
    self.test = test
    self.mirrors = mirrors
    self.installedFolders = installedFolders
  }

  func part(isTrain: Bool) -> Part { isTrain ? train : test }

  /// The checksums are those of the files as their authors published them, unpacked.
  public static let mnist = PublishedSet(
    name: "MNIST", subfolder: "MNIST/raw",
    train: part("train", 60_000, imagesCRC32: 0xe9f4_d8b3, labelsCRC32: 0xe0cb_4ad2),
    test: part("t10k", 10_000, imagesCRC32: 0x9137_3bdf, labelsCRC32: 0x4ab9_eff9),
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
      "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ])

  public static let fashionMNIST = PublishedSet(
    name: "Fashion-MNIST", subfolder: "FashionMNIST/raw",
    train: part("train", 60_000, imagesCRC32: 0xb4f2_9f28, labelsCRC32: 0x741a_4657),
    test: part("t10k", 10_000, imagesCRC32: 0x678f_e0b1, labelsCRC32: 0x8014_2c1f),
    mirrors: [
      "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    // Debian's and Ubuntu's package dataset-fashion-mnist.
    installedFolders: ["/usr/share/datasets/fashion-mnist"])

  private static func part(
    _ prefix: String, _ count: Int, imagesCRC32: UInt32, labelsCRC32: UInt32
  ) -> Part {
    Part(
      images: File(
        name: "\(prefix)-images-idx3-ubyte", byteCount: 16 + count * 28 * 28, crc32: imagesCRC32),
      labels: File(
        name: "\(prefix)-labels-idx1-ubyte", byteCount: 8 + count, crc32: labelsCRC32))
  }
}
