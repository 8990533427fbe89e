#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func fuzzSafeTensors(_ bytes: [UInt8]) {
  guard var file = try? SafeTensors(parsing: bytes, path: "f") else { return }
  let written = file.encoded()
  // Bit for bit: a number that is not a number equals itself here.
  guard let again = try? SafeTensors(parsing: written, path: "f"), again.encoded() == written
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

/// The numbers of FUZZ_MODEL, a real checkpoint, as the fuzzer's input finds them.
private let numbers: [UInt8] = {
  guard let path = environment("FUZZ_MODEL"),
    let bytes = try? InputFile.read(path, limit: 1 << 20)
  else { fatalError("FUZZ_MODEL must name a checkpoint") }
  let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
  return Array(bytes[(8 + length)...])
}()

/// A header for a real checkpoint's numbers and, after a zero, changes of those: two bytes for the place,
/// one for what stands there then.
func fuzzCheckpoint(_ bytes: [UInt8]) {
  let header = bytes.prefix { $0 != 0 }
  var changes = bytes.dropFirst(header.count + 1)
  var data = numbers
  while changes.count >= 3 {
    let place = changes.prefix(2).reduce(0) { $0 << 8 | Int($1) } % data.count
    data[place] = changes[changes.startIndex + 2]
    changes = changes.dropFirst(3)
  }
  let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
  fuzzSafeTensors(length + header + data)
}

/// The two files of a run's folder, through a file that only this process sees; and names of classes, text too.
func fuzzLog(_ bytes: [UInt8]) {
  if let names = try? ClassNames.names(in: bytes, path: "f") {
    let text = names.map { $0 + "\n" }.joined()
    let again = try? ClassNames.names(in: Array(text.utf8), path: "f")
    precondition(again == names && ClassNames.fault(names) == nil, "names do not come back")
  }
  if let configuration = try? RunConfiguration.read(path(of: bytes)) {
    let again = try? RunConfiguration.read(path(of: Array(configuration.json.utf8)))
    precondition(again == configuration, "a configuration does not come back")
  }
  let table = Array((MetricsRow.header + "\n").utf8) + bytes
  if let rows = try? MetricsRow.read(path(of: table)) {
    let text = MetricsRow.table(rows)
    let again = try? MetricsRow.read(path(of: Array(text.utf8)))
    precondition(again.map(MetricsRow.table) == text, "rows do not come back")
  }
}

private let scratch: (descriptor: CInt, path: String) = {
  // In memory where the system has such a place.
  let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
  var name = Array("\(folder)/mnist-fuzz-XXXXXX".utf8CString)
  let descriptor = mkstemp(&name)
  precondition(descriptor >= 0, "no temporary file")
  unlink(name)
  return (descriptor, "/dev/fd/\(descriptor)")
}()

private func path(of bytes: [UInt8]) -> String {
  guard ftruncate(scratch.descriptor, 0) == 0,
    pwrite(scratch.descriptor, bytes, bytes.count, 0) == bytes.count
  else { fatalError("no room in a temporary file") }
  return scratch.path
}

func fuzzOptions(_ bytes: [UInt8]) {
  let parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
  let words = parts.map { PathText.text($0) }
  for (word, part) in zip(words, parts) {
    precondition(
      PathText.bytes(word).dropLast().map { UInt8(bitPattern: $0) } == Array(part), "path bytes")
    _ = PythonSyntax.escaped(word)
  }
  switch TrainOptions.parse(words) {
  case .mistake(let error):
    precondition(!error.description.unicodeScalars.contains("\u{1B}"), "escape sequence")
  case .options(let options):
    // The last one wins, so that saying it twice changes nothing.
    guard case .options(let twice) = TrainOptions.parse(words + words),
      options.resume || twice == options
    else { fatalError("twice is not once") }
  case .answer: break
  }
  if case .mistake(let error) = PredictOptions.parse(words) {
    precondition(!error.description.unicodeScalars.contains("\u{1B}"), "escape sequence")
  }
}
