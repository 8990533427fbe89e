/// How images are varied before they are trained on, each anew in every epoch: a model then learns what a class looks like,
/// not what its images are.
///
/// With strength k every draw is uniform in ±k times its range, in pixels of an image of 28 rows (of others in proportion):
/// - affine: rotation 12°, logarithm of the scale 0.10 and of the aspect ratio 0.08, shear 0.15, shift 2 pixels each way;
/// - elastic: a smooth random displacement of 1.2 pixels, root mean square (Simard, Steinkraus and Platt, 2003);
/// - stroke: strokes bolder or finer by at most half of a pixel on each side.
///
/// Over the last three tenths of the epochs k falls evenly to 0.4 of what it was: the last images are nearly the real ones.
public struct Augmentation: Equatable, Sendable {
  /// A way to vary an image.
  public enum Kind: String, CaseIterable, Sendable {
    /// Turned, scaled, sheared and shifted.
    case affine
    /// Bent.
    case elastic
    /// With bolder or finer strokes.
    case stroke

    /// Kinds with commas between them, such as `affine,elastic`, each once; nil where the text is none.
    package static func list(_ text: String) -> [Kind]? {
      let words = text.split(separator: ",", omittingEmptySubsequences: false)
      let kinds = words.compactMap { Kind(rawValue: String($0)) }
      guard kinds.count == words.count, Set(kinds).count == kinds.count else { return nil }
      return allCases.filter(kinds.contains)
    }
  }

  /// In the order of `Kind.allCases`, each once; none varies nothing.
  public let kinds: [Kind]
  /// What every range is multiplied with.
  public let strength: Double

  /// - Parameter strength: above 0 and finite.
  public init(_ kinds: [Kind], strength: Double = 1) {
    require(strength > 0 && strength.isFinite, "augmentation of strength \(strength)")
    self.kinds = Kind.allCases.filter(kinds.contains)
    self.strength = strength
  }

  /// Of the epoch that has `epoch` of `epochCount` behind it.
  func strength(inEpoch epoch: Int, of epochCount: Int) -> Double {
    let done = Double(epoch) / Double(epochCount)
    return strength * (1 - 0.6 * min(max((done - 0.7) / 0.3, 0), 1))
  }
}

/// Images that are varied, with their labels. Equal seeds and epochs give equal images, whatever came before.
final class AugmentedDataset: Dataset {
  private let images: ImageSet
  private let indices: [Int]
  private let augmentation: Augmentation
  private let epochCount: Int
  private let seed: UInt64
  private let device = CurrentDevice.device
  private var fields: (generation: Int, fields: [DisplacementField])?

  /// Which epoch the next batches are of: so many others are behind it.
  var epoch = 0

  /// - Parameters:
  ///   - indices: of the images that are trained on.
  ///   - seed: of everything that is drawn here; nobody else's stream moves.
  init(
    _ images: ImageSet, indices: [Int], _ augmentation: Augmentation, epochCount: Int, seed: UInt64
  ) {
    self.images = images
    self.indices = indices
    self.augmentation = augmentation
    self.epochCount = epochCount
    // Apart from dropout's stream, which has the seed itself.
    self.seed = SplitMix64.bits(seed: seed ^ 0x6175_676D_656E_7421, at: 0)
  }

  var count: Int { indices.count }

  func batch(_ indices: ArraySlice<Int>) -> Batch {
    check(indices, below: count)
    let rows = indices.map { self.indices[$0] }
    let bytes = pixels(of: rows)
    let numbers = device.gatherRows(
      Array(0..<rows.count), of: device.upload(bytes: bytes), width: images.imageSize)
    return Batch(
      inputs: Tensor(shape: [rows.count, images.imageSize], storage: numbers),
      labels: rows.map { Int(images.labels[$0]) })
  }

  /// The images at `rows`, varied.
  func pixels(of rows: [Int]) -> [UInt8] {
    let fields = augmentation.kinds.contains(.elastic) ? currentFields() : []
    let strength = augmentation.strength(inEpoch: epoch, of: epochCount)
    let key = SplitMix64.bits(seed: seed, at: UInt64(epoch))
    let maps = rows.map { row in
      var draws = Draws(seed: SplitMix64.bits(seed: key, at: UInt64(row)))
      return map(&draws, strength, fields)
    }
    return ImageWarp(height: images.height, width: images.width)
      .images(rows, of: images.pixels, by: maps)
  }

  /// One image's numbers, in a fixed order.
  private struct Draws {
    let seed: UInt64
    var count: UInt64 = 0

    mutating func bits() -> UInt64 {
      defer { count += 1 }
      return SplitMix64.bits(seed: seed, at: count)
    }

    /// In −range…range.
    mutating func uniform(_ range: Double) -> Double {
      range * (Double(bits() >> 11) * 0x1p-52 - 1)
    }
  }

  private func map(
    _ draws: inout Draws, _ strength: Double, _ fields: [DisplacementField]
  ) -> ImageWarp.Map {
    let pixel = Double(images.height) / 28
    let (middleX, middleY) = (Double(images.width - 1) / 2, Double(images.height - 1) / 2)
    var map = ImageWarp.Map(
      xx: 1, xy: 0, x0: Float(middleX), yx: 0, yy: 1, y0: Float(middleY))
    for kind in augmentation.kinds {
      switch kind {
      case .affine:
        let angle = draws.uniform(12 * strength) * Double.pi / 180
        let (scale, aspect) = (draws.uniform(0.10 * strength), draws.uniform(0.08 * strength))
        let shear = draws.uniform(0.15 * strength)
        let (c, s) = (cos(angle), sin(angle))
        let (scaleX, scaleY) = (exp(scale + aspect), exp(scale - aspect))
        map.xx = Float(c * scaleX)
        map.xy = Float((c * shear - s) * scaleY)
        map.yx = Float(s * scaleX)
        map.yy = Float((s * shear + c) * scaleY)
        map.x0 = Float(middleX + draws.uniform(2 * strength * pixel))
        map.y0 = Float(middleY + draws.uniform(2 * strength * pixel))
      case .elastic:
        let bits = draws.bits()
        let size = Float(1.2 * strength * pixel)
        let (a, b) = (bits & 1 == 0 ? size : -size, bits & 2 == 0 ? size : -size)
        let isSwapped = bits & 4 != 0
        let mask = UInt64(DisplacementField.side - 1)
        map.displacement = ImageWarp.Displacement(
          field: fields[Int((bits >> 3) & 0xFFFF) % fields.count],
          column: Int((bits >> 24) & mask), row: Int((bits >> 40) & mask),
          exOfFirst: isSwapped ? 0 : a, exOfSecond: isSwapped ? a : 0,
          eyOfFirst: isSwapped ? b : 0, eyOfSecond: isSwapped ? 0 : b)
      case .stroke:
        map.strokeWeight = Float(min(1, max(-1, draws.uniform(0.5 * strength))))
      }
    }
    return map
  }

  /// Three, made anew every second epoch.
  private func currentFields() -> [DisplacementField] {
    let generation = epoch / 2
    if let fields, fields.generation == generation { return fields.fields }
    let key = SplitMix64.bits(seed: ~seed, at: UInt64(generation))
    let scale = Float(images.height) / 28
    let made = [4, 5, 6].map { sigma in
      DisplacementField(
        sigma: Float(sigma) * scale, seed: SplitMix64.bits(seed: key, at: UInt64(sigma)))
    }
    fields = (generation, made)
    return made
  }
}
