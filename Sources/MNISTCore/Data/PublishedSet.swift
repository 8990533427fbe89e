/// A set of images that was published and that everybody has with the same bytes.
struct PublishedSet: Equatable, Sendable {
  /// One of its files.
  struct File: Equatable, Sendable {
    /// As it was published, without `.gz`.
    var name: String
    /// Of the unpacked file.
    var byteCount: Int
    var digests: FileDigests
  }

  /// The training part or the test part.
  struct Part: Equatable, Sendable {
    var images: File
    var labels: File

    /// Whether images and labels with these CRC-32s are known to be this part.
    func matches(imagesCRC32: UInt32, labelsCRC32: UInt32) -> Bool {
      images.digests.crc32 == imagesCRC32 && labels.digests.crc32 == labelsCRC32
    }
  }

  /// A ZIP archive in which all files of the set were published together, each packed with gzip.
  struct Archive: Equatable, Sendable {
    var name: String
    var md5: String
    /// No download of it takes more.
    var limitBytes: Int
    /// Addresses, the best first; one of them and the archive's name together are its address.
    var mirrors: [String]
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
  var archive: Archive?
  /// What its authors call the classes; nil where these are digits.
  var classNames: [String]?
  /// Whether rows and columns are exchanged in the files.
  var isTransposed = false

  func part(isTrain: Bool) -> Part { isTrain ? train : test }

  /// Whether rows and columns are exchanged in a file, as its name tells: `emnist-letters-test.csv`, say. Dash, dot
  /// and underscore are the same in it.
  static func isTransposed(inFile path: String) -> Bool {
    let words = FileSystem.split(path).name.lowercased().split { "-._".contains($0) }
    return words.first == "emnist" && words.count > 2
  }

  /// What the classes are called in files whose names begin as those of a set do: `emnist-letters`.
  static func classNames(of name: String, atLeast count: Int) -> [String]? {
    guard !name.isEmpty else { return nil }
    return all.values.first { IDXFileName($0.train.images.name)?.set == name }?.classNames
      .flatMap { $0.count >= count ? $0 : nil }
  }
}

/// What is known of a file's bytes.
struct FileDigests: Equatable, Sendable {
  /// Of the content, unpacked.
  var crc32: UInt32?
  /// Of the content, unpacked; 32 lower-case hexadecimal digits.
  var md5: String?
  /// Of the file as it was packed with gzip.
  var packedMD5: String?

  /// Whether a file can be told by what is in it, however it is packed.
  var areOfContent: Bool { crc32 != nil || md5 != nil }
}

/// What a file was told from another by.
package enum FileDigest: Equatable, Sendable {
  case crc32(UInt32)
  case md5(String)
  case packedMD5(String)
  case byteCount(Int)

  /// The name of what it is, empty where the value says it.
  var name: String {
    switch self {
    case .crc32: "CRC-32 of the content "
    case .md5: "MD5 of the content "
    case .packedMD5: "MD5 of the packed file "
    case .byteCount: ""
    }
  }

  var value: String {
    switch self {
    case .crc32(let word): hexadecimal(word)
    case .md5(let digits), .packedMD5(let digits): digits
    case .byteCount(let count): "\(count) bytes"
    }
  }
}
