/// Writes plain data and descriptions of tensors as a pickle of protocol 2, the form that PyTorch writes.
struct PickleWriter {
  private(set) var bytes: [UInt8] = [0x80, 2]

  /// The pickle of a value; equal values give equal bytes.
  static func bytes(of value: PickleValue<PickledTensor>) -> [UInt8] {
    var writer = PickleWriter()
    writer.write(value)
    return writer.bytes + Array(".".utf8)
  }

  private mutating func write(_ value: PickleValue<PickledTensor>) {
    switch value {
    case .none: code("N")
    case .bool(let value): bytes.append(value ? 0x88 : 0x89)
    case .integer(let number): write(number)
    case .number(let number):
      code("G")
      bytes += field(number.bitPattern, 8).reversed()
    case .string(let text): write(text)
    case .list(let values):
      code("]")
      append(values, "e")
    case .tuple(let values):
      if values.isEmpty { code(")") } else { append(values, "t") }
    case .set(let values):
      write(name: "__builtin__", "set")
      code("]")
      append(values, "e")
      bytes.append(0x85)
      code("R")
    case .dictionary(let dictionary): write(dictionary)
    case .tensor(let tensor): write(tensor)
    }
  }

  /// Values between a mark and the instruction that takes them.
  private mutating func append(
    _ values: [PickleValue<PickledTensor>], _ instruction: Unicode.Scalar
  ) {
    guard !values.isEmpty else { return }
    code("(")
    for value in values { write(value) }
    code(instruction)
  }

  private mutating func write(_ dictionary: PickleDictionary<PickledTensor>) {
    func write(_ pairs: [PickleDictionary<PickledTensor>.Pair]) {
      append(pairs.flatMap { [$0.key, $0.value] }, "u")
    }
    switch dictionary.kind {
    case .plain: code("}")
    case .ordered:
      writeOrderedDictionary()
    case .namespace:
      self.write(name: "argparse", "Namespace")
      code(")")
      bytes.append(0x81)
      code("}")
    }
    write(dictionary.pairs)
    if dictionary.kind == .namespace { code("b") }
    if !dictionary.attributes.isEmpty {
      code("}")
      write(dictionary.attributes)
      code("b")
    }
  }

  private mutating func writeOrderedDictionary() {
    write(name: "collections", "OrderedDict")
    code(")")
    code("R")
  }

  private mutating func write(_ tensor: PickledTensor) {
    let storage = tensor.storage
    let name = PickleGlobal.storages.first { $0.type == storage.type }?.name
    guard let name else { stop("no storage for \(storage.type)") }
    write(name: "torch._utils", "_rebuild_tensor_v2")
    code("(")
    code("(")
    write("storage")
    write(name: "torch", name)
    write(storage.key)
    write("cpu")
    write(Int64(storage.count))
    code("t")
    code("Q")
    write(Int64(tensor.offset))
    write(.tuple(tensor.shape.map { .integer(Int64($0)) }))
    write(.tuple(tensor.strides.map { .integer(Int64($0)) }))
    // No gradient is asked for, and there are no hooks.
    write(.bool(false))
    writeOrderedDictionary()
    code("t")
    code("R")
  }

  private mutating func write(_ number: Int64) {
    switch number {
    case 0...0xFF:
      code("K")
      bytes += field(UInt64(number), 1)
    case Int64(Int32.min)...Int64(Int32.max):
      code("J")
      bytes += field(UInt64(bitPattern: number), 4)
    default:
      bytes += [0x8A, 8] + field(UInt64(bitPattern: number), 8)
    }
  }

  private mutating func write(_ text: String) {
    code("X")
    bytes += field(UInt64(text.utf8.count), 4) + Array(text.utf8)
  }

  private mutating func write(name module: String, _ name: String) {
    code("c")
    bytes += Array("\(module)\n\(name)\n".utf8)
  }

  private mutating func code(_ instruction: Unicode.Scalar) {
    bytes.append(UInt8(ascii: instruction))
  }

  private func field(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
