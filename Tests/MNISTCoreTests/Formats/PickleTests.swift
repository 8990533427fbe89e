import Testing

@testable import MNISTCore

private typealias Value = PickleValue<PickledTensor>

@Suite struct PickleTests {
  // MARK: What is read

  @Test func everyPlainValueIsRead() throws {
    for (text, value) in [
      ("N.", .none), ("\u{88}.", .bool(true)), ("\u{89}.", .bool(false)),
      ("K\u{FF}.", .integer(255)),
      ("M\u{1}\u{2}.", .integer(513)), ("J\u{FE}\u{FF}\u{FF}\u{FF}.", .integer(-2)),
      ("\u{8A}\0.", .integer(0)), ("\u{8A}\u{1}\u{FF}.", .integer(-1)),
      ("\u{8A}\u{2}\u{FF}\0.", .integer(255)), ("\u{8A}\u{1}\u{80}.", .integer(-128)),
      ("\u{8A}\u{1}\u{7F}.", .integer(127)),
      ("\u{8A}\u{8}\0\0\0\0\0\0\0\u{80}.", .integer(.min)),
      // Beyond 64 bits the nearest number.
      ("\u{8A}\u{9}\0\0\0\0\0\0\0\u{80}\0.", .number(0x1p63)),
      ("\u{8A}\u{9}\0\0\0\0\0\0\0\0\u{FF}.", .number(-0x1p64)),
      ("\u{8A}\u{9}\(String(repeating: "\u{FF}", count: 9)).", .number(-1)),
      ("G\u{3F}\u{F0}\0\0\0\0\0\0.", .number(1)), ("X\u{2}\0\0\0\u{C3}\u{A9}.", .string("é")),
      ("U\u{1}a.", .string("a")), ("\u{8C}\u{1}a.", .string("a")),
      ("\u{8D}\u{1}\0\0\0\0\0\0\0a.", .string("a")),
      (").", .tuple([])), ("N\u{85}.", .tuple([.none])), ("NN\u{86}.", .tuple([.none, .none])),
      ("NNN\u{87}.", .tuple([.none, .none, .none])),
      ("(K\u{1}K\u{2}t.", .tuple([.integer(1), .integer(2)])),
      ("].", .list([])), ("]Na.", .list([.none])), ("](NNe.", .list([.none, .none])),
      ("\u{8F}(N\u{90}.", .set([.none])),
      ("c__builtin__\nset\n](Ne\u{85}R.", .set([.none])),
      ("}.", dictionary([])), ("}U\u{1}aNs.", dictionary([("a", .none)])),
      ("}(U\u{1}aNU\u{1}bNu.", dictionary([("a", .none), ("b", .none)])),
      ("ccollections\nOrderedDict\n)R.", dictionary([], .ordered)),
      (
        "cargparse\nNamespace\n)\u{81}}U\u{1}aK\u{7}sb.",
        dictionary([("a", .integer(7))], .namespace)
      ),
      ("ctorch\nSize\nK\u{2}\u{85}\u{85}R.", .tuple([.integer(2)])),
      ("ctorch\ndevice\nU\u{3}cpu\u{85}R.", .string("cpu")),
      ("ctorch\ndevice\nU\u{4}cudaK\0\u{86}R.", .string("cuda")),
      ("ctorch\nfloat32\n.", .string("torch.float32")),
      ("\u{80}\u{4}\u{95}\u{3}\0\0\0\0\0\0\0N.", .none), ("]\u{94}Na.", .list([.none])),
      // A module's state carries something beside its pairs.
      (
        "ccollections\nOrderedDict\n)R}U\u{1}mNsb.",
        dictionary([], .ordered, attributes: [("m", .none)])
      ),
      ("\u{8C}\u{5}torch\u{8C}\u{5}int64\u{93}.", .string("torch.int64")),
    ] as [(String, Value)] {
      #expect(try read(text) == value, "\(text)")
    }
  }

