import Foundation

@testable import MNISTCore

/// Image sets and folders that take no time to train on.
enum SmallSets {
  /// Images with one bright field out of as many as there are classes, and noise on all of it.
  static func fields(
    _ count: Int, height: Int = 10, width: Int = 14, classes: Int = 4, seed: UInt64 = 1
  ) -> ImageSet {
    let noise = RandomGenerator(seed: seed)
    var pixels: [UInt8] = []
    for index in 0..<count {
      for place in 0..<height * width {
        let isBright = place * classes / (height * width) == index % classes
        pixels.append(UInt8(noise.next() % 60) + (isBright ? 190 : 20))
      }
    }
    return ImageSet(
      height: height, width: width, pixels: pixels,
      labels: (0..<count).map { UInt8($0 % classes) })
  }

  /// Settings for a tiny model of `images`.
  static func settings(
    _ images: ImageSet, hiddenSizes: [Int] = [9, 6], useDropout: Bool = false,
    batchSize: Int = 16, epochCount: Int = 2, seed: UInt64 = 3
  ) -> TrainingSettings {
    TrainingSettings(
      imageHeight: images.height, imageWidth: images.width, outputSize: images.classCount,
      hiddenSizes: hiddenSizes, useDropout: useDropout, dropoutProbability: 0.3, trainRatio: 0.8,
      batchSize: batchSize, epochCount: epochCount, seed: seed,
      imagesCRC32: images.imagesCRC32, labelsCRC32: images.labelsCRC32)
  }

  /// A tiny run of both regularisation modes, trained.
  static func checkpoint(
    useDropout: Bool = false, epochCount: Int = 2, seed: UInt64 = 3
  ) throws -> Checkpoint {
    let images = fields(24, height: 2, width: 3, classes: 3)
    let settings = settings(
      images, hiddenSizes: [5, 4], useDropout: useDropout, batchSize: 8, epochCount: epochCount,
      seed: seed)
    let run = TrainingRun(settings, images: images)
    try run.train()
    return Checkpoint(settings: settings, state: run.state)
  }

  /// Gives `body` the path of a folder with these files, which is removed afterwards.
  static func withFolder(
    _ files: [String: [UInt8]] = [:], _ body: (String) throws -> Void
  ) throws {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try put(files, in: folder)
    try body(folder)
  }

  /// The same for a `body` that waits.
  static func withFolderAsync(_ body: (String) async throws -> Void) async throws {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private static func makeFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/mnist-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    return folder
  }

  /// Writes a part of a set, `train` or `t10k`, into a folder, which is made where it is not there.
  static func put(_ images: ImageSet, _ part: String = "train", in folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write(images.imagesIDX, "\(folder)/\(part)-images-idx3-ubyte")
    try write(images.labelsIDX, "\(folder)/\(part)-labels-idx1-ubyte")
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  static func content(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  static func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// Writes the files, by their paths in `folder`, and makes the folders around them.
  static func put(_ files: [String: [UInt8]], in folder: String) throws {
    for (name, bytes) in files {
      let url = URL(filePath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
  }

  /// A gzip member that holds `content` as it is, in stored blocks, with nothing of zlib's: a header of 10
  /// bytes, 5 bytes before each block of at most 65,535, then checksum and length.
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    func littleEndian(_ word: Int, _ byteCount: Int) -> [UInt8] {
      (0..<byteCount).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    var rest = content[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(65_535)
      packed += [rest.isEmpty ? 1 : 0]
      packed += littleEndian(block.count, 2) + littleEndian(~block.count, 2) + block
    } while !rest.isEmpty
    return packed + littleEndian(Int(CRC32.checksum(content)), 4) + littleEndian(content.count, 4)
  }
}
