// Every change of a model file: mutations FILE [EVERY]. Compiled together with the library's sources and the tests' Changes.swift.
//
// Each single bit flipped, each length cut to, each byte left out, each byte put in before each place (eight
// values and the one beside it). None may be read as a model. With EVERY above 1 only each EVERY-th place.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main struct Mutations {
  static func main() throws {
    let path = CommandLine.arguments[1]
    let every = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 1 : 1
    let bytes = try InputFile.read(path, limit: 1 << 20)
    _ = try SavedModel(TensorFile(parsing: bytes, path: path), path: path)
    var count = 0
    var accepted: [String] = []
    let others: [UInt8] = [0, 0x20, 0x22, 0x2C, 0x30, 0x7D, 0xFF]
    forEachChange(of: bytes, every: every, puttingIn: others) { changed, what in
      guard changed != bytes else { return }
      count += 1
      if (try? SavedModel(TensorFile(parsing: changed, path: path), path: path)) != nil {
        accepted.append(what)
      }
    }
    print("mutations: \(count) changes of \(bytes.count) bytes, \(accepted.count) accepted")
    for line in accepted.prefix(20) { print("  \(line)") }
    exit(accepted.isEmpty ? 0 : 1)
  }
}
