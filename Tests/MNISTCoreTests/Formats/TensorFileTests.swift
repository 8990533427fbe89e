import Foundation
import Testing

@testable import MNISTCore

@Suite struct TensorFileTests {
  @Test(arguments: [
    ("m.pth", TensorFile.Container.pyTorch), ("runs/m.pt", .pyTorch), ("M.PTH", .pyTorch),
    ("m.Pt", .pyTorch), (".pth", .pyTorch), ("m.pth.bak", .pyTorch),
    ("m.pth.rescued", .pyTorch), ("m.pt.rescued-12.bak", .pyTorch), ("m.ckpt", .safeTensors),
    ("m", .safeTensors), ("", .safeTensors), ("mpth", .safeTensors), ("m.pth/m", .safeTensors),
    ("m.pth.rescued-x", .safeTensors), ("m.pth.tmp", .safeTensors), ("m.safetensors", .safeTensors),
  ])
  func aPathsEndingTellsTheContainer(_ path: String, _ container: TensorFile.Container) {
    #expect(TensorFile.Container(path: path) == container)
  }

  // MARK: What a PyTorch file may hold

  private typealias Value = PickleValue<TensorValue>

  private let weight = Value.tensor(TensorValue([1, 2] as [Float], shape: [2]))

  @Test(arguments: ["model", "state_dict", "model_state_dict", "net", "weights"])
  func aStateIsFoundUnderUsualNames(_ name: String) throws {
    let state = Value.dictionary(.init([("w", weight), ("note", .string("x"))], kind: .ordered))
    let expected = TensorFile(
      tensors: ["w": TensorValue([1, 2] as [Float], shape: [2])], hasChecksums: true)
    for root in [state, .dictionary(.init([("epoch", .integer(1)), (name, state)]))] {
      #expect(try TensorFile(parsing: PyTorchFile.encoded(root), path: "m") == expected)
    }
  }

