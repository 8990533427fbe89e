import Testing

@testable import MNISTCore

@Suite struct PyTorchFileTests {
  // MARK: What is read

  @Test func aRunOfTheMirroredProjectIsRead() throws {
    let root = try loaded("run.pth").dictionary
    #expect(root.pairs.map(\.key) == [.string("model"), .string("opt"), .string("config")])
    let model = try #require(root["model"]).dictionary
    #expect(model.kind == .ordered)
    #expect(
      model.pairs.map(\.key)
        == [
          "layers.0.block.0.weight", "layers.0.block.0.bias", "layers.0.block.2.weight",
          "layers.0.block.2.bias", "layers.0.block.2.running_mean",
          "layers.0.block.2.running_var", "layers.0.block.2.num_batches_tracked",
          "layers.1.weight", "layers.1.bias",
        ].map { .string($0) })
    let weights = floats((0..<12).map { Float($0) / 8 }, [3, 4])
    #expect(model["layers.0.block.0.weight"] == weights)
    #expect(
      model["layers.0.block.2.num_batches_tracked"]
        == integers([6], []))
    #expect(model["layers.1.bias"] == floats([8, 8.125], [2]))
    // Versions of its modules: what load_state_dict looks for.
    guard case .dictionary(let versions)? = model.attributes.first?.value else {
      Issue.record("no _metadata")
      return
    }
    #expect(
      versions["layers.0.block.2"] == .dictionary(.init([("version", .integer(2))])))

    let optimizer = try #require(root["opt"]).dictionary
    let states = try #require(optimizer["state"]).dictionary
    #expect(states.pairs.map(\.key) == (0..<6).map { .integer($0) })
    let first = states.pairs[0].value.dictionary
    #expect(first["step"] == floats([1], []))
    #expect(
      first["exp_avg"] == floats([Float](repeating: 0.1, count: 12), [3, 4]))
    guard case .list(let groups)? = optimizer["param_groups"] else {
      Issue.record("no groups")
      return
    }
    #expect(groups[0].dictionary["betas"] == .tuple([.number(0.9), .number(0.999)]))
    #expect(groups[0].dictionary["foreach"] == PickleValue.none)

    let config = try #require(root["config"]).dictionary
    #expect(config.kind == .namespace)
    #expect(
      config.pairs.map(\.value)
        == [.string("tmp.pth"), .integer(20), .number(0.3), .bool(false), .integer(-1)])
  }

  @Test func anotherProtocolAndNamesInFrontAreRead() throws {
    let state = try loaded("parallel.pth").dictionary
    #expect(state.pairs.first?.key == .string("module.layers.0.block.0.weight"))
    let model = try #require(loaded("run.pth").dictionary["model"]).dictionary
    #expect(state.pairs.map(\.value) == model.pairs.map(\.value))
  }

  @Test func stridedAndSharedTensorsAreRead() throws {
    let root = try loaded("strided.pth").dictionary
    let numbers = (0..<24).map { Float($0) }
    // Of base, number (i, j) is 6 i + j; of the other, number (i, j, k) is 12 i + 4 j + k.
    let transposed = (0..<24).map { (index: Int) -> Float in
      let (j, i) = (index / 4, index % 4)
      return numbers[6 * i + j]
    }
    let permuted = (0..<24).map { (index: Int) -> Float in
      let (k, i, j) = (index / 6, index / 3 % 2, index % 3)
      return numbers[12 * i + 4 * j + k]
    }
    let expected: [(String, Value)] = [
      ("base", floats(numbers, [4, 6])), ("transposed", floats(transposed, [6, 4])),
      ("part", floats([6, 8, 10, 12, 14, 16], [2, 3])),
      ("row", floats([12, 13, 14, 15, 16, 17], [6])),
      ("expanded", floats([1.5, 2.5, 1.5, 2.5, 1.5, 2.5], [3, 2])),
      ("permuted", floats(permuted, [4, 2, 3])), ("scalar", floats([7.25], [])),
      ("empty", floats([], [0, 3])), ("parameter", floats([0, 1, 6, 7], [2, 2])),
    ]
    for (name, value) in expected { #expect(root[name] == value, "\(name)") }
    #expect(root.pairs.count == expected.count)
  }

  @Test(arguments: ["types.pth", "deflated.pth"])
  func everyTypeOfNumberIsConverted(_ name: String) throws {
    let file = try PyTorchFile(parsing: archiveFixture(name), path: "f")
    #expect(file.root.tensors.prefix(3).map(\.storage.type) == [.float64, .float32, .float16])
    try check(loaded(name).dictionary)
  }

  @Test func bigEndianNumbersAreRead() throws {
    let bytes = try archiveFixture("types.pth")
    let archive = try ZIPArchive(path: "f", byteCount: bytes.count) { Array(bytes[$0]) }
    let tensors = try PyTorchFile(parsing: bytes, path: "f").root.tensors
    var vector = ZIPVector()
    for entry in archive.entries {
      var content = try archive.content(of: entry, limit: 1 << 20) { Array(bytes[$0]) }
      if entry.name.hasSuffix("/byteorder") { content = Array("big".utf8) }
      if let tensor = tensors.first(where: { entry.name.hasSuffix("/data/\($0.storage.key)") }) {
        let size = tensor.storage.type.byteCount
        content = stride(from: 0, to: content.count, by: size).flatMap { start in
          content[start..<(start + size)].reversed()
        }
      }
      vector.entries.append(.init(entry.name, stored: content))
    }
    let file = vector.file
    let root = try PyTorchFile(parsing: file, path: "f").loaded { Array(file[$0]) }
    try check(root.dictionary)
    vector.entries[3] = .init("types/byteorder", stored: Array("middle".utf8))
    #expect(throws: PyTorchError.unknownByteOrder(path: "f", found: "middle")) {
      try PyTorchFile(parsing: vector.file, path: "f")
    }
  }

  private func check(_ root: PickleDictionary<TensorValue>) throws {
    for name in ["float64", "float32", "float16", "bfloat16"] {
      #expect(root[name] == floats([0, 1, 2, 100], [4]), "\(name)")
    }
    for name in ["int64", "int32", "int16", "int8", "uint8"] {
      #expect(root[name] == integers([0, 1, 2, 100], [4]), "\(name)")
    }
    #expect(root["bool"] == integers([0, 1, 1, 1], [4]))
    #expect(root["bytes"] == integers([-128, 127], [2]))
    guard case .tensor(let halves)? = root["halves"], case .float32(let numbers) = halves.elements
    else {
      Issue.record("no halves")
      return
    }
    // The least number above zero, the largest one, and between the two kinds of exponent.
    #expect(
      numbers.map(\.bitPattern)
        == [0x3380_0000, 0x477F_E000, 0x7F80_0000, 0x8000_0000, 0x3728_0000])
    #expect(
      root["brains"]
        == floats([Float(bitPattern: 0x7E96_0000), -3.140625, -.infinity], [3]))
    #expect(
      root["doubles"] == floats([.infinity, Float(1.0 / 3), 0], [3]))
  }

  @Test func everyHalfIsTheNumberThatItIs() {
    let wrong = (UInt16.min ... .max).filter { bits in
      let exponent = Int(bits >> 10 & 31)
      let significand = Double(bits & 0x3FF)
      let found = NumberType.float(float16: bits)
      guard found.sign == (bits < 0x8000 ? .plus : .minus) else { return true }
      if exponent == 31 { return significand == 0 ? !found.isInfinite : !found.isNaN }
      var expected = (exponent == 0 ? significand : significand + 1_024) / 1_024
      for _ in 0..<abs(max(1, exponent) - 15) { expected *= exponent > 15 ? 2 : 0.5 }
      return Double(found.magnitude) != expected
    }
    #expect(wrong == [])
  }

  @Test func plainValuesAreRead() throws {
    guard case .list(let values) = try loaded("plain.pth") else {
      Issue.record("no list")
      return
    }
    func integers(_ numbers: Int64...) -> [PickleValue<TensorValue>] {
      numbers.map { .integer($0) }
    }
    let expected: [PickleValue<TensorValue>] = [
      .string("torch.float32"), .tuple(integers(2, 3)), .set(integers(1)), .tuple([]),
      .tuple(integers(1)),
      .tuple(integers(1, 2)), .tuple(integers(1, 2, 3)), .tuple(integers(1, 2, 3, 4)), .none,
      .bool(true), .string("cpu"), .string("é"), .integer(1 << 40), .integer(-1 << 40),
      .number(0x1p63), .integer(70_000), .integer(-1), .number(0.1),
      .dictionary(.init([("a", .list([.dictionary(.init([]))]))])),
      // NumPy's numbers.
      .dictionary(
        .init([("accuracy", .number(0.96875)), ("steps", .integer(-7)), ("low", .number(0.5))])),
    ]
    #expect(values == expected)
  }

  @Test func numbersAreReadOnlyWhenTheyAreAskedFor() throws {
    let bytes = try archiveFixture("strided.pth")
    var ranges: [Range<Int>] = []
    let file = try PyTorchFile(path: "f", byteCount: bytes.count) {
      ranges.append($0)
      return Array(bytes[$0])
    }
    let archive = try ZIPArchive(path: "f", byteCount: bytes.count) { Array(bytes[$0]) }
    let storage = try #require(archive.entry(named: "strided/data/0")).range
    #expect(!ranges.contains(storage))
    // A storage of several tensors is read once.
    let shared = file.root.tensors.filter { $0.storage.key == "0" }
    #expect(shared.count > 3)
    ranges = []
    let values = try file.values(of: shared.reversed()) {
      ranges.append($0)
      return Array(bytes[$0])
    }
    #expect(ranges == [storage])
    #expect(try values.last == file.value(of: shared[0]) { Array(bytes[$0]) })
  }

  @Test func storagesAreReadInTheOrderOfTheirTensors() throws {
    let root = Value.list([floats([1], [1]), integers([2], [1]), floats([3], [1])])
    let bytes = PyTorchFile.encoded(root)
    let file = try PyTorchFile(parsing: bytes, path: "f")
    var starts: [Int] = []
    let found = try file.loaded {
      starts.append($0.lowerBound)
      return Array(bytes[$0])
    }
    #expect(found == root)
    #expect(starts.count == 3 && starts == starts.sorted())
  }

  // MARK: What is refused

  @Test func otherFormsAreNamedAsWhatTheyAre() throws {
    for (name, error) in [
      ("former.pth", PyTorchError.formerForm(path: "f")), ("compiled.pt", .compiled(path: "f")),
      ("plain.pkl", .otherFormat(path: "f", found: "a Python pickle")),
      ("stored.npz", .noPickle(path: "f", found: 0)),
      ("system.pth", .pickle(path: "f", .forbidden(name: "posix.system"))),
      ("eval.pth", .pickle(path: "f", .forbidden(name: "__builtin__.eval"))),
      ("module.pth", .pickle(path: "f", .forbidden(name: "torch.nn.modules.linear.Linear"))),
    ] {
      #expect(throws: error, "\(name)") {
        try PyTorchFile(parsing: archiveFixture(name), path: "f")
      }
    }
    for (bytes, found) in [([], "an empty file"), (Array("<html>".utf8), "a web page"), ([7], nil)]
      as [([UInt8], String?)]
    {
      #expect(throws: PyTorchError.otherFormat(path: "f", found: found)) {
        try PyTorchFile(parsing: bytes, path: "f")
      }
    }
    #expect(
      "\(PyTorchError.pickle(path: "f", .forbidden(name: "posix.system")))"
        == #"f: the pickle asks for "posix.system" (expected plain data and tensors, as "#
        + "torch.save(model.state_dict(), …) writes them; nothing was called)"
    )
    #expect(
      "\(PyTorchError.formerForm(path: "f"))"
        == "f: a PyTorch file in the form from before version 1.6 (expected the ZIP archive that "
        + "torch.save writes since then)")
  }

  @Test func aStorageMustBeThereInItsSize() throws {
    let tensor = PickledTensor(key: "0", type: .float32, shape: [2])
    let pickle = PickleWriter.bytes(of: .tensor(tensor))
    var vector = ZIPVector(.init("x/data.pkl", stored: pickle))
    #expect(throws: PyTorchError.missingStorage(path: "f", key: "0")) {
      try PyTorchFile(parsing: vector.file, path: "f")
    }
    vector.entries.append(.init("x/data/0", stored: [1, 2, 3, 4]))
    #expect(
      throws: PyTorchError.wrongStorageSize(path: "f", key: "0", expectedBytes: 8, foundBytes: 4)
    ) { try PyTorchFile(parsing: vector.file, path: "f") }
    vector.entries[1] = .init("x/data/0", stored: [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    let file = vector.file
    #expect(
      try PyTorchFile(parsing: file, path: "f").loaded { Array(file[$0]) }
        == floats([1, 2], [2]))
    vector.entries.append(.init("y/data.pkl", stored: pickle))
    #expect(throws: PyTorchError.noPickle(path: "f", found: 2)) {
      try PyTorchFile(parsing: vector.file, path: "f")
    }
    #expect(throws: PyTorchError.noPickle(path: "f", found: 0)) {
      try PyTorchFile(parsing: ZIPVector(.init("a/b/data.pkl", stored: pickle)).file, path: "f")
    }
  }

  @Test func aLargePickleOrByteOrderIsNotUnpacked() {
    var pickle = ZIPVector.Entry("x/data.pkl", stored: [UInt8](repeating: 0, count: 65_536))
    (pickle.method, pickle.byteCount) = (8, 67_108_865)
    let order = ZIPVector.Entry("x/byteorder", stored: [UInt8](repeating: 0x61, count: 65_537))
    for (entries, name, limit) in [
      ([pickle], "x/data.pkl", 67_108_864), ([.init("x/data.pkl"), order], "x/byteorder", 65_536),
    ] {
      var vector = ZIPVector()
      vector.entries = entries
      #expect(
        throws: ZIPError.tooLarge(path: "f", entry: name, limitBytes: limit, foundBytes: limit + 1)
      ) { try PyTorchFile(parsing: vector.file, path: "f") }
    }
  }

  @Test func numbersThatNoMemoryHoldsAreNotRead() throws {
    let bytes = PyTorchFile.encoded(.list([floats([1], [1])]))
    let file = try PyTorchFile(parsing: bytes, path: "f")
    let huge = PickledTensor(key: "0", type: .int64, shape: [1 << 48])
    for count in [1, 1 << 12] {
      #expect(throws: FileError.cannotRead(path: "f", reason: SystemError.noMemory)) {
        try file.values(of: [PickledTensor](repeating: huge, count: count)) { _ in
          Issue.record("read")
          return []
        }
      }
    }
  }

  @Test func theMemoryForNumbersIsCounted() throws {
    func tensor(_ type: NumberType, _ count: Int, _ shape: [Int]) throws -> PickledTensor {
      let storage = PickledStorage(key: "0", type: type, count: count)
      let strides = PickledTensor.strides(of: shape)
      return try #require(
        PickledTensor(storage: storage, offset: 0, shape: shape, strides: strides))
    }
    // Of both what they become; of the larger one the places, and what its storage has.
    let tensors = [try tensor(.uint8, 5, [5]), try tensor(.float16, 10, [2, 3])]
    #expect(PyTorchFile.memoryByteCount(of: tensors) == 5 * 8 + 6 * 4 + 6 * 8 + 10 * 2)
    #expect(PyTorchFile.memoryByteCount(of: []) == 0)
    let huge = PickledTensor(key: "0", type: .int64, shape: [1 << 48])
    #expect(
      PyTorchFile.memoryByteCount(of: [PickledTensor](repeating: huge, count: 1 << 12))
        == 1 << 60 + 1 << 52)
  }

  @Test(arguments: [
    (
      PyTorchError.otherFormat(path: "f", found: nil),
      "not a PyTorch file (expected the ZIP archive that torch.save writes, found other bytes)"
    ),
    (
      .noPickle(path: "f", found: 0),
      "a ZIP archive of something else (expected PyTorch's data.pkl in a folder of its own, found "
        + "none)"
    ),
    (
      .noPickle(path: "f", found: 2),
      "more than one PyTorch file in an archive (expected one data.pkl, found 2)"
    ),
  ])
  func aRefusalIsOneSentence(_ error: PyTorchError, _ sentence: String) {
    #expect(error.description == "f: " + sentence)
  }

  @Test(arguments: ["strided.pth", "plain.pth"])
  func aTruncatedFileIsRefusedAtEveryByte(_ name: String) throws {
    let bytes = try archiveFixture(name)
    for count in bytes.indices {
      #expect(throws: (any Error).self) {
        try PyTorchFile(parsing: Array(bytes[..<count]), path: "f")
      }
    }
  }

  /// Other programs' files have bytes that say nothing, such as padding and dates.
  @Test(arguments: ["strided.pth", "plain.pth"])
  func noChangeOfAFileChangesItsContent(_ name: String) throws {
    let bytes = try archiveFixture(name)
    let root = try loaded(name)
    forEachChange(of: bytes) { changed, what in
      let found = try? PyTorchFile(parsing: changed, path: "f").loaded { Array(changed[$0]) }
      #expect(found == nil || found == root, "\(what)")
    }
  }

  // MARK: Writing

  @Test func whatIsWrittenIsReadBack() throws {
    for name in ["run.pth", "strided.pth", "types.pth", "plain.pth"] {
      let root = try loaded(name)
      let bytes = PyTorchFile.encoded(root)
      let file = try PyTorchFile(parsing: bytes, path: "f")
      #expect(file.isSealed)
      #expect(try file.loaded { Array(bytes[$0]) } == root, "\(name)")
      #expect(PyTorchFile.encoded(root) == bytes)
      #expect(try !PyTorchFile(parsing: archiveFixture(name), path: "f").isSealed)
    }
  }

  @Test func theEntriesArePyTorchs() throws {
    let bytes = PyTorchFile.encoded(.list([floats([1, 2], [2])]))
    let archive = try ZIPArchive(path: "f", byteCount: bytes.count) { Array(bytes[$0]) }
    #expect(
      archive.entries.map(\.name)
        == [
          "archive/data.pkl", "archive/.format_version", "archive/.storage_alignment",
          "archive/byteorder", "archive/data/0", "archive/version", "archive/.mnist_train",
        ])
    let contents = try archive.entries.map { entry in
      try archive.content(of: entry, limit: 1 << 10) { Array(bytes[$0]) }
    }
    #expect(contents[1...3] == [Array("1".utf8), Array("64".utf8), Array("little".utf8)])
    #expect(contents[4...5] == [[0, 0, 0x80, 0x3F, 0, 0, 0, 0x40], Array("3\n".utf8)])
    #expect(archive.entries.allSatisfy { $0.range.lowerBound % 64 == 0 })
  }

  @Test func noChangeOfAWrittenFileIsAccepted() throws {
    let bytes = PyTorchFile.encoded(
      .dictionary(
        .init([
          (
            "model",
            .dictionary(.init([("weight", floats([1, 2], [2]))]))
          ),
          ("epoch", .integer(3)), ("none", integers([], [0])),
        ])))
    var count = 0
    var accepted: [String] = []
    forEachChange(of: bytes) { changed, what in
      guard changed != bytes else { return }
      count += 1
      let found = try? PyTorchFile(parsing: changed, path: "f").loaded { Array(changed[$0]) }
      if found != nil { accepted.append(what) }
    }
    #expect(count > 15_000 && accepted == [])
  }

  @Test func entriesMoreOrFewerBreakAWrittenFile() throws {
    var writer = ZIPWriter()
    writer.add("x/data.pkl", PickleWriter.bytes(of: .integer(1)))
    writer.add("x/data/0", [])
    #expect(throws: PyTorchError.otherEntries(path: "f", expected: 2, found: 3)) {
      try PyTorchFile(parsing: writer.finished(sealedIn: "x"), path: "f")
    }
  }

  // MARK: Helpers

  private typealias Value = PickleValue<TensorValue>

  private func floats(_ numbers: [Float], _ shape: [Int]) -> Value {
    .tensor(TensorValue(numbers, shape: shape))
  }

  private func integers(_ numbers: [Int64], _ shape: [Int]) -> Value {
    .tensor(TensorValue(numbers, shape: shape))
  }

  private func loaded(_ name: String) throws -> PickleValue<TensorValue> {
    let bytes = try archiveFixture(name)
    return try PyTorchFile(parsing: bytes, path: "f").loaded { Array(bytes[$0]) }
  }
}

extension PickleValue {
  /// An empty one where it is none.
  fileprivate var dictionary: PickleDictionary<Tensor> {
    if case .dictionary(let dictionary) = self { dictionary } else { PickleDictionary([]) }
  }
}
