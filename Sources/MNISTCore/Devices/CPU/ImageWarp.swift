/// Grey images whose pixels are moved, and whose strokes are made thicker or thinner before.
///
/// A stroke's weight w in −1…1 moves each pixel by |w| towards the largest (w above 0) or the smallest of itself and its four
/// neighbours.
/// A pixel (x, y) of the result is what the image shows, between its pixels linearly, at
/// `(xx · X + xy · Y + x₀ + ex, yx · X + yy · Y + y₀ + ey)`, where X and Y are x and y from the image's centre and
/// (ex, ey) comes from a field of displacements. Around the image all is 0.
struct ImageWarp {
  /// How one image is moved.
  struct Map {
    var (xx, xy, x0): (Float, Float, Float)
    var (yx, yy, y0): (Float, Float, Float)
    var displacement: Displacement?
    var strokeWeight: Float = 0
  }

  /// A piece of a field, with the factors that make (ex, ey) of its two components.
  struct Displacement {
    let field: DisplacementField
    /// The piece's corner, each in `0..<DisplacementField.side`.
    var (column, row): (Int, Int)
    var (exOfFirst, exOfSecond): (Float, Float)
    var (eyOfFirst, eyOfSecond): (Float, Float)
  }

  let height: Int
  let width: Int

  /// The images at `rows` of `pixels`, one after another, each moved by the map of its place among them.
  func images(_ rows: [Int], of pixels: [UInt8], by maps: [Map]) -> [UInt8] {
    let size = height * width
    require(rows.count == maps.count, "\(maps.count) maps for \(rows.count) images")
    require(
      rows.allSatisfy { $0 >= 0 && $0 < pixels.count / size }, "an image outside the pixels")
    return [UInt8](unsafeUninitializedCapacity: rows.count * size) { result, count in
      count = rows.count * size
      guard let target = result.baseAddress, count > 0 else { return }
      pixels.withUnsafeBufferPointer { pixels in
        guard let source = pixels.baseAddress else { return }
        // Some tens of microseconds of work.
        let chunk = max(1, 8_192 / size)
        ThreadPool.current.forEach((rows.count + chunk - 1) / chunk) { index in
          withScratch { scratch in
            for place in index * chunk..<min(rows.count, (index + 1) * chunk) {
              fill(scratch, from: source + rows[place] * size, maps[place].strokeWeight)
              warp(scratch, maps[place], to: target + place * size)
            }
          }
        }
      }
    }
  }

  /// Memory for one image and for one row of places.
  private struct Scratch {
    /// The image in a border of zeros: one to the left and above, two to the right and below.
    let padded: UnsafeMutablePointer<Float>
    let stride: Int
    /// A copy of the padded image to read strokes from.
    let copy: UnsafeMutablePointer<Float>
    /// The padded pixel at the upper left of each place, and how far the place is from it.
    let corners: UnsafeMutablePointer<Int32>
    let (u, v): (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  }

  private func fill(
    _ scratch: Scratch, from image: UnsafePointer<UInt8>, _ strokeWeight: Float
  ) {
    let stride = scratch.stride
    let inside = stride + 1
    let first = (strokeWeight == 0 ? scratch.padded : scratch.copy) + inside
    for y in 0..<height {
      let (row, line) = (image + y * width, first + y * stride)
      for x in 0..<width { line[x] = Float(row[x]) }
    }
    guard strokeWeight != 0 else { return }
    let isBolder = strokeWeight > 0
    let share = abs(strokeWeight)
    for y in 0..<height {
      let (source, line) = (first + y * stride, scratch.padded + inside + y * stride)
      for x in 0..<width {
        let here = source + x
        let (a, b, c, d) = (here[-1], here[1], here[-stride], here[stride])
        let extreme =
          isBolder
          ? max(max(here[0], max(a, b)), max(c, d)) : min(min(here[0], min(a, b)), min(c, d))
        line[x] = here[0] + share * (extreme - here[0])
      }
    }
  }

