/// Sets of images in the forms that people have: read whole and in pieces, both must come to the same; what was
/// accepted, written in the plainest form and read again, too.

/// In pieces of `count` images, nil where it is refused. No piece may have more.
private func inPieces(_ count: Int, _ reader: () throws -> any ImageReader) -> ImageTable? {
  guard var reader = try? reader() else { return nil }
  let (height, width) = (reader.height, reader.width)
  var (pixels, labels): ([UInt8], [UInt8]) = ([], [])
  do {
    while let piece = try reader.next(count) {
      precondition(
        !piece.pixels.isEmpty && piece.pixels.count <= count * height * width, "another size")
      precondition((piece.labels != nil) == reader.hasLabels, "labels come and go")
      pixels += piece.pixels
      labels += piece.labels ?? []
    }
  } catch { return nil }
  return ImageTable(
    height: height, width: width, pixels: pixels, labels: reader.hasLabels ? labels : nil,
    scale: reader.scale)
}

private func check(
  _ whole: () throws -> ImageTable?, _ pieces: () throws -> any ImageReader
) -> ImageTable? {
  let table = try? whole()
  for count in [1, 3] {
    precondition(inPieces(count, pieces) == table, "in pieces it is another")
  }
  if let table {
    precondition(
      table.count > 0 && table.pixels.count == table.count * table.height * table.width
        && table.labels?.count ?? table.count == table.count, "not a set")
  }
  return table
}

func fuzzIDX(_ bytes: [UInt8]) {
  for kind in [IDXKind.images, .labels] {
    let idx = try? IDX.decode(bytes, kind, path: "f")
    if kind == .images {
      let table = idx.map {
        ImageTable(height: $0.sizes[1], width: $0.sizes[2], pixels: $0.elements, labels: nil)
      }
      precondition(check({ table }) { try IDX.images(FileBytes(bytes, path: "f")) } == table)
    }
    guard let idx else { continue }
    let written = IDXHeader.encoded(kind, sizes: idx.sizes) + idx.elements
    precondition(try! IDX.decode(written, kind, path: "f") == idx, "it does not come back")
    if !GzipReader.recognizes(bytes), bytes.prefix(4) == written.prefix(4) {
      precondition(written == bytes, "round trip")
    }
  }
}

/// The images one a line, and the same in quotes, as fractions that come near, after names.
func fuzzCSV(_ bytes: [UInt8]) {
  _ = CSVImages.recognizes(bytes)
  let file = FileBytes(bytes, path: "f")
  guard let table = check({ try CSVImages.table(file) }, { try CSVImages.reader(file) }) else {
    return
  }
  let names = (0..<table.height * table.width).map {
    "\($0 / table.width + 1)x\($0 % table.width + 1)"
  }
  func text(_ field: (UInt8) -> String, separator: String, end: String) -> [UInt8] {
    let size = names.count
    var lines = [((table.labels == nil ? [] : ["label"]) + names).joined(separator: separator)]
    for image in 0..<table.count {
      let label = table.labels.map { ["\($0[image])"] } ?? []
      lines.append(
        (label + table.pixels[image * size..<(image + 1) * size].map(field))
          .joined(separator: separator))
    }
    return Array((lines.joined(separator: end) + end).utf8)
  }
  func read(_ text: [UInt8]) -> ImageTable {
    var table = try! CSVImages.table(FileBytes(text, path: "f"))
    table.scale = .bytes
    return table
  }
  var expected = table
  expected.scale = .bytes
  precondition(read(text({ "\($0)" }, separator: ",", end: "\n")) == expected, "plain")
  precondition(read(text({ " \"\($0)\" " }, separator: ";", end: "\r\n")) == expected, "quoted")
  precondition(
    read(text({ "\(Float($0) / 255)e0" }, separator: "\t", end: "\r")) == expected, "fractions")
}

/// An array's head and its numbers, after the signature.
func fuzzNPY(_ bytes: [UInt8]) {
  let file = FileBytes(NPYHeader.signature + bytes, path: "f")
  guard let table = check({ try NPYImages(file).table() }, { try NPYImages(file).reader() }) else {
    return
  }
  let shape = "(\(table.count), \(table.height), \(table.width))"
  let written = array(shape, table.pixels)
  var again = try! NPYImages(FileBytes(written, path: "f")).table()
  again.scale = table.scale
  precondition(again == table, "it does not come back")
}

/// Two arrays with a zero of their own between them, packed here as images and labels; or an archive as it is.
func fuzzNPZ(_ bytes: [UInt8]) {
  var content = bytes
  if bytes.first == 0 {
    // The length of the images in one byte.
    let length = Int(bytes.dropFirst().first ?? 0)
    let rest = bytes.dropFirst(2)
    var writer = ZIPWriter()
    writer.add("x_train.npy", NPYHeader.signature + rest.prefix(length))
    writer.add("y_train.npy", NPYHeader.signature + rest.dropFirst(length))
    content = writer.finished()
  }
  let file = FileBytes(content, path: "f")
  guard let archive = try? NPZImages(file) else { return }
  for part in [NPZImages.Part.training, .test, .only] {
    guard let images = archive.images(part) else { continue }
    guard let table = check({ try images.table() }, { try images.reader() }) else { continue }
    var writer = ZIPWriter()
    writer.add("X.npy", array("(\(table.count), \(table.height), \(table.width))", table.pixels))
    if let labels = table.labels { writer.add("y.npy", array("(\(table.count),)", labels)) }
    var again = try! NPZImages(FileBytes(writer.finished(), path: "f")).images.table()
    again.scale = table.scale
    precondition(again == table, "it does not come back")
  }
}

private func array(_ shape: String, _ numbers: [UInt8]) -> [UInt8] {
  let literal = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }\n"
  return NPYHeader.signature + [1, 0, UInt8(literal.utf8.count), 0] + Array(literal.utf8) + numbers
}