  @Test func aFileWithoutAStateSaysWhatItHolds() throws {
    func numbers(_ count: Int64) -> Value {
      .dictionary(
        .init(pairs: (1...count).map { .init(key: .string("k\($0)"), value: .integer($0)) }))
    }
    for (root, found) in [
      (.list([weight]), "a list"), (weight, "a tensor"), (.none, "None"),
      (.dictionary(.init(pairs: [])), "an empty dictionary"),
      (
        .dictionary(.init(pairs: [.init(key: .integer(1), value: weight)])),
        "a dictionary of an integer"
      ),
      (numbers(5), #"a dictionary of "k1", "k2", "k3", "k4", "k5""#),
      (numbers(6), #"a dictionary of "k1", "k2", "k3", "k4", "k5" and 1 more"#),
      (numbers(7), #"a dictionary of "k1", "k2", "k3", "k4", "k5" and 2 more"#),
    ] as [(Value, String)] {
      let error = PyTorchTensorsError.noModel(path: "m", found: found)
      #expect(throws: error) { try TensorFile(parsing: PyTorchFile.encoded(root), path: "m") }
      #expect(
        error.description
          == "m: a PyTorch file without a model (expected a state dictionary, alone "
          + "or as model or state_dict of a dictionary, found \(found))")
    }
  }

  @Test func onlyStatesOfParametersAreReadFromARun() throws {
    let state = Value.dictionary(
      .init([("step", .tensor(TensorValue([5] as [Float], shape: []))), ("exp_avg", weight)]))
    let model = Value.dictionary(.init([("w", weight), ("v", weight)], kind: .ordered))
    let states = [.string("0"), .integer(2), .integer(-1), .integer(1)].map {
      PickleDictionary<TensorValue>.Pair(key: $0, value: state)
    }
    let root = Value.dictionary(
      .init([
        ("model", model),
        ("opt", .dictionary(.init([("state", .dictionary(.init(pairs: states)))]))),
        ("steps", .tensor(TensorValue([5] as [Int64], shape: [1]))),
        ("__metadata__", .dictionary(.init([("a", .string("b")), ("c", .integer(1))]))),
      ]))
    let numbers = TensorValue([1, 2] as [Float], shape: [2])
    let expected = TensorFile(
      metadata: ["a": "b"],
      tensors: [
        "w": numbers, "v": numbers, "optimizer.v.exp_avg": numbers,
        "optimizer.w.step": TensorValue([5] as [Int64], shape: []),
      ], hasChecksums: true)
    #expect(try TensorFile(parsing: PyTorchFile.encoded(root), path: "m") == expected)
  }

  @Test func stepsMayLieApart() throws {
    let root = Value.dictionary(
      .init([
        ("model", .dictionary(.init([("w", weight), ("v", weight)], kind: .ordered))),
        ("steps", .tensor(TensorValue([5, 6, 7] as [Int64], shape: [3]))),
        ("__metadata__", .dictionary(.init([]))),
      ]))
    let structure = try PyTorchFile.described(root).map { tensor in
      tensor.shape == [3]
        ? try #require(
          PickledTensor(storage: tensor.storage, offset: 0, shape: [2], strides: [2])) : tensor
    }
    let bytes = PyTorchFile.encoded(structure, values: root.tensors)
    let tensors = try TensorFile(parsing: bytes, path: "m").tensors
    #expect(tensors["optimizer.w.step"] == TensorValue([5] as [Int64], shape: []))
    #expect(tensors["optimizer.v.step"] == TensorValue([7] as [Int64], shape: []))
  }

  @Test func theMemoryForAllOfAFileIsCounted() {
    // Of both what they become, and twice what the larger one is there.
    let listing = TensorFile.Listing(entries: [
      .init(name: "a", type: .int8, shape: [5]), .init(name: "b", type: .float16, shape: [2, 3]),
    ])
    #expect(listing.memoryByteCount == 5 * 8 + 6 * 4 + 2 * 12)
    #expect(TensorFile.Listing().memoryByteCount == 0)
    let huge = TensorFile.Listing.Entry(name: "c", type: .int64, shape: [1 << 58])
    #expect(TensorFile.Listing(entries: [huge]).memoryByteCount == 1 << 60)
  }

  /// So many that four bytes for each, and a few times as many, can be counted.
  @Test func aTensorHasFewerThanTwoToThe59Numbers() {
    let most = 576_460_752_303_423_487
    #expect(checkedElementCount(of: [most]) == most)
    #expect(checkedElementCount(of: [most + 1]) == nil)
    #expect(checkedElementCount(of: [-1]) == nil)
  }

  @Test func tensorsHaveALimit() throws {
    let root = Value.dictionary(.init([("w", weight), ("v", weight)]))
    let file = try PyTorchFile(parsing: PyTorchFile.encoded(root), path: "m")
    #expect(try PyTorchTensors(file, tensorLimit: 2).listing.entries.count == 2)
    let error = PyTorchTensorsError.tooManyTensors(path: "m", limit: 1, found: 2)
    #expect(throws: error) { try PyTorchTensors(file, tensorLimit: 1) }
    #expect("\(error)" == "m: too many tensors (expected at most 1, found 2)")
  }

  /// A run's parts must not stand for one another.
  @Test func twoTensorsOfOneNameAreRefused() throws {
    let root = Value.dictionary(
      .init([
        ("model", .dictionary(.init([("last.w", weight)], kind: .ordered))),
        ("last", .dictionary(.init([("w", weight)], kind: .ordered))),
        ("__metadata__", .dictionary(.init([("format", .string("pt"))]))),
      ]))
    let error = PyTorchTensorsError.duplicateName(path: "m", tensor: "last.w")
    #expect(throws: error) { try TensorFile(parsing: PyTorchFile.encoded(root), path: "m") }
    #expect(
      error.description
        == #"m: two tensors would be called "last.w" (expected different names)"#)
  }

  @Test func thePickleBeforeTheArchiveIsNamed() {
    let bytes: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    #expect(throws: PyTorchError.formerForm(path: "m")) {
      try TensorFile(parsing: bytes, path: "m")
    }
  }
}
