/// A set of images that was published and that everybody has with the same bytes.
struct PublishedSet: Equatable, Sendable {
  /// One of its files, unpacked.
  struct File: Equatable, Sendable {
    var name: String
    var byteCount: Int
    var crc32: UInt32
  }

  /// The training part or the test part.
  struct Part: Equatable, Sendable {
    var images: File
    var labels: File

    func matches(imagesCRC32: UInt32, labelsCRC32: UInt32) -> Bool {
      images.crc32 == imagesCRC32 && labels.crc32 == labelsCRC32
    }
  }

  var name: String
  /// Where its files lie inside the data folder, as torchvision puts them.
  var subfolder: String
  var train: Part
  var test: Part
  /// Addresses, the best first; one of them, a file's name and `.gz` together are the packed file's address.
  var mirrors: [String]
  /// Folders into which a package of the system's installs it.
  var installedFolders: [String] = []
  /// What its authors call the classes; nil where these are digits. A model's file has no need to say it.
  var classNames: [String]?

  func part(isTrain: Bool) -> Part { isTrain ? train : test }

  // Checksums are those of the files as their authors published them, unpacked.

  static let mnist = PublishedSet(
    name: "MNIST", subfolder: "MNIST/raw",
    train: part("train", 60_000, imagesCRC32: 0xe9f4_d8b3, labelsCRC32: 0xe0cb_4ad2),
    test: part("t10k", 10_000, imagesCRC32: 0x9137_3bdf, labelsCRC32: 0x4ab9_eff9),
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
      "https://raw.githubusercontent.com/fgnt/mnist/master/",
    ])

  static let fashionMNIST = PublishedSet(
    name: "Fashion-MNIST", subfolder: "FashionMNIST/raw",
    train: part("train", 60_000, imagesCRC32: 0xb4f2_9f28, labelsCRC32: 0x741a_4657),
    test: part("t10k", 10_000, imagesCRC32: 0x678f_e0b1, labelsCRC32: 0x8014_2c1f),
    mirrors: [
      "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    // Debian's and Ubuntu's package dataset-fashion-mnist.
    installedFolders: ["/usr/share/datasets/fashion-mnist"],
    classNames: [
      "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot",
    ])

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
