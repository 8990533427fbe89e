/// A machine for Python's pickles that builds plain data and descriptions of tensors, and nothing else.
///
/// A pickle is a program for a machine with a stack. This one knows the instructions that data needs, those of
/// PyTorch's own safe reader and their shorter forms of protocols 4 and 5. Of Python's world it knows a handful of
/// names, which it does not call: it knows what they would build. Any other is refused by its name.
///
/// Values that stand in several places are one value here too, so that time and memory grow with the bytes: what
/// would be too large when it is written out is refused, as is what is nested too deep or holds itself.
struct PickleReader {
  typealias Value = PickleValue<PickledTensor>

  static let depthLimit = 64
  /// Steps that put a value somewhere: about 300,000 tensors.
  static let stepLimit = 8 << 20

  private let bytes: [UInt8]
  private var position = 0
  /// Where the present instruction stands.
  private(set) var start = 0
  private(set) var stack: [Item] = []
  private(set) var marks: [Int] = []
  private var memo: [Int: Item] = [:]
  var objects: [Object] = []
  private var steps = 0

  /// Each object's value once it is known, its size when it is written out, and its levels.
  var values: [Int: (value: Value, size: Int, depth: Int)] = [:]
  /// How much more of that may come to be known, and how much at most.
  var sizeLeft: Int
  let sizeLimit: Int

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    // Written out, a value takes one byte at least; a little more for those that are shared.
    sizeLimit = min(4 * bytes.count + 1_024, 4 << 20)
    sizeLeft = sizeLimit
  }

  /// The one value that all of `bytes` build.
  static func value(of bytes: [UInt8]) throws(PickleError) -> Value {
    var reader = PickleReader(bytes)
    let item = try reader.run()
    return try reader.value(of: item, level: 0).value
  }

  // MARK: Instructions

  private mutating func run() throws(PickleError) -> Item {
    while true {
      start = position
      let code = try byte()
      switch code {
      case 0x80: _ = try byte()  // PROTO
      case 0x95: _ = try number(8)  // FRAME
      case UInt8(ascii: "."):
        guard stack.count == 1, marks.isEmpty, let item = stack.popLast() else {
          throw misplaced("one value at the end")
        }
        guard position == bytes.count else { throw .trailingBytes(offset: position) }
        return item
      case UInt8(ascii: "N"): try push(.value(.none))
      case 0x88: try push(.value(.bool(true)))
      case 0x89: try push(.value(.bool(false)))
      case UInt8(ascii: "K"): try push(.value(.integer(Int64(try number(1)))))
      case UInt8(ascii: "M"): try push(.value(.integer(Int64(try number(2)))))
      case UInt8(ascii: "J"):
        let word = UInt32(truncatingIfNeeded: try number(4))
        try push(.value(.integer(Int64(Int32(bitPattern: word)))))
      case 0x8A: try push(.value(longInteger(try slice(Int(try byte())))))
      case UInt8(ascii: "G"):
        let word = try slice(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        try push(.value(.number(Double(bitPattern: word))))
      case UInt8(ascii: "X"): try push(.value(.string(try text(4))))
      case UInt8(ascii: "U"), 0x8C: try push(.value(.string(try text(1))))
      case 0x8D: try push(.value(.string(try text(8))))
      case UInt8(ascii: "C"): try push(.bytes(Array(try slice(try number(1)))))
      case UInt8(ascii: "B"): try push(.bytes(Array(try slice(try number(4)))))
      case UInt8(ascii: "("):
        try count(1)
        marks.append(stack.count)
      case UInt8(ascii: "]"): try push(new(.list))
      case UInt8(ascii: "}"): try push(new(.dictionary(.plain)))
      case UInt8(ascii: ")"): try push(new(.tuple))
      case 0x8F: try push(new(.set))
      case UInt8(ascii: "t"): try push(new(.tuple, try popMark()))
      case 0x85...0x87: try push(new(.tuple, try pop(Int(code) - 0x84)))
      case UInt8(ascii: "a"): try append(try pop(1), to: [.list])
      case UInt8(ascii: "e"): try append(try popMark(), to: [.list])
      case 0x90: try append(try popMark(), to: [.set])
      case UInt8(ascii: "s"): try append(try pop(2), to: Self.growingDictionaries)
      case UInt8(ascii: "u"): try append(try popMark(), to: Self.growingDictionaries)
      case UInt8(ascii: "q"): try remember(at: try number(1))
      case UInt8(ascii: "r"): try remember(at: try number(4))
      case 0x94: try remember(at: memo.count)
      case UInt8(ascii: "h"): try recall(try number(1))
      case UInt8(ascii: "j"): try recall(try number(4))
      case UInt8(ascii: "c"): try push(try global(try line(), try line()))
      case 0x93:
        let names = try pop(2)
        guard case .value(.string(let module)) = names[0],
          case .value(.string(let name)) = names[1]
        else { throw misplaced("a name") }
        try push(try global(module, name))
      case UInt8(ascii: "Q"): try push(.storage(try storage(try pop(1)[0])))
      case UInt8(ascii: "R"):
        let call = try pop(2)
        try push(try result(of: call[0], arguments: try items(call[1], .tuple)))
      case 0x81:
        let call = try pop(2)
        guard case .global(.namespace) = call[0], try items(call[1], .tuple).isEmpty else {
          throw misplaced("a new argparse.Namespace")
        }
        try push(new(.dictionary(.namespace)))
      case UInt8(ascii: "b"): try setState(try pop(1)[0])
      default: throw .unknownInstruction(offset: start, code: code)
      }
    }
  }

  private static let growingDictionaries: [Object.Kind] = [
    .dictionary(.plain), .dictionary(.ordered),
  ]

  // MARK: The stack

  func misplaced(_ expected: String) -> PickleError {
    .misplaced(offset: start, expected: expected)
  }

  /// Counts what an instruction puts somewhere.
  mutating func count(_ number: Int) throws(PickleError) {
    steps += number
    guard steps <= Self.stepLimit else { throw .tooMany(limit: Self.stepLimit) }
  }

  private mutating func push(_ item: Item) throws(PickleError) {
    try count(1)
    stack.append(item)
  }

  mutating func new(_ kind: Object.Kind, _ items: [Item] = []) -> Item {
    objects.append(Object(kind: kind, items: items))
    return .object(objects.count - 1)
  }

  /// The last `count` items that no mark stands before.
  private mutating func pop(_ count: Int) throws(PickleError) -> [Item] {
    guard stack.count - count >= marks.last ?? 0 else {
      throw misplaced("\(count) values before it")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popMark() throws(PickleError) -> [Item] {
    guard let mark = marks.popLast() else { throw misplaced("a mark before it") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func append(_ items: [Item], to kinds: [Object.Kind]) throws(PickleError) {
    let isDictionary = kinds == Self.growingDictionaries
    guard stack.count > marks.last ?? 0, case .object(let index)? = stack.last,
      kinds.contains(objects[index].kind), !isDictionary || items.count % 2 == 0
    else {
      throw misplaced(isDictionary ? "a dictionary for pairs" : "a list or a set for items")
    }
    objects[index].items += items
  }

  private mutating func remember(at index: Int) throws(PickleError) {
    guard let item = stack.last else { throw misplaced("a value to remember") }
    try count(1)
    memo[index] = item
  }

  private mutating func recall(_ index: Int) throws(PickleError) {
    guard let item = memo[index] else { throw misplaced("a value that was remembered") }
    try push(item)
  }

  func items(_ item: Item, _ kind: Object.Kind) throws(PickleError) -> [Item] {
    guard case .object(let index) = item, objects[index].kind == kind else {
      throw misplaced(kind == .tuple ? "a tuple" : "a list")
    }
    return objects[index].items
  }

  // MARK: Bytes

  private mutating func byte() throws(PickleError) -> UInt8 {
    guard position < bytes.count else { throw .truncated(foundBytes: bytes.count) }
    position += 1
    return bytes[position - 1]
  }

  private mutating func slice(_ count: Int) throws(PickleError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else { throw .truncated(foundBytes: bytes.count) }
    position += count
    return bytes[(position - count)..<position]
  }

  /// A little-endian number of so many bytes.
  private mutating func number(_ count: Int) throws(PickleError) -> Int {
    Array(try slice(count)).number(at: 0, bytes: count)
  }

  /// Text whose length stands before it, in so many bytes.
  private mutating func text(_ width: Int) throws(PickleError) -> String {
    try text(of: try slice(try number(width)))
  }

  private func text(of bytes: ArraySlice<UInt8>) throws(PickleError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self),
      JSONReader.longestRowOfMarks(in: text) <= JSONReader.markLimit
    else { throw .unreadableText(offset: bytes.startIndex) }
    return text
  }

  /// Up to the next line's end.
  private mutating func line() throws(PickleError) -> String {
    guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
      throw .truncated(foundBytes: bytes.count)
    }
    defer { position = end + 1 }
    return try text(of: bytes[position..<end])
  }

  /// Two's complement, the least significant byte first. What 64 bits do not hold becomes the nearest number.
  private func longInteger(_ bytes: ArraySlice<UInt8>) -> Value {
    let isNegative = (bytes.last ?? 0) >= 0x80
    if bytes.count <= 8 {
      let word = bytes.reversed().reduce(isNegative ? ~0 : 0) { $0 << 8 | UInt64($1) }
      return .integer(Int64(bitPattern: word))
    }
    let magnitude = bytes.reversed().reduce(0.0) { $0 * 256 + Double(isNegative ? ~$1 : $1) }
    return .number(isNegative ? -1 - magnitude : magnitude)
  }
}
