import Foundation
import Testing

@testable import MNISTCore

@Suite struct SafeTensorsTests {
  // MARK: Writing

  @Test func theBytesAreTheFormats() throws {
    let file = TensorFile(
      metadata: ["format": "pt", "a\n": "\"b\""],
      tensors: [
        "weight": TensorValue([1, -2] as [Float], shape: [1, 2]),
        "bias": TensorValue([0.5] as [Float], shape: []),
        "steps": TensorValue([-3] as [Int64], shape: []),
        "none": TensorValue([] as [Float], shape: [0, 4]),
      ])
    let header =
      #"{"__metadata__":{"a\n":"\"b\"","format":"pt"},"#
      + #""steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"#
      + #""bias":{"dtype":"F32","shape":[],"data_offsets":[8,12]},"#
      + #""none":{"dtype":"F32","shape":[0,4],"data_offsets":[12,12]},"#
      + #""weight":{"dtype":"F32","shape":[1,2],"data_offsets":[12,20]}}"#
    let padding = [UInt8](repeating: 0x20, count: 7 - (header.utf8.count + 7) % 8)
    let headerLength = UInt8(header.utf8.count + padding.count - 256)
    let data: [UInt8] = [
      0xFD, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
      0, 0, 0, 0x3F,
      0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0,
    ]
    let expected = [headerLength, 1, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + padding + data
    #expect(file.encoded() == expected)
    #expect(headerLength % 8 == 0)
    #expect(try TensorFile(parsing: expected, path: "m") == file)
  }

  @Test func nothingIsAFileToo() throws {
    let bytes = TensorFile().encoded()
    #expect(bytes == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
    #expect(try TensorFile(parsing: bytes, path: "m") == TensorFile())
  }

  @Test func eightAxesAreTheMost() throws {
    let shape = [Int](repeating: 1, count: 8)
    let file = TensorFile(tensors: ["w": TensorValue([2] as [Float], shape: shape)])
    #expect(try TensorFile(parsing: file.encoded(), path: "m") == file)
  }

  @Test func aHeaderIsPaddedToTheNextMultipleOfEight() {
    for count in 0..<9 {
      let text = String(repeating: "x", count: count)
      var header = #"{"__metadata__":{"a":"\#(text)"}}"#
      while !header.utf8.count.isMultiple(of: 8) { header += " " }
      #expect(TensorFile(metadata: ["a": text]).encoded() == bytes(header: header))
    }
  }

  /// They were written by the format's own library.
  @Test(arguments: ["ops", "classifier"])
  func theReferenceFilesAreReproducedByteForByte(_ name: String) throws {
    let bytes = try fixture(name)
    let file = try TensorFile(parsing: bytes, path: name)
    #expect(!file.tensors.isEmpty)
    #expect(file.encoded() == bytes)
  }

  @Test func theReferenceNumbersAreRead() throws {
    let ops = try TensorFile(parsing: fixture("ops"), path: "ops")
    #expect(ops.tensors.count == 200)
    #expect(
      ops.tensors["batch_norm/step2/num_batches_tracked"]
        == TensorValue([3] as [Int64], shape: []))
    #expect(ops.tensors["adam/p0/exp_avg0"]?.shape == [3, 4])
    #expect(ops.tensors["adam/p0/exp_avg0"]?.elements.count == 12)
  }

