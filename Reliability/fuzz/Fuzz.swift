// Coverage-guided fuzzing of every reader of strangers' bytes; one binary, the reader named by FUZZ_READER.
// It is compiled together with the library's own sources, so that each reader is reached directly.
//
// Beyond "no crash" each reader is held against something: zlib itself, a writer that knows the pixels,
// or its own answer to what it accepted, written and read again.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private let readers: [String: @Sendable ([UInt8]) -> Void] = [
  "gzip": fuzzGzip, "inflater": fuzzInflater, "idx": fuzzIDX, "png": fuzzPNG,
  "pixels": fuzzPixels, "netpbm": fuzzNetpbm, "safetensors": fuzzSafeTensors,
  "checkpoint": fuzzCheckpoint, "log": fuzzLog, "options": fuzzOptions,
  "zip": fuzzZIP, "pickle": fuzzPickle, "pytorch": fuzzPyTorch,
  "csv": fuzzCSV, "npy": fuzzNPY, "npz": fuzzNPZ,
]

private let reader: @Sendable ([UInt8]) -> Void = {
  let name = environment("FUZZ_READER") ?? ""
  guard let reader = readers[name] else {
    fatalError("FUZZ_READER=\(name) (expected one of \(readers.keys.sorted()))")
  }
  return reader
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  reader(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// An input as a row of decisions; past its end they are all 0.
struct Decisions {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  mutating func next(below limit: Int) -> Int {
    var number = Int(rest.popFirst() ?? 0)
    if limit > 256 { number = number << 8 | Int(rest.popFirst() ?? 0) }
    return number % limit
  }
}
