/// What is accepted comes back from our own writer, and zlib itself unpacks the same.
func fuzzZIP(_ bytes: [UInt8]) {
  guard let archive = try? ZIPArchive(path: "f", byteCount: bytes.count, read: { Array(bytes[$0]) })
  else { return }
  var writer = ZIPWriter()
  var expected: [[UInt8]] = []
  for (index, entry) in archive.entries.enumerated() {
    let content = try? archive.content(of: entry, limit: Zlib.limit) { Array(bytes[$0]) }
    if entry.method == .deflated, entry.byteCount <= Zlib.limit {
      let packed = Array(bytes[entry.range])
      switch Zlib.unpack(packed, windowBits: -15) {
      case .accepted(let output, consumed: packed.count) where CRC32.checksum(output) == entry.crc32:
        precondition(output.count != entry.byteCount || content == output, "not as zlib unpacks")
      default: precondition(content == nil, "zlib refuses it")
      }
    }
    guard let content else { continue }
    // Two names may be one to Swift.
    writer.add("\(index) \(entry.name)", content)
    expected.append(content)
  }
  let file = writer.finished(sealedIn: "x")
  guard let again = try? ZIPArchive(path: "f", byteCount: file.count, read: { Array(file[$0]) }),
    again.isSealed
  else { fatalError("what is written is refused") }
  for (entry, content) in zip(again.entries.dropLast(), expected) {
    let found = try? again.content(of: entry, limit: Zlib.limit) { Array(file[$0]) }
    precondition(found == content, "an entry does not come back")
  }
  precondition(again.entries.count == expected.count + 1, "another number of entries")
}

func fuzzPickle(_ bytes: [UInt8]) {
  guard let value = try? PickleReader.value(of: bytes) else { return }
  // Bit for bit: a number that is not a number equals itself here.
  let written = PickleWriter.bytes(of: value)
  guard let again = try? PickleReader.value(of: written) else { fatalError("not read again") }
  precondition(PickleWriter.bytes(of: again) == written, "a pickle does not come back")
}

/// A pickle in an archive with all the numbers that it asks for.
func fuzzPyTorch(_ bytes: [UInt8]) {
  guard let value = try? PickleReader.value(of: bytes) else { return }
  var writer = ZIPWriter()
  writer.add("x/data.pkl", bytes)
  var keys: Set<String> = []
  for storage in value.tensors.map(\.storage) where keys.insert(storage.key).inserted {
    let count = min(storage.count, 1 << 12) * storage.type.byteCount
    writer.add("x/data/\(storage.key)", (0..<count).map { UInt8(truncatingIfNeeded: 37 &* $0) })
  }
  if bytes.count % 2 == 1 { writer.add("x/byteorder", Array("big".utf8)) }
  let file = writer.finished()
  func loaded(_ file: [UInt8]) -> PickleValue<TensorValue>? {
    guard let structure = try? PyTorchFile(parsing: file, path: "f"),
      structure.root.tensors.reduce(0, { $0 + $1.count }) <= 1 << 16
    else { return nil }
    return try? structure.loaded { Array(file[$0]) }
  }
  guard let root = loaded(file) else { return }
  let written = PyTorchFile.encoded(root)
  guard let again = loaded(written) else { fatalError("what is written is refused") }
  precondition(PyTorchFile.encoded(again) == written, "a file does not come back")
}
