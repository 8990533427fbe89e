// From packed bytes to pixels.

extension PNGDecoder {
  /// Hands out every row of every pass: its index in the picture, where its pixels stand in it, and
  /// their red, green, blue and opacity, each scaled from its depth to 0 … 65535.
  func forEachRow(
    _ body: (Int, PNGHeader.Pass, [SIMD4<UInt16>]) -> Void
  ) throws(PNGError) {
    let inflater = try makeInflater()
    for pass in header.passes {
      let rowBytes = header.rowBytes(columnCount: pass.columnCount)
      // A row begins with the number of its filter.
      var line = [UInt8](repeating: 0, count: 1 + rowBytes)
      var lineAbove = line
      var samples = [UInt16](
        repeating: 0, count: pass.columnCount * header.colorType.samplesPerPixel)
      var pixels = [SIMD4<UInt16>](repeating: .zero, count: pass.columnCount)
      for index in 0..<pass.rowCount {
        let row = pass.firstRow + index * pass.rowStep
        guard try read(&line, from: inflater) == line.count else {
          throw .dataEndsEarly(path: path, neededBytes: header.unpackedBytes)
        }
        try unfilter(&line, lineAbove, row: row)
        split(line, into: &samples)
        try color(samples, into: &pixels)
        body(row, pass, pixels)
        swap(&line, &lineAbove)
      }
    }
    // There must be no byte more. Asking for one also makes zlib check the last checksum.
    var rest: [UInt8] = [0]
    guard try read(&rest, from: inflater) == 0 else {
      throw .tooMuchData(path: path, neededBytes: header.unpackedBytes)
    }
    guard inflater.trailingByteCount == 0 else {
      throw .trailingData(path: path, foundBytes: inflater.trailingByteCount)
    }
  }

  private func makeInflater() throws(PNGError) -> Inflater {
    do throws(InflaterError) {
      return try Inflater(packed)
    } catch {
      throw pngError(error)
    }
  }

  private func read(_ buffer: inout [UInt8], from inflater: Inflater) throws(PNGError) -> Int {
    do throws(InflaterError) {
      return try inflater.read(into: &buffer)
    } catch {
      throw pngError(error)
    }
  }

  private func pngError(_ error: InflaterError) -> PNGError {
    switch error {
    case .truncated: .dataEndsEarly(path: path, neededBytes: header.unpackedBytes)
    case .damaged(let reason): .cannotUnpack(path: path, reason: reason)
    }
  }

  /// Adds to each byte what its filter predicted from the bytes to the left, above, and above left.
  private func unfilter(
    _ line: inout [UInt8], _ above: [UInt8], row: Int
  ) throws(PNGError) {
    let count = line.count
    // The byte that corresponds to this one in the pixel to the left.
    let distance = max(1, header.bitsPerPixel / 8)
    switch line[0] {
    case 0: break
    case 1:
      var index = 1 + distance
      while index < count {
        line[index] &+= line[index - distance]
        index += 1
      }
    case 2:
      for index in 1..<count { line[index] &+= above[index] }
    case 3:
      for index in 1..<count {
        let left = index > distance ? Int(line[index - distance]) : 0
        line[index] &+= UInt8((left + Int(above[index])) / 2)
      }
    case 4:
      for index in 1..<count {
        let hasLeft = index > distance
        line[index] &+= Self.paeth(
          hasLeft ? line[index - distance] : 0, above[index],
          hasLeft ? above[index - distance] : 0)
      }
    default:
      throw .unknownFilter(path: path, row: row, found: Int(line[0]))
    }
  }

  /// Of the three neighbors the one nearest to left + above − above left; a tie goes in that order.
  private static func paeth(_ left: UInt8, _ above: UInt8, _ aboveLeft: UInt8) -> UInt8 {
    let estimate = Int(left) + Int(above) - Int(aboveLeft)
    let toLeft = abs(estimate - Int(left))
    let toAbove = abs(estimate - Int(above))
    let toAboveLeft = abs(estimate - Int(aboveLeft))
    if toLeft <= toAbove && toLeft <= toAboveLeft { return left }
    return toAbove <= toAboveLeft ? above : aboveLeft
  }

  /// The samples of a row, as they are stored.
  private func split(_ line: [UInt8], into samples: inout [UInt16]) {
    switch header.depth {
    case 16:
      for index in samples.indices {
        samples[index] = UInt16(line[1 + 2 * index]) << 8 | UInt16(line[2 + 2 * index])
      }
    case 8:
      for index in samples.indices { samples[index] = UInt16(line[1 + index]) }
    default:
      let depth = header.depth
      let mask = UInt8(1 << depth - 1)
      for index in samples.indices {
        let bit = index * depth
        samples[index] = UInt16(line[1 + bit / 8] >> (8 - depth - bit % 8) & mask)
      }
    }
  }

  private func color(
    _ samples: [UInt16], into pixels: inout [SIMD4<UInt16>]
  ) throws(PNGError) {
    // Exact for every depth: 65535 is a multiple of 1, 3, 15, 255 and 65535.
    let scale = UInt16(65_535 / (1 << header.depth - 1))
    switch header.colorType {
    case .gray:
      let transparent = transparentColor?[0]
      for index in pixels.indices {
        let gray = samples[index] * scale
        pixels[index] = SIMD4(gray, gray, gray, samples[index] == transparent ? 0 : .max)
      }
    case .color:
      let transparent = transparentColor.map { SIMD4($0[0], $0[1], $0[2], 0) }
      for index in pixels.indices {
        let color = SIMD4(samples[3 * index], samples[3 * index + 1], samples[3 * index + 2], 0)
        pixels[index] = color &* scale
        pixels[index].w = color == transparent ? 0 : .max
      }
    case .palette:
      for index in pixels.indices {
        let number = Int(samples[index])
        guard number < palette.count else {
          throw .wrongPaletteIndex(path: path, index: number, count: palette.count)
        }
        pixels[index] = palette[number]
      }
    case .grayWithAlpha:
      for index in pixels.indices {
        let gray = samples[2 * index] * scale
        pixels[index] = SIMD4(gray, gray, gray, samples[2 * index + 1] * scale)
      }
    case .colorWithAlpha:
      for index in pixels.indices {
        pixels[index] =
          SIMD4(
            samples[4 * index], samples[4 * index + 1], samples[4 * index + 2],
            samples[4 * index + 3]) &* scale
      }
    }
  }
}