  @Test func equalContentGivesEqualBytes() {
    let names = (0..<300).map { "tensor \($0)" }
    var forward = TensorFile()
    var backward = TensorFile()
    for (index, name) in names.enumerated() {
      forward.metadata[name] = "x"
      forward.tensors[name] = TensorValue([Float(index)], shape: [1])
    }
    for (index, name) in names.enumerated().reversed() {
      backward.metadata[name] = "x"
      backward.tensors[name] = TensorValue([Float(index)], shape: [1])
    }
    #expect(forward == backward)
    #expect(forward.encoded() == backward.encoded())
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func whatIsWrittenIsReadBack(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let file = randomFile(using: &generator)
    let bytes = file.encoded()
    let read = try TensorFile(parsing: bytes, path: "seed \(seed)")
    // Not compared by ==, to which NaN differs from itself and −0 does not from 0.
    #expect(bitPatterns(read) == bitPatterns(file), "seed \(seed)")
    #expect(read.encoded() == bytes, "seed \(seed)")
  }

  @Test func sixteenMegabytesTakeNoTime() throws {
    let numbers = [Float](repeating: 0.1, count: 4_000_000)
    let file = TensorFile(tensors: ["big": TensorValue(numbers, shape: [4_000_000])])
    let clock = ContinuousClock()
    var bytes: [UInt8] = []
    var read = TensorFile()
    let encoding = clock.measure { bytes = file.encoded() }
    let parsing = try clock.measure { read = try TensorFile(parsing: bytes, path: "m") }
    #expect(read == file)
    // Each is about 5 ms; the limit leaves room for a busy machine.
    #expect(encoding < .milliseconds(500))
    #expect(parsing < .milliseconds(500))
  }

  @Test func aCopyDoesNotFollowTheOriginal() {
    var numbers: [Float] = [1, 2, 3]
    let value = TensorValue(numbers, shape: [3])
    numbers[0] = 9
    #expect(value == TensorValue([1, 2, 3] as [Float], shape: [3]))
  }

  // MARK: Refusing

  @Test func everyTruncationIsRefused() throws {
    let file = TensorFile(
      metadata: ["format": "pt"],
      tensors: [
        "w": TensorValue([1, 2, 3] as [Float], shape: [3]),
        "n": TensorValue([9] as [Int64], shape: []),
      ])
    let bytes = file.encoded()
    let headerLength = Int(bytes[0])
    for length in 0..<bytes.count {
      let expected: SafeTensorsError =
        if length == 0 {
          .foreignFormat(path: "m", found: "an empty file")
        } else if length < 8 {
          .tooShort(path: "m", foundBytes: length)
        } else if length < 8 + headerLength {
          .headerBeyondEnd(path: "m", expectedBytes: headerLength, foundBytes: length - 8)
        } else {
          .truncated(
            path: "m", expectedDataBytes: 20, foundDataBytes: length - 8 - headerLength)
        }
      #expect(throws: expected, "\(length) bytes") {
        try TensorFile(parsing: Array(bytes[..<length]), path: "m")
      }
    }
    #expect(try TensorFile(parsing: bytes, path: "m") == file)
  }

  @Test func dataAfterTheEndIsRefused() {
    let bytes = TensorFile(tensors: ["w": TensorValue([1] as [Float], shape: [1])]).encoded()
    let expected = SafeTensorsError.dataAfterEnd(
      path: "m", expectedDataBytes: 4, foundDataBytes: 5)
    #expect(throws: expected) { try TensorFile(parsing: bytes + [0], path: "m") }
    #expect(throws: SafeTensorsError.self) { try TensorFile(parsing: bytes + bytes, path: "m") }
  }

  @Test(arguments: [(8 << 20) + 1, 1 << 40, 1 << 63, .max] as [UInt64])
  func aHugeHeaderLengthIsRefused(_ length: UInt64) {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array("{}".utf8)
    let expected = SafeTensorsError.headerTooLarge(
      path: "m", limitBytes: 8_388_608, foundBytes: length)
    #expect(throws: expected) { try TensorFile(parsing: bytes, path: "m") }
  }

