import Foundation
import Testing

@testable import MNISTCore

/// Any module's state in a file of its own.
@Suite struct ModuleFileTests {
  private final class Small: Module {
    var isTraining = true
    let linear: Linear
    let norm = BatchNorm1d(3)
    init(seed: UInt64, outputs: Int = 3) {
      linear = Linear(inputSize: 2, outputSize: outputs, using: RandomGenerator(seed: seed))
    }
    func callAsFunction(_ input: Tensor) -> Tensor { norm(linear(input)) }
  }

  private let x = TensorValue.random([4, 2], seed: 3).tensor()

  @Test func whatWasSavedIsLoaded() throws {
    let path = Scratch.path("small.safetensors")
    let saved = Small(seed: 1)
    _ = saved(x)
    try saved.save(to: path)
    let loaded = Small(seed: 2)
    #expect(loaded.stateDictionary != saved.stateDictionary)
    try loaded.load(from: path)
    #expect(loaded.stateDictionary == saved.stateDictionary)
    #expect(loaded.norm.numBatchesTracked.count == 1)
  }

  @Test func anotherModulesFileIsRefusedAndNothingIsChanged() throws {
    let path = Scratch.path("other.safetensors")
    try Small(seed: 1, outputs: 4).save(to: path)
    let module = Small(seed: 2)
    let before = module.stateDictionary
    let error = #expect(throws: ModuleFileError.self) { try module.load(from: path) }
    #expect(
      error?.description
        == "\(path): tensor linear.weight has another shape (expected float32 [3, 2], found float32 "
        + "[4, 2]); tensor linear.bias has another shape (expected float32 [3], found float32 [4])")
    #expect(module.stateDictionary == before)
    let missing = #expect(throws: ModuleFileError.self) { try module.linear.load(from: path) }
    #expect(missing?.description.contains("missing tensors: weight, bias") == true)
  }

  @Test func aDamagedFileAndNoFileAreRefused() throws {
    let path = Scratch.path("damaged.safetensors")
    let module = Small(seed: 1)
    try module.save(to: path)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count - 3] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let before = module.stateDictionary
    #expect(throws: SafeTensorsError.self) { try module.load(from: path) }
    #expect(throws: FileError.self) { try module.load(from: path + "-none") }
    #expect(throws: FileError.self) { try module.save(to: path + "/inside") }
    #expect(module.stateDictionary == before)
  }

  /// 16 bytes for each of the module's 22 numbers, 8 MiB for a header, 8 bytes for its length.
  @Test func aFileTooLargeForTheModuleIsNotRead() throws {
    let path = Scratch.path("large.safetensors")
    try Data().write(to: URL(fileURLWithPath: path))
    try #require(truncate(path, 8_388_969) == 0)
    #expect(
      throws: FileError.tooLarge(path: path, limitBytes: 8_388_968, foundBytes: 8_388_969)
    ) { try Small(seed: 1).load(from: path) }
  }
}
