import Synchronization

/// Handwritten-looking digits, drawn when they are asked for: a data set that is always there.
///
/// Each image is drawn by `DigitArtist` with random choices of its own, which depend on the seed, the
/// part and the image's index alone: no number of threads changes a byte, and no two images share
/// their choices. Drawing uses +, −, ·, / and the square root only, which every machine rounds
/// alike.
public enum BuiltInDigits {
  /// The training or the test part: images of 28×28 pixels, ink 255 on 0, laid out as MNIST's are.
  ///
  /// - Parameters:
  ///   - count: at least 1; 60,000 to train on and 10,000 to test with unless given. A smaller set is
  ///     the beginning of a larger one. Labels go round 0…9.
  ///   - seed: the same seed gives the same bytes.
  public static func make(isTrain: Bool, count: Int? = nil, seed: UInt64 = 0) -> ImageSet {
    let count = count ?? (isTrain ? 60_000 : 10_000)
    require(count >= 1, "a set of \(count) digits")
    // Some 10 ms of work, so that threads rarely meet at the lock.
    let chunkSize = 250
    let chunkCount = (count - 1) / chunkSize + 1
    let chunks = Mutex([[UInt8]](repeating: [], count: chunkCount))
    ThreadPool.current.forEach(chunkCount) { chunk in
      let range = chunk * chunkSize..<min(count, (chunk + 1) * chunkSize)
      var artist = DigitArtist()
      var pixels: [UInt8] = []
      pixels.reserveCapacity(range.count * DigitRaster.imageSize)
      for index in range {
        var random = DigitRandom(seed: seed, isTrain: isTrain, index: index)
        artist.draw(index % 10, &random, into: &pixels)
      }
      chunks.withLock { $0[chunk] = pixels }
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count * DigitRaster.imageSize)
    chunks.withLock { chunks in
      for chunk in chunks { pixels.append(contentsOf: chunk) }
    }
    return ImageSet(
      height: DigitRaster.side, width: DigitRaster.side, pixels: pixels,
      labels: (0..<count).map { UInt8($0 % 10) })
  }
}
