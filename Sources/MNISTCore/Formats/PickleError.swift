/// Why bytes were refused as a pickle of plain data. Offsets count from the pickle's first byte.
package enum PickleError: Error, Equatable, CustomStringConvertible {
  /// It ends inside an instruction, or before the one that ends it.
  case truncated(foundBytes: Int)
  /// Bytes follow the instruction that ends it.
  case trailingBytes(offset: Int)
  /// An instruction that plain data does not need.
  case unknownInstruction(offset: Int, code: UInt8)
  /// It wants something of Python that is neither plain data nor a tensor. It is not called, nor looked for.
  case forbidden(name: String)
  /// It refers to something outside that is no storage of a tensor.
  case foreignReference(offset: Int)
  /// An instruction that does not find what it needs.
  case misplaced(offset: Int, expected: String)
  /// Text that is not UTF-8, or has more combining marks in a row than any text has.
  case unreadableText(offset: Int)
  /// A tensor whose sizes, strides or offset leave its storage, or that repeats its numbers too often.
  case impossibleTensor(offset: Int, shape: [Int], strides: [Int])
  /// More values inside one another than are read, or one that holds itself.
  case tooDeep(limit: Int)
  /// More values than the bytes can mean.
  case tooMany(limit: Int)
  /// A dictionary's key that is no plain value.
  case unusableKey(found: String)
  /// One key twice in a dictionary.
  case duplicateKey(found: String)

  /// A clause without the path, which whoever reads the file adds.
  package var description: String {
    switch self {
    case .truncated(let found): "the pickle is truncated (expected its end, found \(found) bytes)"
    case .trailingBytes(let offset): "bytes after the pickle (expected its end at byte \(offset))"
    case .unknownInstruction(let offset, let code):
      "the pickle has an instruction that plain data does not need (expected one that builds "
        + "dictionaries, lists, numbers, text and tensors, found \(hexadecimal([code])) at byte "
        + "\(offset))"
    case .forbidden(let name):
      "the pickle asks for \(JSONText.excerpt(name)) (expected plain data and tensors, as "
        + "torch.save(model.state_dict(), …) writes them; nothing was called)"
    case .foreignReference(let offset):
      "the pickle refers to something outside it (expected a tensor's storage at byte \(offset))"
    case .misplaced(let offset, let expected):
      "the pickle is damaged at byte \(offset) (expected \(expected))"
    case .unreadableText(let offset):
      "the pickle has text that cannot be read at byte \(offset) (expected UTF-8)"
    case .impossibleTensor(let offset, let shape, let strides):
      "the pickle has an impossible tensor at byte \(offset) (expected one inside its storage, found "
        + "sizes \(shape) and strides \(strides))"
    case .tooDeep(let limit): "the pickle is nested deeper than \(limit) levels, or holds itself"
    case .tooMany(let limit):
      "the pickle stands for more values than are read (expected at most \(limit))"
    case .unusableKey(let found):
      "the pickle has a dictionary with \(found) as a key (expected text or a number)"
    case .duplicateKey(let found): "the pickle has a dictionary with the key \(found) twice"
    }
  }
}
