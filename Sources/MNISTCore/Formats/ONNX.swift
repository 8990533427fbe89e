/// A network in ONNX's form, as far as a classifier needs it.
///
/// Of https://onnx.ai: version 8 of the format and version 17 of the operators, which programs since 2022
/// read. The fields' numbers are those of `onnx.proto`.
struct ONNXModel {
  static let formatVersion: Int64 = 8
  static let operatorVersion: Int64 = 17
  /// Readers of Protocol Buffers count a message's bytes in 31 bits.
  static let limitBytes = Int(Int32.max)

  enum ElementType: Int64 {
    case float32 = 1
    case uint8 = 2
  }

  enum Attribute {
    case integer(Int64)
    case number(Float)
  }

  /// The size of an axis, or the name of one whose size is free.
  enum Axis {
    case size(Int)
    case free(String)
  }

  /// One operation, with its one output.
  struct Node {
    let name: String
    let operation: String
    let inputs: [String]
    let output: String
    var attributes: [(name: String, value: Attribute)] = []
  }

  /// What comes from outside, or goes there.
  struct Value {
    let name: String
    let type: ElementType
    let shape: [Axis]
    let documentation: String
  }

  /// Float32 numbers in C order.
  struct Initializer {
    let name: String
    let shape: [Int]
    let numbers: [Float]
  }

  /// The program that wrote the file, and its version.
  let producer: (name: String, version: String)
  let name: String
  let nodes: [Node]
  let initializers: [Initializer]
  let input: Value
  let output: Value
  let metadata: [(key: String, value: String)]

  /// Whether these are the first bytes of a file of this form by a program of this name.
  static func isFile(of producerName: String, _ start: [UInt8]) -> Bool {
    start.starts(with: self.start(producerName).encoded())
  }

  private static func start(_ producerName: String) -> [ProtobufField] {
    [.integer(1, formatVersion), .text(2, producerName)]
  }

  /// The file's content; equal models give equal bytes.
  func encoded(limitBytes: Int = Self.limitBytes) throws(ONNXError) -> [UInt8] {
    let message = message
    let byteCount = message.byteCount
    guard byteCount <= limitBytes else {
      throw .tooLarge(limitBytes: limitBytes, foundBytes: byteCount)
    }
    guard SystemMemory.has(byteCount) else { throw .noMemory(bytes: byteCount) }
    return message.encoded()
  }

  private var message: [ProtobufField] {
    let graph =
      nodes.map { ProtobufField.message(1, $0.message) } + [.text(2, name)]
      + initializers.map { .message(5, $0.message) }
      + [.message(11, input.message), .message(12, output.message)]
    return Self.start(producer.name) + [
      .text(3, producer.version), .message(7, graph),
      // The empty domain is that of ONNX's own operators.
      .message(8, [.text(1, ""), .integer(2, Self.operatorVersion)]),
    ] + metadata.map { .message(14, [.text(1, $0.key), .text(2, $0.value)]) }
  }
}

/// A model that cannot become an ONNX file.
package enum ONNXError: Error, Equatable, CustomStringConvertible {
  case tooLarge(limitBytes: Int, foundBytes: Int)
  case noMemory(bytes: Int)

  package var description: String {
    switch self {
    case .tooLarge(let limit, let found):
      "the model is too large for an ONNX file (expected at most \(limit) bytes, found \(found))"
    case .noMemory(let bytes):
      "there is no memory for an ONNX file of \(bytes) bytes"
    }
  }
}

extension ONNXModel.Node {
  fileprivate var message: [ProtobufField] {
    inputs.map { .text(1, $0) } + [.text(2, output), .text(3, name), .text(4, operation)]
      + attributes.map { name, value in
        switch value {
        case .number(let number):
          .message(5, [.text(1, name), .float32(2, number), .integer(20, 1)])
        case .integer(let number):
          .message(5, [.text(1, name), .integer(3, number), .integer(20, 2)])
        }
      }
  }
}

extension ONNXModel.Value {
  fileprivate var message: [ProtobufField] {
    let axes = shape.map { axis in
      switch axis {
      case .size(let size): ProtobufField.message(1, [.integer(1, Int64(size))])
      case .free(let name): ProtobufField.message(1, [.text(2, name)])
      }
    }
    let tensor = [ProtobufField.integer(1, type.rawValue), .message(2, axes)]
    return [.text(1, name), .message(2, [.message(1, tensor)]), .text(3, documentation)]
  }
}

extension ONNXModel.Initializer {
  fileprivate var message: [ProtobufField] {
    shape.map { .integer(1, Int64($0)) } + [
      .integer(2, ONNXModel.ElementType.float32.rawValue), .text(8, name), .numbers(9, numbers),
    ]
  }
}
