/// The first byte says how much of a PNG file the fuzzer need not get right.
func fuzzPNG(_ bytes: [UInt8]) {
  let mode = bytes.first ?? 0
  let chunks = bytes.dropFirst()
  let file =
    PNGDecoder.signature
    + (mode & 1 == 0 ? repaired(chunks, packing: mode & 2 == 0) : Array(chunks))
  // The header is judged; a large picture would only take time.
  guard let decoder = try? PNGDecoder(file, path: "f"),
    decoder.header.width * decoder.header.height <= 1 << 14,
    let picture = try? PictureFile.decode(file, path: "f")
  else { return }
  checkUse(of: picture)
}

/// Lengths that fit, right checksums, an end, and, with `packing`, framed data in place of bare rows.
private func repaired(_ bytes: ArraySlice<UInt8>, packing: Bool) -> [UInt8] {
  var file: [UInt8] = []
  var rest = bytes
  while rest.count >= 12 {
    let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    let type = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
    let content = Array(rest.dropFirst(8).prefix(min(length, rest.count - 12)))
    rest = rest.dropFirst(12 + content.count)
    // What is no UTF-8 has become longer, and stays wrong.
    file += PNGEncoder.chunk(type, packing && type == "IDAT" ? Zlib.stored(content) : content)
  }
  return file + PNGEncoder.chunk("IEND", [])
}

/// Pictures whose pixels are known beforehand: of every type and depth, with every filter.
func fuzzPixels(_ bytes: [UInt8]) {
  let kinds: [(UInt8, UInt8)] = [
    (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8),
    (4, 8), (4, 16), (6, 8), (6, 16),
  ]
  var decisions = Decisions(bytes)
  let kind = kinds[decisions.next(below: kinds.count)]
  var vector = PNGVector(
    width: 1 + decisions.next(below: 12), height: 1 + decisions.next(below: 12),
    colorType: kind.0, depth: kind.1, isInterlaced: decisions.next(below: 2) == 1)
  let hasUnknownFilter = decisions.next(below: 16) == 1
  vector.filters =
    hasUnknownFilter
    ? [5] : (0...decisions.next(below: 8)).map { _ in UInt8(decisions.next(below: 5)) }
  let limit = 1 << Int(kind.1)
  var colorCount = limit
  if kind.0 == 3 {
    colorCount = 1 + decisions.next(below: limit)
    vector.palette = (0..<3 * colorCount).map { _ in UInt8(decisions.next(below: 256)) }
  }
  if decisions.next(below: 2) == 1 {
    switch kind.0 {
    case 0, 2:
      vector.transparency = (0..<vector.samplesPerPixel).flatMap { _ in
        let sample = decisions.next(below: limit)
        return [UInt8(sample >> 8), UInt8(sample & 0xFF)]
      }
    case 3:
      vector.transparency = (0..<decisions.next(below: colorCount + 1)).map { _ in
        UInt8(decisions.next(below: 256))
      }
    default: break
    }
  }
  for index in vector.samples.indices { vector.samples[index] = decisions.next(below: limit) }

  vector.data = [Zlib.stored(vector.rows)]

  let isWrong = hasUnknownFilter || kind.0 == 3 && vector.samples.contains { $0 >= colorCount }
  let found = try? PNGDecoder(vector.file, path: "f").pixels()
  if isWrong {
    precondition(found == nil, "a wrong picture is read")
  } else {
    precondition(found == vector.expectedPixels, "other pixels than were written")
  }
}

func fuzzNetpbm(_ bytes: [UInt8]) {
  let file = [UInt8(ascii: "P")] + bytes
  guard NetpbmDecoder.recognizes(file), let picture = try? PictureFile.decode(file, path: "f")
  else { return }
  let sizes = "\(picture.width) \(picture.height) 255"
  let numbers = picture.luminance.map { "\($0)" }.joined(separator: " ")
  for written in [
    Array("P5#\n\(sizes)\n".utf8) + picture.luminance, Array("P2 \(sizes)\n\(numbers)".utf8),
  ] {
    precondition((try? PictureFile.decode(written, path: "f")) == picture, "PGM does not come back")
  }
  if picture.luminance.count <= 1 << 14 { checkUse(of: picture) }
}

/// What the tool does with a picture, and that our own writer keeps it.
private func checkUse(of picture: Picture) {
  let written = PNGEncoder.encode(
    height: picture.height, width: picture.width, pixels: picture.luminance)
  let gray = Picture(height: picture.height, width: picture.width, luminance: picture.luminance)
  precondition((try? PictureFile.decode(written, path: "f")) == gray, "PNG does not come back")
  for (height, width) in [(28, 28), (3, 11)] {
    let image = ModelImage(fitting: picture, height: height, width: width)
    precondition(image.pixels.count == height * width, "another size")
    precondition(image.isBlank == image.pixels.allSatisfy { $0 == 0 }, "blank or not")
    _ = try? ModelImage(raw: picture, height: height, width: width, path: "f")
  }
}
