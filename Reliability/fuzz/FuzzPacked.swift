import CZlib

/// What zlib itself makes of packed bytes, in one call.
enum Zlib {
  enum Answer: Equatable {
    case accepted([UInt8], consumed: Int)
    case refused
    /// It unpacks to more than is compared.
    case tooLarge
  }

  /// The number of bits names the frame too: 15 is zlib's, 31 gzip's, −15 none.
  static func unpack(_ input: [UInt8], windowBits: Int32) -> Answer {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { fatalError("no zlib") }
    defer { inflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: limit)
    var input = input + [0]
    let status = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = uInt(source.count - 1)
        stream.next_out = target.baseAddress
        stream.avail_out = uInt(target.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    if status == Z_STREAM_END {
      let count = limit - Int(stream.avail_out)
      return .accepted(
        Array(output[..<count]), consumed: input.count - 1 - Int(stream.avail_in))
    }
    return status == Z_BUF_ERROR && stream.avail_out == 0 ? .tooLarge : .refused
  }

  static let limit = 1 << 15

  /// In zlib's frame as it is, which takes much less time than packing; at most 65,535 bytes.
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    let length = [UInt8(truncatingIfNeeded: bytes.count), UInt8(bytes.count >> 8)]
    return [0x78, 1, 1] + length + length.map { ~$0 } + bytes + word(checksum(bytes)).reversed()
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: adler32(1, bytes, uInt(bytes.count)))
  }

  /// All members of a gzip file; zeros may follow the last.
  static func unpackMembers(_ input: [UInt8]) -> Answer {
    var rest = input[...]
    var output: [UInt8] = []
    repeat {
      switch unpack(Array(rest), windowBits: 31) {
      case .accepted(let part, let consumed):
        output += part
        guard output.count <= limit else { return .tooLarge }
        rest = rest.dropFirst(consumed)
      case let answer: return answer
      }
    } while rest.starts(with: [0x1F, 0x8B])
    return rest.allSatisfy { $0 == 0 } ? .accepted(output, consumed: input.count) : .refused
  }
}

func fuzzInflater(_ bytes: [UInt8]) {
  let answer = Zlib.unpack(bytes, windowBits: 15)
  for size in [Zlib.limit + 1, 61] {
    switch (answer, Result { try inflated(bytes, by: size) }) {
    case (.tooLarge, _), (.refused, .failure): break
    case (.accepted(let expected, let consumed), .success(let found)):
      precondition(found.output == expected, "other bytes than zlib's")
      precondition(found.trailing == bytes.count - consumed, "another end than zlib's")
    case (.accepted, .failure(let error)): fatalError("zlib accepts it: \(error)")
    case (.refused, .success): fatalError("zlib refuses it")
    }
  }
  // A fuzzer cannot guess checksums, so what is good deflate data is given them.
  guard case .accepted(let output, let consumed) = Zlib.unpack(bytes, windowBits: -15) else {
    return
  }
  let deflated = Array(bytes[..<consumed])
  let framed = [0x78, 0x9C] + deflated + word(Zlib.checksum(output)).reversed() + [7]
  let found = try? inflated(framed, by: 61)
  precondition(found?.output == output && found?.trailing == 1, "good zlib data is not read")
  let member =
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + deflated + word(CRC32.checksum(output))
    + word(UInt32(output.count))
  let twice = try? unpacked(member + member + [0, 0], by: 61)
  precondition(twice == output + output, "good gzip data is not read")
}

func fuzzGzip(_ bytes: [UInt8]) {
  // The signature is the caller's to check.
  let input = [0x1F, 0x8B] + bytes
  let answer = Zlib.unpackMembers(input)
  for size in [Zlib.limit + 1, 97] {
    switch (answer, Result { try unpacked(input, by: size) }) {
    case (.tooLarge, _), (.refused, .failure): break
    case (.accepted(let expected, _), .success(let found)):
      precondition(found == expected, "other bytes than zlib's")
    case (.accepted, .failure(let error)): fatalError("zlib accepts it: \(error)")
    case (.refused, .success): fatalError("zlib refuses it")
    }
  }
}

/// To the end, in pieces of `size`; a little beyond the limit at most.
private func inflated(_ bytes: [UInt8], by size: Int) throws -> (output: [UInt8], trailing: Int) {
  let inflater = try Inflater(bytes)
  var output: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: size)
  var count: Int
  repeat {
    count = try inflater.read(into: &buffer)
    output += buffer[..<count]
  } while count == size && output.count <= 2 * Zlib.limit
  return (output, inflater.trailingByteCount)
}

private func unpacked(_ bytes: [UInt8], by size: Int) throws -> [UInt8] {
  let reader = try GzipReader(bytes, path: "f")
  var output: [UInt8] = []
  var part: [UInt8]
  repeat {
    part = try reader.read(size)
    output += part
  } while part.count == size && output.count <= 4 * Zlib.limit
  return output
}

/// The least significant byte first.
private func word(_ number: UInt32) -> [UInt8] {
  [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
}
