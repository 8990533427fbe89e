// Coverage-guided fuzzing of every reader of strangers' bytes; one binary, the reader named by FUZZ_READER.
// It is compiled together with the library's own sources, so that each reader is reached directly.
//
// Beyond "no crash": what is accepted must come back the same when it is written and read again.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private let reader = getenv("FUZZ_READER").map { String(cString: $0) } ?? ""

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  switch reader {
  case "gzip": fuzzGzip(bytes)
  case "idx": fuzzIDX(bytes)
  case "safetensors": fuzzSafeTensors(bytes)
  case "options": fuzzOptions(bytes)
  default: fatalError("FUZZ_READER=\(reader) (expected gzip, idx, safetensors or options)")
  }
  return 0
}

private func fuzzGzip(_ bytes: [UInt8]) {
  // The signature is the caller's to check.
  let input = [0x1F, 0x8B] + bytes
  guard let reader = try? GzipReader(input, path: "f") else { return }
  let whole = try? reader.read(1 << 16)
  // In small pieces it is the same.
  guard let whole, let again = try? GzipReader(input, path: "f") else { return }
  var parts: [UInt8] = []
  while parts.count < 1 << 16, let part = try? again.read(97), !part.isEmpty { parts += part }
  precondition(whole.count == 1 << 16 || parts == whole, "pieces differ from the whole")
}

private func fuzzIDX(_ bytes: [UInt8]) {
  for kind in [IDXKind.images, .labels] {
    guard let idx = try? IDX.decode(bytes, kind, path: "f"), !GzipReader.recognizes(bytes) else {
      continue
    }
    precondition(IDXHeader.encoded(kind, sizes: idx.sizes) + idx.elements == bytes, "round trip")
  }
}

private func fuzzSafeTensors(_ bytes: [UInt8]) {
  guard var file = try? SafeTensors(parsing: bytes, path: "f") else { return }
  guard let again = try? SafeTensors(parsing: file.encoded(), path: "f"), again.isSame(as: file)
  else { fatalError("what was accepted does not come back") }
  // Behind the checksums, which a fuzzer cannot guess.
  file.hasChecksums = true
  if let checkpoint = try? Checkpoint(file, path: "f") {
    let written = checkpoint.encoded()
    let read = try? Checkpoint(SafeTensors(parsing: written, path: "f"), path: "f")
    precondition(read?.encoded() == written, "a checkpoint does not come back")
  }
  if let saved = try? SavedModel(file, path: "f") { _ = saved.makeModel() }
}

extension SafeTensors {
  /// Bit for bit: a number that is not a number equals itself here.
  fileprivate func isSame(as other: SafeTensors) -> Bool {
    encoded() == other.encoded()
  }
}

private func fuzzOptions(_ bytes: [UInt8]) {
  let words = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
    PathText.text($0)
  }
  for (word, part) in zip(words, bytes.split(separator: 0, omittingEmptySubsequences: false)) {
    precondition(
      PathText.bytes(word).dropLast().map { UInt8(bitPattern: $0) } == Array(part), "path bytes")
    _ = PythonSyntax.escaped(word)
  }
  for case .mistake(let error) in [TrainOptions.parse(words)] {
    precondition(!error.description.unicodeScalars.contains("\u{1B}"), "escape sequence")
  }
  _ = PredictOptions.parse(words)
}