  @Test func aHeaderOfOneMebibyteIsTheLargest() throws {
    let header = "{}" + String(repeating: " ", count: (8 << 20) - 2)
    #expect(try TensorFile(parsing: bytes(header: header), path: "m") == TensorFile())
    let expected = SafeTensorsError.headerTooLarge(
      path: "m", limitBytes: 8_388_608, foundBytes: 8_388_609)
    #expect(throws: expected) {
      try TensorFile(parsing: bytes(header: header + " "), path: "m")
    }
  }

  @Test(arguments: [
    ("", SafeTensorsError.headerNotAnObject(path: "m", found: "the end")),
    (" {}", .headerNotAnObject(path: "m", found: "\" \"")),
    (
      "{",
      .invalidHeader(
        path: "m",
        reason: .unexpected(offset: 9, expected: "a name in quotes", found: "the end"))
    ),
    ("\u{FEFF}{}", .headerNotAnObject(path: "m", found: "byte 0xEF")),
    ("[]", .headerNotAnObject(path: "m", found: "\"[\"")),
    (
      "{}\0",
      .invalidHeader(
        path: "m",
        reason: .unexpected(offset: 10, expected: "nothing more", found: "byte 0x00"))
    ),
    (
      #"{"w":{},"\u0077":{}}"#,
      .invalidHeader(path: "m", reason: .duplicateName(offset: 16, name: "w"))
    ),
    (
      #"{"w":[]}"#,
      .invalidHeader(
        path: "m", reason: .wrongKind(offset: 13, expected: "an object", found: "an array"))
    ),
    (
      #"{"__metadata__":1}"#,
      .invalidHeader(
        path: "m", reason: .wrongKind(offset: 24, expected: "an object", found: "a number"))
    ),
    (
      #"{"__metadata__":{"a":"1","b":2}}"#,
      .metadataNotText(path: "m", name: "b", found: "a number")
    ),
    (
      #"{"w":{"shape":[],"data_offsets":[0,4]}}"#,
      .missingField(path: "m", tensor: "w", field: "dtype")
    ),
    (
      #"{"w":{"dtype":"F32","data_offsets":[0,4]}}"#,
      .missingField(path: "m", tensor: "w", field: "shape")
    ),
    (
      #"{"w":{"dtype":"F32","shape":[]}}"#,
      .missingField(path: "m", tensor: "w", field: "data_offsets")
    ),
    (
      #"{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}"#,
      .unknownField(path: "m", tensor: "w", field: "x")
    ),
    (
      #"{"w":{"dtype":4,"shape":[],"data_offsets":[0,4]}}"#,
      .invalidHeader(
        path: "m", reason: .wrongKind(offset: 22, expected: "a string", found: "a number"))
    ),
    (
      #"{"w":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#,
      .invalidHeader(path: "m", reason: .notAnInteger(offset: 37, found: "1.0"))
    ),
    (entry(type: "F8_E4M3"), .unsupportedType(path: "m", tensor: "w", found: "F8_E4M3")),
    (entry(type: "f32"), .unsupportedType(path: "m", tensor: "w", found: "f32")),
    (
      entry(shape: "[1,1,1,1,1,1,1,1,1]"),
      .tooManyAxes(path: "m", tensor: "w", limit: 8, found: 9)
    ),
    (
      entry(shape: "[-1]"),
      .invalidHeader(path: "m", reason: .notAnInteger(offset: 37, found: "-1"))
    ),
    (
      entry(shape: "[4294967296,4294967296]"),
      .sizeOverflow(path: "m", tensor: "w", shape: [4_294_967_296, 4_294_967_296])
    ),
    (
      entry(shape: "[4611686018427387904,4,0]", offsets: "[0,0]"),
      .sizeOverflow(path: "m", tensor: "w", shape: [4_611_686_018_427_387_904, 4, 0])
    ),
    (
      entry(shape: "[2305843009213693952]"),
      .sizeOverflow(path: "m", tensor: "w", shape: [2_305_843_009_213_693_952])
    ),
    (
      // No tensor has that, though nothing overflows and it has no numbers.
      entry(shape: "[1152921504606846976,0]", offsets: "[0,0]"),
      .sizeOverflow(path: "m", tensor: "w", shape: [1_152_921_504_606_846_976, 0])
    ),
    (entry(offsets: "[0]"), .wrongOffsetCount(path: "m", tensor: "w", found: 1)),
    (entry(offsets: "[0,4,8]"), .wrongOffsetCount(path: "m", tensor: "w", found: 3)),
    (
      entry(offsets: "[0,1e3]"),
      .invalidHeader(path: "m", reason: .notAnInteger(offset: 57, found: "1e3"))
    ),
    (
      entry(offsets: "[0,18446744073709551616]"),
      .invalidHeader(
        path: "m", reason: .notAnInteger(offset: 57, found: "18446744073709551616"))
    ),
    (entry(offsets: "[4,0]"), .reversedOffsets(path: "m", tensor: "w", begin: 4, end: 0)),
    (
      entry(offsets: "[0,8]"),
      .wrongSize(path: "m", tensor: "w", expectedBytes: 4, foundBytes: 8)
    ),
    (
      entry(shape: "[2]"),
      .wrongSize(path: "m", tensor: "w", expectedBytes: 8, foundBytes: 4)
    ),
    (entry(offsets: "[4,8]"), .gap(path: "m", tensor: "w", expectedOffset: 0, foundOffset: 4)),
    (
      entries(("a", "[0,4]"), ("b", "[8,12]")),
      .gap(path: "m", tensor: "b", expectedOffset: 4, foundOffset: 8)
    ),
    (
      entries(("a", "[0,4]"), ("b", "[0,4]")),
      .overlap(path: "m", tensor: "b", expectedOffset: 4, foundOffset: 0)
    ),
    (
      entries(("b", "[2,6]"), ("a", "[0,4]")),
      .overlap(path: "m", tensor: "b", expectedOffset: 4, foundOffset: 2)
    ),
    (
      entry(shape: "[2305843009213693951]", offsets: "[0,9223372036854775804]"),
      .sizeOverflow(path: "m", tensor: "w", shape: [2_305_843_009_213_693_951])
    ),
  ])
  func aWrongHeaderIsRefused(_ header: String, _ expected: SafeTensorsError) {
    #expect(throws: expected) { try TensorFile(parsing: bytes(header: header), path: "m") }
  }

  @Test func tenThousandTensorsAreTheMost() throws {
    func header(_ count: Int) -> String {
      let entry = #"{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
      return "{\((0..<count).map { "\"\($0)\":\(entry)" }.joined(separator: ","))}"
    }
    let most = try TensorFile(parsing: bytes(header: header(100_000)), path: "m")
    #expect(most.tensors.count == 100_000)
    let expected = SafeTensorsError.tooManyTensors(path: "m", limit: 100_000, found: 100_001)
    #expect(throws: expected) {
      try TensorFile(parsing: bytes(header: header(100_001)), path: "m")
    }
  }

  /// As MLX writes it.
  @Test func nullIsNoMetadata() throws {
    let header = #"{"__metadata__":null,"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}}"#
    #expect(
      try TensorFile(parsing: bytes(header: header) + [0, 0, 0x80, 0x3F], path: "m")
        == TensorFile(tensors: ["a": TensorValue([1] as [Float], shape: [1])]))
  }

  @Test func spacesInTheHeaderAndAnyOrderOfItsEntriesAreRead() throws {
    let header = """
      { "none":{"shape":[0],"dtype":"I64","data_offsets":[4,4]},
      "b" : {"data_offsets":[4, 8], "shape":[ 1 ],"dtype":"F32"},
      "a":{"shape":[],"dtype":"F32","data_offsets":[0,4]},
      "empty":{"shape":[0],"dtype":"I64","data_offsets":[4,4]} , "__metadata__":{} }
      """
    let data: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]
    #expect(
      try TensorFile(parsing: bytes(header: header) + data, path: "m")
        == TensorFile(tensors: [
          "a": TensorValue([1] as [Float], shape: []),
          "b": TensorValue([2] as [Float], shape: [1]),
          "empty": TensorValue([] as [Int64], shape: [0]),
          "none": TensorValue([] as [Int64], shape: [0]),
        ]))
  }

  @Test(
    arguments: [
      ([0x80, 2, 0x7D, 0x2E], SafeTensorsError.pickle(path: "m")),
      ([0x80, 4, 0x95, 0x0B, 0, 0, 0, 0, 0, 0, 0, 0x7D], .pickle(path: "m")),
      (
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0],
        .foreignFormat(path: "m", found: "a PNG image")
      ),
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3], .foreignFormat(path: "m", found: "a gzip file")),
      (Array("<!DOCTYPE html><html>".utf8), .foreignFormat(path: "m", found: "a web page")),
      (Array("Not Found\n".utf8), .foreignFormat(path: "m", found: "a text file")),
      (
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8),
        .foreignFormat(path: "m", found: "a Git LFS pointer")
      ),
    ] as [([UInt8], SafeTensorsError)])
  func filesOfOtherKindsAreNamed(_ bytes: [UInt8], _ expected: SafeTensorsError) {
    #expect(throws: expected) { try TensorFile(parsing: bytes, path: "m") }
  }

  /// Its length then begins with the bytes 0x80, 2.
  @Test func aHeaderOf640BytesIsNotTakenForAPickle() throws {
    let header = "{}" + String(repeating: " ", count: 638)
    let file = bytes(header: header)
    #expect(Array(file[..<2]) == [0x80, 2])
    #expect(try TensorFile(parsing: file, path: "m") == TensorFile())
    #expect(throws: SafeTensorsError.tooShort(path: "m", foundBytes: 3)) {
      try TensorFile(parsing: Array(file[..<3]), path: "m")
    }
  }

  @Test(
    arguments: [
      (
        SafeTensorsError.tooShort(path: "m", foundBytes: 3),
        "m: not a safetensors file (expected at least 8 bytes, found 3)"
      ),
      (
        .pickle(path: "m"),
        "m: a Python pickle, which is never loaded because it can run code "
          + "(expected a safetensors file or one of PyTorch)"
      ),
      (
        .foreignFormat(path: "m", found: "a PNG image"),
        "m: not a model (expected a safetensors file or one of PyTorch, found a PNG image)"
      ),
      (
        .foreignFormat(path: "m", found: "a Git LFS pointer"),
        "m: not a model (expected a safetensors file or one of PyTorch, found a Git LFS pointer; "
          + "git lfs pull brings the file)"
      ),
      (
        .headerTooLarge(path: "m", limitBytes: 10, foundBytes: .max),
        "m: header too large (expected at most 10 bytes, found 18446744073709551615)"
      ),
      (
        .headerBeyondEnd(path: "m", expectedBytes: 10, foundBytes: 3),
        "m: truncated in its header (expected 10 bytes, found 3)"
      ),
      (
        .headerNotAnObject(path: "m", found: "\"[\""),
        #"m: not a safetensors file (expected "{" at byte 8, found "[")"#
      ),
      (
        .invalidHeader(path: "m", reason: .duplicateName(offset: 16, name: "w")),
        #"m: header cannot be used: duplicate name "w" at byte 16"#
      ),
      (
        .metadataNotText(path: "m", name: "b", found: "a number"),
        #"m: metadata "b" is not text (expected a string, found a number)"#
      ),
      (
        .tooManyTensors(path: "m", limit: 10, found: 11),
        "m: too many tensors (expected at most 10, found 11)"
      ),
      (
        .missingField(path: "m", tensor: "w", field: "dtype"),
        #"m: tensor "w" has no dtype (expected dtype, shape and data_offsets)"#
      ),
      (
        .unknownField(path: "m", tensor: "w", field: "x"),
        #"m: tensor "w" has an unknown field (expected dtype, shape and data_offsets, found "x")"#
      ),
      (
        .unsupportedType(path: "m", tensor: "w\u{1B}[2J", found: "C64"),
        #"m: tensor "w\u001b[2J" is of a type that is not supported "#
          + #"(expected F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, found "C64")"#
      ),
      (
        .tooManyAxes(path: "m", tensor: "w", limit: 8, found: 9),
        #"m: tensor "w" has too many axes (expected at most 8, found 9)"#
      ),
      (
        .sizeOverflow(path: "m", tensor: "w", shape: [3, 4]),
        #"m: tensor "w" is too large to count its bytes (found shape [3, 4])"#
      ),
      (
        .wrongOffsetCount(path: "m", tensor: "w", found: 3),
        #"m: tensor "w" has wrong data_offsets (expected 2 numbers, found 3)"#
      ),
      (
        .reversedOffsets(path: "m", tensor: "w", begin: 4, end: 0),
        #"m: tensor "w" ends before it begins (expected an end from 4, found 0)"#
      ),
      (
        .wrongSize(path: "m", tensor: "w", expectedBytes: 4, foundBytes: 8),
        #"m: tensor "w" does not fill its shape (expected 4 bytes, found 8)"#
      ),
      (
        .gap(path: "m", tensor: "w", expectedOffset: 0, foundOffset: 4),
        #"m: tensor "w" leaves a gap before it (expected data offset 0, found 4)"#
      ),
      (
        .overlap(path: "m", tensor: "w", expectedOffset: 4, foundOffset: 0),
        #"m: tensor "w" overlaps the one before it (expected data offset 4, found 0)"#
      ),
      (
        .truncated(path: "m", expectedDataBytes: 8, foundDataBytes: 7),
        "m: truncated (expected 8 bytes of data, found 7)"
      ),
      (
        .dataAfterEnd(path: "m", expectedDataBytes: 8, foundDataBytes: 9),
        "m: unexpected data after the end (expected 8 bytes of data, found 9)"
      ),
    ] as [(SafeTensorsError, String)])
  func everyRefusalIsOneSentence(_ error: SafeTensorsError, _ expected: String) {
    #expect(error.description == expected)
  }
}