  /// By its type's name and its bytes, as NumPy pickles a single one.
  @Test func everyNumberOfNumPysIsRead() throws {
    for (type, content, value) in [
      ("f8", "\0\0\0\0\0\0\u{F8}\u{BF}", .number(-1.5)), ("f4", "\0\0\u{C0}\u{BF}", .number(-1.5)),
      ("f2", "\0\u{BE}", .number(-1.5)),
      ("i8", "\u{FE}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}", .integer(-2)),
      ("i4", "\u{FE}\u{FF}\u{FF}\u{FF}", .integer(-2)), ("i2", "\u{FE}\u{FF}", .integer(-2)),
      ("i1", "\u{FE}", .integer(-2)), ("u1", "\u{FE}", .integer(254)), ("b1", "\u{1}", .bool(true)),
      ("b1", "\0", .bool(false)),
    ] as [(String, String, Value)] {
      for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
        let number = "c\(module)\nscalar\ncnumpy\ndtype\nU\u{2}\(type)\u{85}R"
        let count = String(UnicodeScalar(UInt8(content.unicodeScalars.count)))
        for length in ["C\(count)", "B\(count)\0\0\0"] {
          #expect(try read(number + length + content + "\u{86}R.") == value, "\(type)")
        }
        #expect(throws: PickleError.self, "\(type)") {
          try read(number + "C\u{3}" + "\0\0\0" + "\u{86}R.")
        }
      }
    }
  }

  @Test func onlyLittleEndianNumbersOfNumPysAreRead() throws {
    let type = "cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nU\u{2}f8\u{85}R"
    let number = "bC\u{8}\0\0\0\0\0\0\u{F8}\u{BF}\u{86}R."
    for state in ["(K\u{3}U\u{1}<NNNt", "(K\u{3}U\u{1}|t"] {
      #expect(try read(type + state + number) == .number(-1.5))
    }
    for state in ["(K\u{3}U\u{1}>NNNt", "(K\u{3}t"] {
      let offset = bytes(type + state).count
      let expected = "a type of little-endian numbers"
      #expect(throws: PickleError.misplaced(offset: offset, expected: expected)) {
        try read(type + state + number)
      }
    }
  }

  @Test func whatStandsInSeveralPlacesIsOneValue() throws {
    // A list is remembered, put into another one twice, and only then filled.
    let value = try read("]q\0](h\0h\0e\u{86}.")
    #expect(value == .tuple([.list([]), .list([.list([]), .list([])])]))
    let filled = try read("](]q\0h\0h\0K\u{5}ae.")
    #expect(
      filled
        == .list([.list([.integer(5)]), .list([.integer(5)]), .list([.integer(5)])]))
    #expect(try read("]r\0\u{1}\0\0j\0\u{1}\0\0\u{86}.") == .tuple([.list([]), .list([])]))
  }

  @Test func aTensorSaysWhereItsNumbersLie() throws {
    let storage = PickledStorage(key: "7", type: .float32, count: 6)
    let tensor = PickledTensor(storage: storage, offset: 1, shape: [2, 2], strides: [3, 1])
    #expect(try read(tensorText(shape: [2, 2], strides: [3, 1])) == .tensor(#require(tensor)))
    #expect(tensor?.range == 1..<6 && tensor?.count == 4)
    let single = tensorText(shape: [], strides: [])
    for rest in ["\u{88}N", ""] {
      #expect(
        try read("ctorch._utils\n_rebuild_parameter\n(\(single.dropLast())\(rest)tR.")
          == .tensor(#require(PickledTensor(storage: storage, offset: 1, shape: [], strides: []))))
    }
    // What PyTorch writes has six arguments.
    let short = single.replacing("NtR.", with: "tR.")
    #expect(
      throws: PickleError.misplaced(offset: bytes(short).count - 2, expected: "other arguments")
    ) { try read(short) }
  }

  @Test func aTensorWithoutNumbersTakesNoTime() {
    let storage = PickledStorage(key: "7", type: .float32, count: 6)
    let shape = [1 << 40, 0]
    let tensor = PickledTensor(storage: storage, offset: 0, shape: shape, strides: [7, 7])
    #expect(tensor?.value(of: [], isBigEndian: false) == TensorValue([] as [Float], shape: shape))
  }

  @Test(
    arguments: [
      (1, [2], [4]), (0, [6], [1]), (1, [(1 << 20) + 6], [0]), (6, [0], [1]), (1, [1], [100]),
      (1, [0, 1 << 48], [1, 0]), (1, [1, 1, 1, 1, 1, 1, 1, 2], [1, 1, 1, 1, 1, 1, 1, 1]),
    ] as [(Int, [Int], [Int])])
  func aTensorMayFillItsStorage(_ offset: Int, _ shape: [Int], _ strides: [Int]) {
    let storage = PickledStorage(key: "7", type: .float32, count: 6)
    func tensor(at offset: Int) -> PickledTensor? {
      PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides)
    }
    #expect(tensor(at: offset)?.count == shape.reduce(1, *))
    #expect(tensor(at: 7) == nil && tensor(at: -1) == nil)
  }

  @Test func stridesAreThoseOfCOrder() {
    for shape in [[2, 1, 3], [2, 0, 3], [0, 1, 3]] {
      #expect(PickledTensor.strides(of: shape) == [3, 3, 1])
    }
  }

  // MARK: What is refused

  @Test(arguments: [(64, 1 << 48, true), (65, 1 << 48, false), (64, 1 << 48 + 1, false)])
  func aStoragesKeyAndSizeHaveLimits(_ keyLength: Int, _ count: Int, _ isRead: Bool) throws {
    let key = String(repeating: "k", count: keyLength)
    let head =
      "ctorch._utils\n_rebuild_tensor_v2\n((U\u{7}storagectorch\nFloatStorage\n"
      + text(key) + "U\u{3}cpu" + integer(count) + "t"
    let pickle = head + "QK\0))\u{89}NtR."
    if isRead {
      let tensor = PickledTensor(
        storage: PickledStorage(key: key, type: .float32, count: count), offset: 0, shape: [],
        strides: [])
      #expect(try read(pickle) == .tensor(#require(tensor)))
    } else {
      #expect(throws: PickleError.foreignReference(offset: bytes(head).count)) { try read(pickle) }
    }
  }

  @Test(arguments: [("NNR.", 2, "a tuple"), ("c__builtin__\nset\n)\u{85}R.", 19, "a list")])
  func whatIsMissingIsNamedWithItsPlace(_ text: String, _ offset: Int, _ expected: String) {
    #expect(throws: PickleError.misplaced(offset: offset, expected: expected)) { try read(text) }
  }

  @Test(arguments: [
    ("cos\nsystem\nU\u{4}true\u{85}R.", "os.system"), ("cposix\nsystem\n.", "posix.system"),
    ("cbuiltins\neval\n.", "builtins.eval"), ("c__builtin__\nexec\n.", "__builtin__.exec"),
    ("ctorch\nload\n.", "torch.load"),
    ("ctorch.nn.modules.linear\nLinear\n.", "torch.nn.modules.linear.Linear"),
    ("\u{8C}\u{2}os\u{8C}\u{6}system\u{93}.", "os.system"), ("c\n\n.", "."),
    ("ctorch\nComplexFloatStorage\n.", "torch.ComplexFloatStorage"),
  ])
  func aNameOfPythonsWorldIsRefusedByName(_ text: String, _ name: String) {
    #expect(throws: PickleError.forbidden(name: name)) { try read(text) }
  }

  @Test func theSentenceSaysThatNothingWasCalled() {
    #expect(
      "\(PickleError.forbidden(name: "os.system"))"
        == #"the pickle asks for "os.system" (expected plain data and tensors, as "#
        + "torch.save(model.state_dict(), …) writes them; nothing was called)"
    )
  }

  @Test(arguments: [
    "U\u{1}aQ.", "(U\u{6}moduleU\u{1}aU\u{1}aU\u{1}aK\u{1}tQ.", ")Q.", "K\u{1}Q.",
    "(U\u{7}storagectorch\nFloatStorage\nK\u{0}U\u{3}cpuK\u{1}tQ.",
    "(U\u{7}storagectorch\nSize\nU\u{1}0U\u{3}cpuK\u{1}tQ.",
    "(U\u{7}storagectorch\nFloatStorage\nU\u{1}0U\u{3}cpuJ\u{FF}\u{FF}\u{FF}\u{FF}tQ.",
  ])
  func whatIsNoStorageCannotBeReferredTo(_ text: String) {
    let error = #expect(throws: PickleError.self) { try read(text) }
    guard case .foreignReference? = error else {
      Issue.record("\(error as Any)")
      return
    }
  }

  @Test(arguments: [
    "Pabc\n.", "i", "o", "\u{82}\u{1}.", "\u{84}.", "I1\n.", "0", "2", "\u{91}.", "\u{97}.",
    "\u{FF}",
  ])
  func instructionsThatDataDoesNotNeedAreRefused(_ text: String) {
    #expect(throws: PickleError.unknownInstruction(offset: 0, code: bytes(text)[0])) {
      try read(text)
    }
  }

  @Test(arguments: [
    ".", "N", "NN.", "(N.", "t.", "a.", "Na.", "NNa.", "s.", "}Ns.", "}(Nu.", "u.", "e.", "h\0.",
    "q\0.", "\u{85}.",
    "(\u{85}.", "R.", "NNR.", "ctorch\nSize\nNR.", "ctorch\nSize\n)R.", "ctorch\nSize\n.", "b.",
    "}}b.", "N}b.",
    "ccollections\nOrderedDict\n)R}b}b.", "cargparse\nNamespace\nN\u{85}\u{81}.", "N)\u{81}.",
    "cargparse\nNamespace\n)\u{81}NNs.", "NN\u{93}.", "ctorch._utils\n_rebuild_tensor_v2\n)R.",
    "ctorch._utils\n_rebuild_parameter\nN\u{85}R.", "c_codecs\nencode\n)R.",
    "cnumpy\ndtype\nU\u{2}O8\u{85}R.",
    // No letter above U+00FF is a byte.
    "c_codecs\nencode\n(X\u{2}\0\0\0\u{C4}\u{80}U\u{6}latin1tR.",
    "C\u{1}a.", "X\u{4}\0\0\0abc", "X\u{FF}\u{FF}\u{FF}\u{FF}a", "K", "G\0\0\0", "cos",
    "cos\nsystem", "\u{8A}\u{9}\0",
    "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}a", "X\u{1}\0\0\0\u{FF}.", "N.N",
    "}]Ns.", "}(NNNNu.", "", "ctorch\ndevice\nK\u{1}\u{85}R.",
    "ctorch._utils\n_rebuild_parameter\n)R.",
    // What stands before the last mark is out of reach.
    "](Nat\u{86}.", "(](Natt.", "(N(\u{85}tt.", "(ccollections\nOrderedDict\n)R(}btt.",
  ])
  func aPickleThatMeansNothingIsRefused(_ text: String) {
    #expect(throws: PickleError.self) { try read(text) }
  }

  @Test(
    arguments: [
      ([2], [6]), ([2], [5]), ([7], [1]), ([2, 2], [3]), ([2], [-1]), ([-2], [1]),
      ([.max, .max], [1, 1]), ([0, 1 << 48 + 1], [1, 0]), ([(1 << 20) + 7], [0]),
      ([2, .max / 2], [0, 0]), ([3], [.max]), ([.max, 0], [1, 1]), ([1 << 21], [0]),
      ([1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1]),
    ] as [([Int], [Int])])
  func aTensorThatLeavesItsStorageIsRefused(_ shape: [Int], _ strides: [Int]) {
    let error = #expect(throws: PickleError.self) {
      try read(tensorText(shape: shape, strides: strides))
    }
    guard case .impossibleTensor(_, shape, strides)? = error else {
      Issue.record("\(error as Any)")
      return
    }
  }

  @Test func anImpossibleTensorIsDescribedByNineOfItsSizes() {
    let numbers = Array(1...10)
    let pickle = tensorText(shape: numbers, strides: numbers)
    let error = PickleError.impossibleTensor(
      offset: bytes(pickle).count - 2, shape: Array(1...9), strides: Array(1...9))
    #expect(throws: error) { try read(pickle) }
  }

  @Test func valuesNestedTooDeepAreRefused() throws {
    func wraps(_ count: Int) -> String { String(repeating: "\u{85}", count: count) }
    for inner in ["N", "U\u{1}a"] {
      #expect(throws: Never.self) { try read(inner + wraps(64) + ".") }
      for count in [65, 1_000_000] {
        #expect(throws: PickleError.tooDeep(limit: 64)) { try read(inner + wraps(count) + ".") }
      }
    }
    // 31 levels are known already when they are met again inside others.
    let known = "]\(wraps(30))q\u{1}"
    #expect(throws: Never.self) { try read("\(known)h\u{1}\(wraps(32))\u{86}.") }
    for inside in ["h\u{1}\(wraps(33))", "ccollections\nOrderedDict\n)R}Nh\u{1}sb\(wraps(32))"] {
      #expect(throws: PickleError.tooDeep(limit: 64)) { try read("\(known)\(inside)\u{86}.") }
    }
  }

  /// Written out, a value takes one byte at least, and a text an eighth of its length.
  @Test func aSmallPickleCannotStandForMuch() throws {
    /// A list of one text in several places, and the rest.
    func list(_ length: Int, _ count: Int, _ rest: String = "") -> String {
      let long = text(String(repeating: "a", count: length), "X", 4)
      return "](\(long)q\0" + String(repeating: "h\0", count: count - 1) + rest + "e"
    }
    let fits = list(801, 46, "NN)))") + "."
    #expect(4 * bytes(fits).count + 1_024 == 46 * 101 + 5 + 1)
    let long = Value.string(String(repeating: "a", count: 801))
    let others = [Value.none, .none, .tuple([]), .tuple([]), .tuple([])]
    #expect(try read(fits) == .list([Value](repeating: long, count: 46) + others))
    let large = list(800, 46, "NN))))") + "."
    #expect(4 * bytes(large).count + 1_024 == 46 * 101 + 6)
    #expect(throws: PickleError.tooMany(limit: 46 * 101 + 6)) { try read(large) }
    // An ordered dictionary counts with what it carries beside its pairs.
    let twice = "ccollections\nOrderedDict\n)RN\(list(800, 30))q\u{1}s}Nh\u{1}sb."
    #expect(throws: PickleError.tooMany(limit: 4 * bytes(twice).count + 1_024)) { try read(twice) }
  }

  @Test func eightMillionStepsAreTheMost() {
    let list = bytes("]q\0(") + [UInt8](repeating: UInt8(ascii: "N"), count: 65_536) + bytes("e")
    let sets = (0..<126).flatMap { _ in bytes("c__builtin__\nset\nh\0\u{85}R") }
    // Each set takes as many steps as it has items, and four; the list three more than those.
    let left = 8_388_608 - (65_536 + 3) - 126 * (65_536 + 4)
    let pickle = list + sets + [UInt8](repeating: UInt8(ascii: "("), count: left)
    #expect(throws: PickleError.truncated(foundBytes: pickle.count)) {
      try PickleReader.value(of: pickle)
    }
    #expect(throws: PickleError.tooMany(limit: 8_388_608)) {
      try PickleReader.value(of: pickle + bytes("("))
    }
  }

  @Test func aListThatHoldsItselfIsRefused() {
    for text in ["]q\0h\0a.", "}q\0U\u{1}ah\0s.", "]q\0]h\0aa.", "]q\0(h\0h\0e."] {
      #expect(throws: PickleError.self, "\(text)") { try read(text) }
    }
  }

  @Test(.timeLimit(.minutes(1))) func aBombIsRefusedSoon() {
    // Each list holds the one before ten times: ten to the 60th in all.
    var bomb = "]q\0"
    for level in 1..<60 {
      let before = String(UnicodeScalar(UInt8(level - 1)))
      bomb += "](" + String(repeating: "h" + before, count: 10)
      bomb += "eq" + String(UnicodeScalar(UInt8(level)))
    }
    bomb += String(repeating: "\u{86}", count: 59) + "."
    #expect(throws: PickleError.self) { try read(bomb) }
    // One long text in a hundred thousand places.
    let text = "]q\u{1}(X\0\0\u{10}\0" + String(repeating: "a", count: 1 << 20) + "q\0"
    #expect(throws: PickleError.tooMany(limit: 4 << 20)) {
      try read(text + String(repeating: "h\0", count: 100_000) + "e.")
    }
    #expect(throws: PickleError.self) {
      try read(text + String(repeating: "}h\0Ns", count: 100_000) + "e.")
    }
    // Letters that take quadratic time to compare.
    #expect(throws: PickleError.unreadableText(offset: 5)) {
      try PickleReader.value(
        of: bytes("X\u{3E}\0\0\0") + (0..<31).flatMap { _ in [0xCC, 0x81] } + [0x2E])
    }
  }

  @Test func aDictionaryHasEachKeyOnceAndOnlyPlainOnes() {
    #expect(throws: PickleError.duplicateKey(found: #""a""#)) { try read("}(U\u{1}aNU\u{1}aNu.") }
    #expect(throws: PickleError.unusableKey(found: "a list")) { try read("}]Ns.") }
  }

  // MARK: Writing

  @Test func theBytesAreProtocol2() {
    func written(_ value: Value) -> String {
      String(String.UnicodeScalarView(PickleWriter.bytes(of: value).map { Unicode.Scalar($0) }))
    }
    #expect(
      written(
        .list([.none, .bool(true), .integer(7), .integer(-1), .integer(1 << 40), .number(1)]))
        == "\u{80}\u{2}](N\u{88}K\u{7}J\u{FF}\u{FF}\u{FF}\u{FF}\u{8A}\u{8}\0\0\0\0\0\u{1}\0\0"
        + "G\u{3F}\u{F0}\0\0\0\0\0\0e.")
    #expect(
      written(dictionary([("a", .tuple([]))], .ordered, attributes: [("m", .list([]))]))
        == "\u{80}\u{2}ccollections\nOrderedDict\n)R(X\u{1}\0\0\0a)u}(X\u{1}\0\0\0m]ub.")
    #expect(
      written(.tensor(PickledTensor(key: "0", type: .int64, shape: [])))
        == "\u{80}\u{2}ctorch._utils\n_rebuild_tensor_v2\n((X\u{7}\0\0\0storagectorch\nLongStorage\n"
        + "X\u{1}\0\0\00X\u{3}\0\0\0cpuK\u{1}tQK\0))\u{89}ccollections\nOrderedDict\n)RtR.")
  }

  @Test func anIntegerIsWrittenInItsShortestForm() {
    for (number, form) in [
      (0, "K\0"), (255, "K\u{FF}"), (256, "J\0\u{1}\0\0"), (-1, "J\u{FF}\u{FF}\u{FF}\u{FF}"),
      (0x7FFF_FFFF, "J\u{FF}\u{FF}\u{FF}\u{7F}"), (-0x8000_0000, "J\0\0\0\u{80}"),
      (0x8000_0000, "\u{8A}\u{8}\0\0\0\u{80}\0\0\0\0"),
      (-0x8000_0001, "\u{8A}\u{8}\u{FF}\u{FF}\u{FF}\u{7F}\u{FF}\u{FF}\u{FF}\u{FF}"),
    ] as [(Int64, String)] {
      #expect(PickleWriter.bytes(of: .integer(number)) == bytes("\u{80}\u{2}\(form)."))
    }
  }

  @Test(arguments: 0..<300 as Range<UInt64>)
  func whatIsWrittenIsReadBack(_ seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let value = randomValue(depth: 4, &generator)
    #expect(try PickleReader.value(of: PickleWriter.bytes(of: value)) == value)
  }

  @Test func aPickleCutShortIsRefusedAtEveryByte() throws {
    var generator = SeededGenerator(seed: 9)
    let bytes = PickleWriter.bytes(
      of: .list((0..<8).map { _ in randomValue(depth: 3, &generator) }))
    for count in bytes.indices {
      #expect(throws: PickleError.self) { try PickleReader.value(of: Array(bytes[..<count])) }
    }
    forEachChange(of: bytes) { changed, _ in _ = try? PickleReader.value(of: changed) }
  }

  // MARK: Helpers

  /// Instructions as text, a character for each byte.
  private func bytes(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
  }

  private func dictionary(
    _ pairs: [(String, Value)], _ kind: PickleDictionaryKind = .plain,
    attributes: [(String, Value)] = []
  ) -> Value {
    .dictionary(PickleDictionary(pairs, kind: kind, attributes: attributes))
  }

  @discardableResult private func read(_ text: String) throws -> Value {
    try PickleReader.value(of: bytes(text))
  }

  /// A number, its least byte first.
  private func field(_ number: Int, _ count: Int) -> String {
    (0..<count).map { String(UnicodeScalar(UInt8(truncatingIfNeeded: number >> (8 * $0)))) }
      .joined()
  }

  private func integer(_ number: Int) -> String { "\u{8A}\u{8}" + field(number, 8) }

  /// ASCII by an instruction that has the length in so many bytes.
  private func text(_ text: String, _ code: String = "U", _ count: Int = 1) -> String {
    code + field(text.utf8.count, count) + text
  }

  private func tensorText(shape: [Int], strides: [Int]) -> String {
    func tuple(_ numbers: [Int]) -> String { "(\(numbers.map(integer).joined())t" }
    return
      "ctorch._utils\n_rebuild_tensor_v2\n((U\u{7}storagectorch\nFloatStorage\nU\u{1}7U\u{6}cuda:0K\u{6}tQK\u{1}"
      + tuple(shape) + tuple(strides) + "\u{89}NtR."
  }

  private func randomValue(depth: Int, _ generator: inout SeededGenerator) -> Value {
    func values() -> [Value] {
      (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
        randomValue(depth: depth - 1, &generator)
      }
    }
    switch Int.random(in: 0..<(depth > 0 ? 12 : 7), using: &generator) {
    case 0: return .none
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
    case 3: return .integer(Int64.random(in: -300...300, using: &generator))
    case 4: return .number(Double.random(in: -1e9...1e9, using: &generator))
    case 5: return .string(String(repeating: "é", count: Int.random(in: 0..<99, using: &generator)))
    case 6:
      let types = PickleGlobal.storages.map(\.type)
      return .tensor(
        PickledTensor(
          key: "\(Int.random(in: 0..<9, using: &generator))",
          type: types.randomElement(using: &generator)!,
          shape: (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
            Int.random(in: 0..<300, using: &generator)
          }))
    case 7: return .list(values())
    case 8: return .tuple(values())
    case 9: return .set(values())
    default:
      let pairs = values().enumerated().map { ("\($0)", $1) }
      let kind =
        [.plain, .ordered, .namespace].randomElement(using: &generator)! as PickleDictionaryKind
      let hasState = kind == .ordered && Bool.random(using: &generator)
      return dictionary(pairs, kind, attributes: hasState ? [("_metadata", .integer(2))] : [])
    }
  }
}
