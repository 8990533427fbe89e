// The sets that are known by name, with their mirrors and what their files are told by.

extension PublishedSet {
  /// Every set by its name.
  static let all: [DatasetChoice: PublishedSet] = [
    .mnist: mnist, .fashionMNIST: fashionMNIST, .kmnist: kmnist, .qmnist: qmnist,
    .emnistLetters: emnistLetters, .emnistDigits: emnistDigits, .emnistBalanced: emnistBalanced,
    .emnistByClass: emnistByClass, .emnistByMerge: emnistByMerge, .emnistMNIST: emnistMNIST,
  ]

  // CRC-32s are those of the files as their authors published them, unpacked.

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

  // Of the sets below only the packed files' MD5s are published, as torchvision and others have them.

  /// Kuzushiji-MNIST: ten characters of old Japanese books.
  static let kmnist = PublishedSet(
    name: "KMNIST", subfolder: "KMNIST/raw",
    train: part(
      "train", 60_000, imagesMD5: "bdb82020997e1d708af4cf47b453dcf7",
      labelsMD5: "e144d726b3acfaa3e44228e80efcd344"),
    test: part(
      "t10k", 10_000, imagesMD5: "5c965bf0a639b31b8f53240b1b52f4d7",
      labelsMD5: "7320c461ea6c1c855c0b718fb2a4b134"),
    mirrors: [
      "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
      "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ],
    classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"])

  /// MNIST made anew from its source, with the 50,000 test images that it left out.
  static let qmnist = PublishedSet(
    name: "QMNIST", subfolder: "QMNIST/raw",
    train: qmnistPart(
      "train", imagesMD5: "ed72d4157d28c017586c42bc6afe6370",
      labels: FileDigests(
        md5: "1d43300e7f41ddcbf7fd006cbe865af9", packedMD5: "0058f8dd561b90ffdd0f734c6a30e5e4")),
    test: qmnistPart(
      "test", imagesMD5: "1394631089c404de565df7b7aeaf9412",
      labels: FileDigests(
        md5: "5e00709fb0090091f3afc51d204ad83c", packedMD5: "5b5b05890a5e13444e108efe57b788aa")),
    mirrors: ["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"])

  static let emnistLetters = emnist(
    "letters",
    train: part(
      "emnist-letters-train", 124_800, imagesMD5: "8795078f199c478165fe18db82625747",
      labelsMD5: "c16de4f1848ddcdddd39ab65d2a7be52"),
    test: part(
      "emnist-letters-test", 20_800, imagesMD5: "382093a19703f68edac6d01b8dfdfcad",
      labelsMD5: "d4108920cd86601ec7689a97f2de7f59"),
    classNames: ["N/A"] + letters.map { $0.lowercased() })

  static let emnistDigits = emnist(
    "digits",
    train: part(
      "emnist-digits-train", 240_000, imagesMD5: "d2662ecdc47895a6bbfce25de9e9a677",
      labelsMD5: "2223fcfee618ac9c89ef20b6e48bcf9e"),
    test: part(
      "emnist-digits-test", 40_000, imagesMD5: "a159b8b3bd6ab4ed4793c1cb71a2f5cc",
      labelsMD5: "8afde66ea51d865689083ba6bb779fac"))

  static let emnistBalanced = emnist(
    "balanced",
    train: part(
      "emnist-balanced-train", 112_800, imagesMD5: "4041b0d6f15785d3fa35263901b5496b",
      labelsMD5: "7a35cc7b2b7ee7671eddf028570fbd20"),
    test: part(
      "emnist-balanced-test", 18_800, imagesMD5: "6818d20fe2ce1880476f747bbc80b22b",
      labelsMD5: "acd3694070dcbf620e36670519d4b32f"),
    classNames: merged)

  static let emnistByClass = emnist(
    "byclass",
    train: part(
      "emnist-byclass-train", 697_932, imagesMD5: "712dda0bd6f00690f32236ae4325c377",
      labelsMD5: "ee299a3ee5faf5c31e9406763eae7e43"),
    test: part(
      "emnist-byclass-test", 116_323, imagesMD5: "1435209e34070a9002867a9ab50160d7",
      labelsMD5: "7a0f934bd176c798ecba96b36fda6657"),
    classNames: digits + letters + letters.map { $0.lowercased() })

  static let emnistByMerge = emnist(
    "bymerge",
    train: part(
      "emnist-bymerge-train", 697_932, imagesMD5: "4a792d4df261d7e1ba27979573bf53f3",
      labelsMD5: "491be69ef99e1ab1f5b7f9ccc908bb26"),
    test: part(
      "emnist-bymerge-test", 116_323, imagesMD5: "8eb5d34c91f1759a55831c37ec2a283f",
      labelsMD5: "c13f4cd5211cdba1b8fa992dae2be992"),
    classNames: merged)

  static let emnistMNIST = emnist(
    "mnist",
    train: part(
      "emnist-mnist-train", 60_000, imagesMD5: "3663598a39195d030895b6304abb5065",
      labelsMD5: "6c092f03c9bb63e678f80f8bc605fe37"),
    test: part(
      "emnist-mnist-test", 10_000, imagesMD5: "fb51b6430fc4dd67deaada1bf25d4524",
      labelsMD5: "ae7f6be798a9a5d5f2bd32e078a402dd"))

  private static let digits = (0..<10).map(String.init)
  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map(String.init)
  /// Small letters only where they look unlike the capital one.
  private static let merged = digits + letters + "abdefghnqrt".map(String.init)

  /// A split of EMNIST: letters and digits from MNIST's own source.
  private static func emnist(
    _ split: String, train: Part, test: Part, classNames: [String]? = nil
  ) -> PublishedSet {
    PublishedSet(
      name: "EMNIST \(split)", subfolder: "EMNIST/raw", train: train, test: test, mirrors: [],
      archive: Archive(
        name: "gzip.zip", md5: "58c8d27c78d21e728a6bc7b3cc06412e", limitBytes: 600_000_000,
        mirrors: [
          "https://biometrics.nist.gov/cs_links/EMNIST/",
          "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
        ]),
      classNames: classNames, isTransposed: true)
  }

  private static func part(
    _ prefix: String, _ count: Int, imagesCRC32: UInt32, labelsCRC32: UInt32
  ) -> Part {
    part(prefix, count, FileDigests(crc32: imagesCRC32), FileDigests(crc32: labelsCRC32))
  }

  private static func part(
    _ prefix: String, _ count: Int, imagesMD5: String, labelsMD5: String
  ) -> Part {
    part(prefix, count, FileDigests(packedMD5: imagesMD5), FileDigests(packedMD5: labelsMD5))
  }

  private static func part(
    _ prefix: String, _ count: Int, _ images: FileDigests, _ labels: FileDigests
  ) -> Part {
    Part(
      images: File(
        name: "\(prefix)-images-idx3-ubyte", byteCount: 16 + count * 28 * 28, digests: images),
      labels: File(name: "\(prefix)-labels-idx1-ubyte", byteCount: 8 + count, digests: labels))
  }

  /// Its labels are rows of eight big-endian words, of which the first is the class.
  private static func qmnistPart(
    _ prefix: String, imagesMD5: String, labels: FileDigests
  ) -> Part {
    var part = part(
      "qmnist-\(prefix)", 60_000, FileDigests(packedMD5: imagesMD5), labels)
    part.labels.name = "qmnist-\(prefix)-labels-idx2-int"
    part.labels.byteCount = 12 + 60_000 * 8 * 4
    return part
  }
}