  private func withScratch(_ body: (Scratch) -> Void) {
    let stride = width + 3
    let count = (height + 3) * stride
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count + 2 * width) { numbers in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: width) { corners in
        guard let start = numbers.baseAddress, let corners = corners.baseAddress else { return }
        numbers.initialize(repeating: 0)
        corners.initialize(repeating: 0, count: width)
        body(
          Scratch(
            padded: start, stride: stride, copy: start + count, corners: corners,
            u: start + 2 * count, v: start + 2 * count + width))
      }
    }
  }

  private func warp(_ scratch: Scratch, _ map: Map, to target: UnsafeMutablePointer<UInt8>) {
    // Added to a number from 0 to 2²², it leaves the nearest integer in the lowest bits.
    let magic: Float = 12_582_912
    let integerBits: UInt32 = (1 << 22) - 1
    let (right, bottom) = (Float(width + 1), Float(height + 1))
    let (middleX, middleY) = (Float(width - 1) / 2, Float(height - 1) / 2)
    let stride = Int32(truncatingIfNeeded: scratch.stride)
    let (padded, corners, u, v) = (scratch.padded, scratch.corners, scratch.u, scratch.v)
    for y in 0..<height {
      let fromMiddle = Float(y) - middleY
      // The places in the padded image, which begins one pixel earlier.
      let startX = map.xy * fromMiddle + map.x0 + 1 - map.xx * middleX
      let startY = map.yy * fromMiddle + map.y0 + 1 - map.yx * middleX
      for x in 0..<width {
        u[x] = map.xx * Float(x) + startX
        v[x] = map.yx * Float(x) + startY
      }
      if let displacement = map.displacement { displacement.add(to: u, v, row: y, width: width) }
      for x in 0..<width {
        // Beyond the border all is 0; a place that is not a number is none of the image.
        let placeX = u[x] > 0 ? min(u[x], right) : 0
        let placeY = v[x] > 0 ? min(v[x], bottom) : 0
        // The integer below, or either neighbour of an integer: u or v is 1 then instead of 0, and the result the same.
        let (column, row) = (placeX - 0.5 + magic, placeY - 0.5 + magic)
        u[x] = placeX - (column - magic)
        v[x] = placeY - (row - magic)
        corners[x] =
          Int32(truncatingIfNeeded: column.bitPattern & integerBits)
          &+ Int32(truncatingIfNeeded: row.bitPattern & integerBits) &* stride
      }
      let line = target + y * width
      for x in 0..<width {
        let corner = padded + Int(corners[x])
        let upper = corner[0] + u[x] * (corner[1] - corner[0])
        let below = corner + scratch.stride
        let lower = below[0] + u[x] * (below[1] - below[0])
        let number = upper + v[x] * (lower - upper) + magic
        line[x] = UInt8(truncatingIfNeeded: number.bitPattern)
      }
    }
  }
}

extension ImageWarp.Displacement {
  fileprivate func add(
    to u: UnsafeMutablePointer<Float>, _ v: UnsafeMutablePointer<Float>, row y: Int, width: Int
  ) {
    let mask = DisplacementField.side - 1
    let start = ((row + y) & mask) * DisplacementField.side
    field.first.withUnsafeBufferPointer { first in
      field.second.withUnsafeBufferPointer { second in
        guard let first = first.baseAddress, let second = second.baseAddress else { return }
        let (a, b) = (first + start, second + start)
        for x in 0..<width {
          let place = (column + x) & mask
          u[x] += exOfFirst * a[place] + exOfSecond * b[place]
          v[x] += eyOfFirst * a[place] + eyOfSecond * b[place]
        }
      }
    }
  }
}

/// Two random functions of the plane, smooth and periodic, each with a root mean square of 1: uniform noise, smoothed by a
/// Gaussian.
final class DisplacementField: Sendable {
  /// Of the square that repeats; a power of 2.
  static let side = 256
  /// `[side, side]` each.
  let first: [Float]
  let second: [Float]

  /// Of numbers that are known.
  init(first: [Float], second: [Float]) {
    require(
      first.count == Self.side * Self.side && second.count == first.count,
      "a field of \(first.count) and \(second.count) numbers")
    (self.first, self.second) = (first, second)
  }

  /// - Parameters:
  ///   - sigma: of the Gaussian, in pixels.
  ///   - seed: of the noise.
  init(sigma: Float, seed: UInt64) {
    first = Self.noise(sigma, seed: seed)
    second = Self.noise(sigma, seed: ~seed)
  }

  private static func noise(_ sigma: Float, seed: UInt64) -> [Float] {
    let noise = (0..<side * side).map { index in
      Float(SplitMix64.bits(seed: seed, at: UInt64(index)) >> 40) * 0x1p-23 - 1
    }
    // The rows of one pass are the columns of the other.
    let smooth = smoothedRows(smoothedRows(noise, sigma), sigma)
    let squares = smooth.reduce(0 as Double) { $0 + Double($1) * Double($1) }
    let factor = Float(1 / (squares / Double(smooth.count)).squareRoot())
    return smooth.map { $0 * factor }
  }

  /// Each row smoothed, as a column.
  private static func smoothedRows(_ numbers: [Float], _ sigma: Float) -> [Float] {
    let reach = min(Int((3 * sigma).rounded(.up)), side / 2 - 1)
    let weights = (-reach...reach).map { exp(-Float($0 * $0) / (2 * sigma * sigma)) }
    var result = [Float](repeating: 0, count: numbers.count)
    for y in 0..<side {
      // The row with its ends repeated around it.
      let row = (-reach..<side + reach).map { numbers[y * side + ($0 & (side - 1))] }
      var sums = [Float](repeating: 0, count: side)
      for (shift, weight) in weights.enumerated() {
        for x in 0..<side { sums[x] += weight * row[x + shift] }
      }
      for x in 0..<side { result[x * side + y] = sums[x] }
    }
    return result
  }
}
