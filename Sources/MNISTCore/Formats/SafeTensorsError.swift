/// Why a file was refused as a safetensors file.
package enum SafeTensorsError: Error, Equatable, CustomStringConvertible {
  /// Fewer bytes than a header length has.
  case tooShort(path: String, foundBytes: Int)
  /// A pickle that stands alone, not in a ZIP archive as in PyTorch's files.
  case pickle(path: String)
  /// `found` is a noun with its article, such as `a PNG image`.
  case foreignFormat(path: String, found: String)
  /// A header longer than any that is read.
  case headerTooLarge(path: String, limitBytes: Int, foundBytes: UInt64)
  /// The file ends inside its header.
  case headerBeyondEnd(path: String, expectedBytes: Int, foundBytes: Int)
  /// `found` is what stands in place of the brace, such as `"["`.
  case headerNotAnObject(path: String, found: String)
  /// The header is not the JSON that it should be.
  case invalidHeader(path: String, reason: JSONError)
  /// `found` is a noun with its article, such as `a number`.
  case metadataNotText(path: String, name: String, found: String)
  /// More tensors than are read.
  case tooManyTensors(path: String, limit: Int, found: Int)
  /// The entry of a tensor lacks one of its three fields.
  case missingField(path: String, tensor: String, field: String)
  /// The entry of a tensor has a fourth field.
  case unknownField(path: String, tensor: String, field: String)
  /// An element type that is not read.
  case unsupportedType(path: String, tensor: String, found: String)
  /// More axes than are read.
  case tooManyAxes(path: String, tensor: String, limit: Int, found: Int)
  /// The tensor's bytes cannot be counted in 63 bits.
  case sizeOverflow(path: String, tensor: String, shape: [Int])
  /// The tensor's place is not given by two numbers.
  case wrongOffsetCount(path: String, tensor: String, found: Int)
  /// The tensor ends before it begins.
  case reversedOffsets(path: String, tensor: String, begin: Int, end: Int)
  /// The tensor's place has not as many bytes as its shape asks for.
  case wrongSize(path: String, tensor: String, expectedBytes: Int, foundBytes: Int)
  /// The bytes before this tensor's belong to no tensor.
  case gap(path: String, tensor: String, expectedOffset: Int, foundOffset: Int)
  /// This tensor begins inside the one before it.
  case overlap(path: String, tensor: String, expectedOffset: Int, foundOffset: Int)
  /// The file has fewer bytes than its header promises.
  case truncated(path: String, expectedDataBytes: Int, foundDataBytes: Int)
  /// The file has more bytes than its header promises.
  case dataAfterEnd(path: String, expectedDataBytes: Int, foundDataBytes: Int)
  /// Checksums are texts such as `0x1234abcd`; `expected` is what the file says.
  case wrongHeaderChecksum(path: String, expected: String, found: String)
  /// The same of a tensor's bytes.
  case wrongChecksum(path: String, tensor: String, expected: String, found: String)
  /// The file has checksums, but none for this tensor.
  case missingChecksum(path: String, tensor: String)

  /// One sentence with the path; names and texts from the file are cut short and escaped.
  package var description: String {
    switch self {
    case .tooShort(let path, let found):
      "\(path): not a safetensors file (expected at least 8 bytes, found \(found))"
    case .pickle(let path):
      "\(path): a Python pickle, which is never loaded because it can run code "
        + "(expected a safetensors file or one of PyTorch)"
    case .foreignFormat(let path, let found):
      "\(path): not a model (expected a safetensors file or one of PyTorch, found \(found)"
        + "\(FileKind.advice(on: found)))"
    case .headerTooLarge(let path, let limit, let found):
      "\(path): header too large (expected at most \(limit) bytes, found \(found))"
    case .headerBeyondEnd(let path, let expected, let found):
      "\(path): truncated in its header (expected \(expected) bytes, found \(found))"
    case .headerNotAnObject(let path, let found):
      "\(path): not a safetensors file (expected \"{\" at byte 8, found \(found))"
    case .invalidHeader(let path, let reason):
      "\(path): header cannot be used: \(reason)"
    case .metadataNotText(let path, let name, let found):
      "\(path): metadata \(JSONText.excerpt(name)) is not text (expected a string, found \(found))"
    case .tooManyTensors(let path, let limit, let found):
      "\(path): too many tensors (expected at most \(limit), found \(found))"
    case .missingField(let path, let tensor, let field):
      Self.sentence(path, tensor, "has no \(field) (expected dtype, shape and data_offsets)")
    case .unknownField(let path, let tensor, let field):
      Self.sentence(
        path, tensor,
        "has an unknown field (expected dtype, shape and data_offsets, found "
          + "\(JSONText.excerpt(field)))")
    case .unsupportedType(let path, let tensor, let found):
      Self.sentence(
        path, tensor,
        "is of a type that is not supported (expected "
          + NumberType.safeTensorsNames.map(\.name).joined(separator: ", ")
          + ", found \(JSONText.excerpt(found)))")
    case .tooManyAxes(let path, let tensor, let limit, let found):
      Self.sentence(path, tensor, "has too many axes (expected at most \(limit), found \(found))")
    case .sizeOverflow(let path, let tensor, let shape):
      Self.sentence(path, tensor, "is too large to count its bytes (found shape \(shape))")
    case .wrongOffsetCount(let path, let tensor, let found):
      Self.sentence(path, tensor, "has wrong data_offsets (expected 2 numbers, found \(found))")
    case .reversedOffsets(let path, let tensor, let begin, let end):
      Self.sentence(
        path, tensor, "ends before it begins (expected an end from \(begin), found \(end))")
    case .wrongSize(let path, let tensor, let expected, let found):
      Self.sentence(
        path, tensor, "does not fill its shape (expected \(expected) bytes, found \(found))")
    case .gap(let path, let tensor, let expected, let found):
      Self.sentence(
        path, tensor, "leaves a gap before it (expected data offset \(expected), found \(found))")
    case .overlap(let path, let tensor, let expected, let found):
      Self.sentence(
        path, tensor,
        "overlaps the one before it (expected data offset \(expected), found \(found))")
    case .truncated(let path, let expected, let found):
      "\(path): truncated (expected \(expected) bytes of data, found \(found))"
    case .dataAfterEnd(let path, let expected, let found):
      "\(path): unexpected data after the end (expected \(expected) bytes of data, found \(found))"
    case .wrongHeaderChecksum(let path, let expected, let found):
      "\(path): damaged: checksum mismatch in the header (expected \(JSONText.excerpt(expected)), "
        + "found \(JSONText.excerpt(found)))"
    case .wrongChecksum(let path, let tensor, let expected, let found):
      "\(path): damaged: checksum mismatch in tensor \(JSONText.excerpt(tensor)) "
        + "(expected \(JSONText.excerpt(expected)), found \(JSONText.excerpt(found)))"
    case .missingChecksum(let path, let tensor):
      Self.sentence(path, tensor, "has no checksum in __metadata__, though the header has one")
    }
  }

  private static func sentence(_ path: String, _ tensor: String, _ what: String) -> String {
    "\(path): tensor \(JSONText.excerpt(tensor)) \(what)"
  }
}