// MARK: Helpers

private func fixture(_ name: String) throws -> [UInt8] {
  let url = Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "safetensors")
  return try Array(Data(contentsOf: #require(url)))
}

/// A file of this header and no data.
private func bytes(header: String) -> [UInt8] {
  let length = header.utf8.count
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
}

/// A header of one tensor called `w`, right where nothing else is asked for.
private func entry(
  type: String = "F32", shape: String = "[]", offsets: String = "[0,4]"
) -> String {
  #"{"w":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
}

private func entries(_ entries: (name: String, offsets: String)...) -> String {
  let texts = entries.map {
    #""\#($0.name)":{"dtype":"F32","shape":[],"data_offsets":\#($0.offsets)}"#
  }
  return "{\(texts.joined(separator: ","))}"
}

/// Everything a file holds, comparable to the last bit.
private func bitPatterns(_ file: TensorFile) -> [String: [UInt64]] {
  var patterns = file.tensors.mapValues { value in
    let numbers: [UInt64] =
      switch value.elements {
      case .float32(let numbers): [4] + numbers.map { UInt64($0.bitPattern) }
      case .int64(let numbers): [8] + numbers.map { UInt64(bitPattern: $0) }
      }
    return value.shape.map { UInt64($0) } + numbers
  }
  for (key, text) in file.metadata {
    patterns["metadata " + key] = text.unicodeScalars.map { UInt64($0.value) }
  }
  return patterns
}

private func randomFile(using generator: inout SeededGenerator) -> TensorFile {
  var file = TensorFile()
  for _ in 0..<Int.random(in: 0...6, using: &generator) {
    file.metadata[randomText(using: &generator)] = randomText(using: &generator)
  }
  for _ in 0..<Int.random(in: 0...12, using: &generator) {
    let shape = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
      Int.random(in: 0...4, using: &generator)
    }
    let count = shape.reduce(1, *)
    let name = randomText(using: &generator)
    // Any bit pattern: infinities, NaN and the smallest numbers among them.
    if Bool.random(using: &generator) {
      let numbers = (0..<count).map { _ in
        Float(bitPattern: UInt32.random(in: .min ... .max, using: &generator))
      }
      file.tensors[name] = TensorValue(numbers, shape: shape)
    } else {
      let numbers = (0..<count).map { _ in Int64.random(in: .min ... .max, using: &generator) }
      file.tensors[name] = TensorValue(numbers, shape: shape)
    }
  }
  return file
}

private func randomText(using generator: inout SeededGenerator) -> String {
  let scalars: [ClosedRange<UInt32>] = [
    0...0x1F, 0x20...0x7E, 0x20...0x7E, 0x7F...0x9F, 0xA0...0x17F, 0x300...0x36F,
    0x4E00...0x4EFF, 0x1F000...0x1F0FF,
  ]
  var text = ""
  for _ in 0..<Int.random(in: 0...10, using: &generator) {
    let range = scalars[Int.random(in: 0..<scalars.count, using: &generator)]
    let value = UInt32.random(in: range, using: &generator)
    text.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
  }
  return text
}
