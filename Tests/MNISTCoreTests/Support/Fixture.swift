import Foundation
import Testing

@testable import MNISTCore

/// The tensors of a reference file, or of one group of it.
///
/// `Tests/generate_fixtures.py` says what they mean. Shapes and step counts are taken from the file,
/// so that any set of the same layout can stand in its place.
struct Fixture {
  private let label: String
  private let tensors: [String: TensorValue]

  /// Reads `Fixtures/NAME.safetensors`.
  init(_ name: String) throws {
    let path = try Self.url("\(name).safetensors").path
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    label = name
    tensors = try TensorFile(parsing: bytes, path: path).tensors
  }

  private init(label: String, tensors: [String: TensorValue]) {
    self.label = label
    self.tensors = tensors
  }

  static func url(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
  }

  /// The entries under `name/`, with that taken off.
  func group(_ name: String) throws -> Fixture {
    let prefix = "\(name)/"
    let inside = tensors.filter { $0.key.hasPrefix(prefix) }
    try #require(!inside.isEmpty, "\(label) has no group \(name)")
    return Fixture(
      label: prefix + label,
      tensors: Dictionary(
        uniqueKeysWithValues: inside.map { (String($0.key.dropFirst(prefix.count)), $0.value) }))
  }

  /// The first part of each name, up to the slash.
  var groups: Set<String> { Set(tensors.keys.map { String($0.prefix { $0 != "/" }) }) }

  /// Whether there is an entry of this name.
  func has(_ name: String) -> Bool { tensors[name] != nil }

  /// The entries, sorted by name.
  var entries: [(name: String, value: TensorValue)] {
    tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// How many of NAME0, NAME1, NAME2 … there are, as entries or as groups.
  func count(of name: String) throws -> Int {
    var count = 0
    while groups.contains("\(name)\(count)") { count += 1 }
    try #require(count > 0, "\(label) has no \(name)0")
    return count
  }

  func value(_ name: String) throws -> TensorValue {
    try #require(tensors[name], "\(label) has no \(name)")
  }

  func numbers(_ name: String) throws -> [Float] {
    guard case .float32(let numbers) = try value(name).elements else {
      Issue.record("\(name) of \(label) does not hold float32")
      return []
    }
    return numbers
  }

  func labels(_ name: String) throws -> [Int] {
    guard case .int64(let numbers) = try value(name).elements else {
      Issue.record("\(name) of \(label) does not hold int64")
      return []
    }
    return numbers.map(Int.init)
  }

  func tensor(_ name: String, requiresGradient: Bool = false) throws -> Tensor {
    Tensor(
      try numbers(name), shape: try value(name).shape, requiresGradient: requiresGradient)
  }

  func parameter(_ name: String) throws -> Parameter { Parameter(try tensor(name)) }

  /// All entries as a module's state.
  var stateDictionary: StateDictionary {
    var state = StateDictionary()
    for (name, value) in entries { state[name] = value }
    return state
  }
}
