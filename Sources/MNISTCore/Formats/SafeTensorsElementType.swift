/// The number formats read and written, under the names that safetensors gives them.
enum SafeTensorsElementType: String {
  case float32 = "F32"
  case int64 = "I64"

  init(_ elements: TensorValue.Elements) {
    switch elements {
    case .float32: self = .float32
    case .int64: self = .int64
    }
  }

  /// As sentences and Swift call it.
  var name: String {
    switch self {
    case .float32: "float32"
    case .int64: "int64"
    }
  }

  /// The size of one number; also the alignment that the order of the tensors goes by.
  var byteCount: Int {
    switch self {
    case .float32: 4
    case .int64: 8
    }
  }
}
