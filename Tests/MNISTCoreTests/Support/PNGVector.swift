@testable import MNISTCore

/// A PNG file of any kind with pixels known beforehand, written by the plainest code that can.
struct PNGVector {
  var width = 5
  var height = 4
  var colorType: UInt8 = 0
  var depth: UInt8 = 8
  var isInterlaced = false
  /// The filter of each row, over and over.
  var filters: [UInt8] = [0]
  /// The stored samples, `[height, width, samples per pixel]`.
  var samples: [Int] = []
  var palette: [UInt8]?
  var transparency: [UInt8]?
  /// Content of the chunks IDAT in place of the packed rows.
  var data: [[UInt8]]?
  /// Whole chunks between IHDR and IDAT, after PLTE and tRNS.
  var chunksBefore: [UInt8] = []

  var samplesPerPixel: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType]! }

  /// Samples, and a palette where one is needed, drawn from a seed.
  init(
    width: Int = 5, height: Int = 4, colorType: UInt8 = 0, depth: UInt8 = 8,
    isInterlaced: Bool = false, seed: UInt64 = 1
  ) {
    self.width = width
    self.height = height
    self.colorType = colorType
    self.depth = depth
    self.isInterlaced = isInterlaced
    let generator = RandomGenerator(seed: seed)
    let limit = 1 << Int(depth)
    samples = (0..<width * height * samplesPerPixel).map { _ in Int(generator.next()) % limit }
    if colorType == 3 {
      palette = (0..<3 * limit).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
    filters = (0..<7).map { _ in UInt8(generator.next() % 5) }
  }

  var header: [UInt8] {
    word(width) + word(height) + [depth, colorType, 0, 0, isInterlaced ? 1 : 0]
  }

  var file: [UInt8] {
    var file = PNGDecoder.signature + PNGEncoder.chunk("IHDR", header)
    if let palette { file += PNGEncoder.chunk("PLTE", palette) }
    if let transparency { file += PNGEncoder.chunk("tRNS", transparency) }
    file += chunksBefore
    for part in data ?? [Deflater.pack(rows)] { file += PNGEncoder.chunk("IDAT", part) }
    return file + PNGEncoder.chunk("IEND", [])
  }

  /// The rows of all passes, filtered.
  var rows: [UInt8] {
    var rows: [UInt8] = []
    let grids =
      isInterlaced
      ? [
        (0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2),
        (1, 2, 0, 1),
      ] : [(0, 1, 0, 1)]
    for (row, rowStep, column, columnStep) in grids {
      let places = stride(from: column, to: width, by: columnStep)
      guard Array(places).count > 0 else { continue }
      var above: [UInt8]?
      for (index, y) in stride(from: row, to: height, by: rowStep).enumerated() {
        let line = bytes(ofRow: y, columns: Array(places))
        let filter = filters[index % filters.count]
        rows += [filter] + filtered(line, above ?? line.map { _ in 0 }, filter)
        above = line
      }
    }
    return rows
  }

  private func bytes(ofRow y: Int, columns: [Int]) -> [UInt8] {
    var bits: [Int] = []
    for x in columns {
      for sample in samples[((y * width + x) * samplesPerPixel)...].prefix(samplesPerPixel) {
        for bit in (0..<Int(depth)).reversed() { bits.append(sample >> bit & 1) }
      }
    }
    while !bits.count.isMultiple(of: 8) { bits.append(0) }
    return stride(from: 0, to: bits.count, by: 8).map { start in
      UInt8(bits[start..<start + 8].reduce(0) { 2 * $0 + $1 })
    }
  }

  private func filtered(_ line: [UInt8], _ above: [UInt8], _ filter: UInt8) -> [UInt8] {
    let distance = max(1, Int(depth) * samplesPerPixel / 8)
    return line.indices.map { index in
      let a = index < distance ? 0 : Int(line[index - distance])
      let b = Int(above[index])
      let c = index < distance ? 0 : Int(above[index - distance])
      let p = a + b - c
      let nearest = [a, b, c].min { abs(p - $0) < abs(p - $1) }!
      let prediction = [0, a, b, (a + b) / 2, nearest, 0, 0][Int(min(filter, 5))]
      return line[index] &- UInt8(truncatingIfNeeded: prediction)
    }
  }

  /// Red, green, blue and opacity of each pixel, from 0 to 65535.
  var expectedPixels: [SIMD4<UInt16>] {
    let scale = 65_535 / (1 << Int(depth) - 1)
    return stride(from: 0, to: samples.count, by: samplesPerPixel).map { start in
      let stored = Array(samples[start..<start + samplesPerPixel])
      let scaled = stored.map { UInt16($0 * scale) }
      let key = transparency.map { bytes in
        stride(from: 0, to: bytes.count - 1, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
      }
      let opacity: UInt16 = stored == key ? 0 : .max
      switch colorType {
      case 0: return SIMD4(scaled[0], scaled[0], scaled[0], opacity)
      case 2: return SIMD4(scaled[0], scaled[1], scaled[2], opacity)
      case 4: return SIMD4(scaled[0], scaled[0], scaled[0], scaled[1])
      case 6: return SIMD4(scaled[0], scaled[1], scaled[2], scaled[3])
      default:
        let color = palette![(3 * stored[0])...].prefix(3).map { UInt16($0) * 257 }
        let known = transparency.map { stored[0] < $0.count ? $0[stored[0]] : 255 } ?? 255
        return SIMD4(color[0], color[1], color[2], UInt16(known) * 257)
      }
    }
  }

  private func word(_ number: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}

extension PNGDecoder {
  /// Red, green, blue and opacity of all pixels in C order.
  func pixels() throws -> [SIMD4<UInt16>] {
    var pixels = [SIMD4<UInt16>](repeating: .zero, count: header.height * header.width)
    try forEachRow { row, pass, values in
      for (index, value) in values.enumerated() {
        pixels[row * header.width + pass.firstColumn + index * pass.columnStep] = value
      }
    }
    return pixels
  }
}
