import Foundation
import Testing

@testable import MNISTCore

@Suite struct CheckpointReadingTests {
  // MARK: - The file as a whole

  @Test(arguments: [false, true])
  func aFileTruncatedAnywhereIsRefused(_ useDropout: Bool) throws {
    let bytes = try SmallSets.checkpoint(useDropout: useDropout).encoded()
    let headerEnd = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
    for length in 0..<bytes.count {
      // The numbers are all alike: of those every 7th length is tried, and the last ones.
      guard length <= headerEnd + 64 || length % 7 == 0 || length > bytes.count - 64 else {
        continue
      }
      let error = #expect(throws: SafeTensorsError.self, "\(length) bytes") {
        try read(Array(bytes[..<length]))
      }
      switch error {
      case .foreignFormat: #expect(length == 0)
      case .tooShort: #expect(length < 8)
      case .headerBeyondEnd: #expect(length >= 8 && length < headerEnd)
      case .truncated: #expect(length >= headerEnd)
      default: Issue.record("\(length) bytes: \(String(describing: error))")
      }
    }
  }

  @Test func moreBytesAreRefused() throws {
    let bytes = try SmallSets.checkpoint().encoded()
    #expect(throws: SafeTensorsError.self) { try read(bytes + [0]) }
    #expect(throws: SafeTensorsError.self) { try read(bytes + bytes) }
  }

  /// A file with a hole in it takes no room.
  @Test func aFileBeyondTheLimitIsRefusedUnread() throws {
    try SmallSets.withFolder(["m": []]) { folder throws in
      let path = "\(folder)/m"
      #expect(truncate(path, 17_179_869_184) == 0)
      #expect(throws: SafeTensorsError.foreignFormat(path: path, found: "a file of zeros")) {
        try Checkpoint(readingFrom: path)
      }
      #expect(truncate(path, 17_179_869_185) == 0)
      let error = FileError.tooLarge(
        path: path, limitBytes: 17_179_869_184, foundBytes: 17_179_869_185)
      #expect(throws: error) { try Checkpoint(readingFrom: path) }
    }
  }

  @Test func anotherProgramsFileIsRefused() throws {
    let file = TensorFile(
      tensors: ["weight": TensorValue([1] as [Float], shape: [1])], hasChecksums: true)
    let error = CheckpointError.missingSetting(path: "m", name: "format_version")
    #expect(throws: error) { try read(file.encoded()) }
    #expect(
      error.description
        == "m: not written by mnist-train (expected format_version in __metadata__, found none)")
  }

  /// Whoever takes the checksums away takes the proof away.
  @Test func aCheckpointWithoutChecksumsIsRefused() throws {
    #expect(throws: CheckpointError.noChecksums(path: "m")) {
      try read(file()) { $0.hasChecksums = false }
    }
  }

  // MARK: - Tensors

  @Test(arguments: [false, true])
  func everyMissingTensorIsNamed(_ useDropout: Bool) throws {
    let file = try file(useDropout: useDropout)
    for name in file.tensors.keys {
      #expect(throws: CheckpointError.state(path: "m", error(missing: [name])), "\(name)") {
        try read(file) { $0.tensors[name] = nil }
      }
    }
  }

  @Test func unexpectedTensorsAreNamed() throws {
    let value = TensorValue([1] as [Float], shape: [])
    var expected = StateDictionaryError()
    expected.unexpected = ["extra", "generator.seed", "layers.3.bias", "step", "zero"]
    #expect(throws: CheckpointError.state(path: "m", expected)) {
      try read(file()) { for name in expected.unexpected { $0.tensors[name] = value } }
    }
  }

  /// With the settings of a dropout model, the tensors of a batch norm model are too many.
  @Test func tensorsOfTheOtherModeAreNamed() throws {
    let error = #expect(throws: CheckpointError.self) {
      try read(file()) { $0.metadata["use_dropout"] = "true" }
    }
    guard case .state(_, let state)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(state.missing.isEmpty && state.mismatched.isEmpty)
    #expect(state.unexpected.contains("layers.0.block.2.running_mean"))
    #expect(state.unexpected.contains("optimizer.layers.0.block.2.bias.step"))
  }

  @Test(arguments: [
    "layers.0.block.0.weight", "last.layers.0.block.2.running_var", "layers.2.bias",
    "optimizer.layers.1.block.2.weight.exp_avg_sq", "layers.1.block.2.num_batches_tracked",
    "optimizer.layers.2.bias.step", "generator.words", "generator.position",
    "generator.dropout_draws",
  ])
  func aTensorOfAnotherShapeOrTypeIsNamed(_ name: String) throws {
    let file = try file()
    let value = try #require(file.tensors[name])
    let otherType: TensorValue
    switch value.elements {
    case .float32(let numbers):
      otherType = TensorValue(numbers.map { Int64($0) }, shape: value.shape)
    case .int64(let numbers): otherType = TensorValue(numbers.map { Float($0) }, shape: value.shape)
    }
    let others = [
      otherType, TensorValue(shape: value.shape + [1], elements: value.elements),
      TensorValue([] as [Float], shape: [0]), TensorValue([1, 2] as [Int64], shape: [2]),
    ]
    for other in others {
      var expected = StateDictionaryError()
      expected.mismatched = [.init(name: name, expected: value.summary, found: other.summary)]
      #expect(throws: CheckpointError.state(path: "m", expected), "\(name) \(other.summary)") {
        try read(file) { $0.tensors[name] = other }
      }
    }
  }

  @Test func sizesThatTheFileDoesNotBackAreRefused() throws {
    let large = "2147483647"
    for changes in [
      ["hidden_sizes": "\(large),\(large)"], ["image_height": large, "image_width": large],
      ["hidden_sizes": "5,4,3"], ["output_size": "256"],
    ] {
      let error = #expect(throws: CheckpointError.self, "\(changes)") {
        try read(file()) { $0.metadata.merge(changes) { $1 } }
      }
      guard case .state? = error else {
        Issue.record("\(changes): \(String(describing: error))")
        continue
      }
    }
  }

  /// As many layers as a header has room for would be millions of tensor names to miss.
  @Test func moreLayersThanTheFileCanHaveAreRefusedAtOnce() throws {
    let sizes = Array(repeating: "1", count: 100_000).joined(separator: ",")
    let expected = "sizes of 1 or more, separated by commas, at most 5 with 65 tensors"
    #expect(
      throws: CheckpointError.invalidSetting(
        path: "m", name: "hidden_sizes", expected: expected, found: sizes)
    ) {
      try read(file()) { $0.metadata["hidden_sizes"] = sizes }
    }
  }

  // MARK: - Numbers

  @Test(arguments: [
    "layers.0.block.0.weight", "layers.2.bias", "layers.0.block.2.running_mean",
    "layers.1.block.2.running_var",
  ])
  func aNumberThatIsNotFiniteInTheModelIsRefused(_ name: String) throws {
    for number in [Float.nan, .infinity, -.infinity] {
      #expect(throws: CheckpointError.notFinite(path: "m", tensor: name)) {
        try read(file()) { $0.tensors[name] = self.changed($0.tensors[name], last: number) }
      }
    }
  }

  /// Training may have diverged after its best epoch, and in a very deep model the squares of gradients
  /// overflow: the best model is good all the same.
  @Test(arguments: [
    "last.layers.0.block.0.weight", "last.layers.0.block.2.running_var",
    "optimizer.layers.2.bias.exp_avg", "optimizer.layers.2.bias.exp_avg_sq",
  ])
  func whatComesAfterTheBestEpochMayHaveDiverged(_ name: String) throws {
    for number in [Float.nan, .infinity] {
      let checkpoint = try read(file()) {
        $0.tensors[name] = self.changed($0.tensors[name], last: number)
      }
      #expect(SavedModel(checkpoint).makeModel().stateDictionary == checkpoint.state.best)
    }
  }

  @Test(arguments: [
    "layers.0.block.2.running_var", "last.layers.1.block.2.running_var",
    "optimizer.layers.0.block.0.weight.exp_avg_sq",
  ])
  func aNegativeVarianceIsRefused(_ name: String) throws {
    #expect(
      throws: CheckpointError.invalidValue(
        path: "m", tensor: name, expected: "numbers of 0 or more", found: "-0.5")
    ) {
      try read(file()) { $0.tensors[name] = self.changed($0.tensors[name], last: -0.5) }
    }
  }

  @Test(
    arguments: [
      ("optimizer.layers.0.block.0.weight.step", -1, "0 to 9007199254740992"),
      ("optimizer.layers.0.block.0.weight.step", .min, "0 to 9007199254740992"),
      ("optimizer.layers.2.bias.step", 9_007_199_254_740_993, "0 to 9007199254740992"),
      ("layers.0.block.2.num_batches_tracked", -1, "0 to 9007199254740992"),
      ("last.layers.0.block.2.num_batches_tracked", -7, "0 to 9007199254740992"),
      ("last.layers.0.block.2.num_batches_tracked", .max, "0 to 9007199254740992"),
      ("generator.position", -1, "0 to 624"), ("generator.position", 625, "0 to 624"),
      ("generator.position", .max, "0 to 624"),
    ] as [(String, Int64, String)])
  func aCountOutOfRangeIsRefused(_ name: String, _ number: Int64, _ expected: String) throws {
    #expect(
      throws: CheckpointError.invalidValue(
        path: "m", tensor: name, expected: expected, found: "\(number)")
    ) {
      try read(file()) { $0.tensors[name] = TensorValue([number], shape: []) }
    }
  }

  @Test(
    arguments: [
      ("optimizer.layers.2.bias.step", 0), ("optimizer.layers.2.bias.step", 9_007_199_254_740_992),
      ("layers.0.block.2.num_batches_tracked", 0), ("generator.position", 0),
      ("generator.position", 624),
    ] as [(String, Int64)])
  func theLimitsOfACountAreTaken(_ name: String, _ number: Int64) throws {
    #expect(throws: Never.self) {
      try read(file()) { $0.tensors[name] = TensorValue([number], shape: []) }
    }
  }

  @Test func ofManyFaultsTheFirstByNameAndPlaceIsNamed() throws {
    let file = try file()
    #expect(throws: CheckpointError.notFinite(path: "m", tensor: "layers.0.block.0.bias")) {
      try read(file) {
        for (name, value) in file.tensors where name.hasPrefix("layers.") {
          if let other = self.changed(value, last: .nan) { $0.tensors[name] = other }
        }
      }
    }
    let words = [-1] + [Int64](repeating: 1, count: 622) + [1 << 32]
    #expect(
      throws: CheckpointError.invalidValue(
        path: "m", tensor: "generator.words", expected: "32-bit words", found: "-1")
    ) {
      try read(file) { $0.tensors["generator.words"] = TensorValue(words, shape: [624]) }
    }
  }

  @Test(
    arguments: [
      (-1, "32-bit words", "-1"), (1 << 32, "32-bit words", "4294967296"),
    ] as [(Int64, String, String)])
  func aWordOfTheGeneratorOutOfRangeIsRefused(
    _ word: Int64, _ expected: String, _ found: String
  ) throws {
    let words = [Int64](repeating: 1, count: 623) + [word]
    #expect(
      throws: CheckpointError.invalidValue(
        path: "m", tensor: "generator.words", expected: expected, found: found)
    ) {
      try read(file()) { $0.tensors["generator.words"] = TensorValue(words, shape: [624]) }
    }
  }

  @Test func anyWordOf32BitsIsTaken() throws {
    let words = [0, 4_294_967_295] + [Int64](repeating: 1, count: 622)
    let checkpoint = try read(file()) {
      $0.tensors["generator.words"] = TensorValue(words, shape: [624])
    }
    #expect(checkpoint.state.generator.words == words.map { UInt32($0) })
  }

  @Test func aGeneratorOfZerosIsRefused() throws {
    let words = [Int64](repeating: 0, count: 624)
    #expect(
      throws: CheckpointError.invalidValue(
        path: "m", tensor: "generator.words", expected: "a word that is not 0", found: "only zeros")
    ) {
      try read(file()) { $0.tensors["generator.words"] = TensorValue(words, shape: [624]) }
    }
  }

  @Test(arguments: [0, .max, .min, -1] as [Int64])
  func anyNumberOfDropoutDrawsIsTaken(_ draws: Int64) throws {
    let checkpoint = try read(file()) {
      $0.tensors["generator.dropout_draws"] = TensorValue([draws], shape: [])
    }
    #expect(checkpoint.state.dropoutDraws == UInt64(bitPattern: draws))
  }

  // MARK: - Sentences

  @Test func everyErrorIsASentence() {
    var state = error(missing: ["a", "b"])
    #expect(CheckpointError.state(path: "m", state).description == "m: missing tensors: a, b")
    state.missing = []
    state.unexpected = (1...1_000).map { "t\($0)" }
    #expect(
      CheckpointError.state(path: "m", state).description
        == "m: unexpected tensors: t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 and 990 more")
    #expect(
      CheckpointError.invalidSetting(path: "m", name: "seed", expected: "a", found: "\u{7}x")
        .description
        == #"m: seed in __metadata__ is out of range (expected a, found "\u0007x")"#)
    #expect(
      CheckpointError.newerVersion(path: "m", expected: 1, found: 2).description
        == "m: written by a newer version (expected format 1, found 2)")
    #expect(
      CheckpointError.notFinite(path: "m", tensor: "t").description
        == "m: tensor t holds a number that is not finite")
    #expect(
      CheckpointError.invalidValue(path: "m", tensor: "t", expected: "a", found: "b").description
        == "m: tensor t is out of range (expected a, found b)")
    #expect(
      CheckpointError.otherImageSize(
        path: "d", expectedHeight: 28, expectedWidth: 28, foundHeight: 10, foundWidth: 14
      ).description
        == "d: the model was trained on images of another size (expected 28×28, found 10×14)")
  }

  // MARK: -

  private static let files = [false, true].map { useDropout in
    Result {
      let bytes = try SmallSets.checkpoint(useDropout: useDropout).encoded()
      return try TensorFile(parsing: bytes, path: "m")
    }
  }

  private func file(useDropout: Bool = false) throws -> TensorFile {
    try Self.files[useDropout ? 1 : 0].get()
  }

  @discardableResult private func read(_ bytes: [UInt8]) throws -> Checkpoint {
    try Checkpoint(TensorFile(parsing: bytes, path: "m"), path: "m")
  }

  @discardableResult
  private func read(
    _ file: TensorFile, _ change: (inout TensorFile) throws -> Void
  ) throws -> Checkpoint {
    var file = file
    try change(&file)
    return try Checkpoint(file, path: "m")
  }

  private func error(missing: [String]) -> StateDictionaryError {
    var error = StateDictionaryError()
    error.missing = missing
    return error
  }

  private func changed(_ value: TensorValue?, last number: Float) -> TensorValue? {
    guard let value, case .float32(var numbers) = value.elements else { return nil }
    numbers[numbers.count - 1] = number
    return TensorValue(numbers, shape: value.shape)
  }
}
