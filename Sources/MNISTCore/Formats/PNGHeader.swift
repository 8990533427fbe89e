/// What the chunk IHDR says of a picture.
struct PNGHeader: Equatable {
  /// The raw value is the file's number.
  enum ColorType: UInt8, CaseIterable {
    case gray = 0
    case color = 2
    case palette = 3
    case grayWithAlpha = 4
    case colorWithAlpha = 6

    var samplesPerPixel: Int {
      switch self {
      case .gray, .palette: 1
      case .grayWithAlpha: 2
      case .color: 3
      case .colorWithAlpha: 4
      }
    }

    /// Bits of a sample.
    var allowedDepths: [UInt8] {
      switch self {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      case .color, .grayWithAlpha, .colorWithAlpha: [8, 16]
      }
    }
  }

  let height: Int
  let width: Int
  let depth: Int
  let colorType: ColorType
  let isInterlaced: Bool

  static let byteCount = 13

  /// `bytes` are the chunk's 13; throws `PNGError` or `PictureError`.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws {
    require(bytes.count == Self.byteCount, "the caller looks at the length first")
    let fields = Array(bytes)
    func wrong(_ field: String, _ found: UInt8, _ expected: [UInt8]) -> PNGError {
      let allowed = expected.map(String.init).joined(separator: ", ")
      return .wrongField(path: path, field: field, expected: allowed, found: Int(found))
    }
    func check(_ field: String, _ found: UInt8, _ expected: [UInt8]) throws(PNGError) {
      guard expected.contains(found) else { throw wrong(field, found, expected) }
    }
    guard let colorType = ColorType(rawValue: fields[9]) else {
      throw wrong("color type", fields[9], ColorType.allCases.map(\.rawValue))
    }
    try check("depth with color type \(fields[9])", fields[8], colorType.allowedDepths)
    try check("compression method", fields[10], [0])
    try check("filter method", fields[11], [0])
    try check("interlace method", fields[12], [0, 1])
    width = fields[0..<4].reduce(0) { $0 << 8 | Int($1) }
    height = fields[4..<8].reduce(0) { $0 << 8 | Int($1) }
    depth = Int(fields[8])
    self.colorType = colorType
    isInterlaced = fields[12] == 1
    try Picture.checkSize(height: height, width: width, path: path)
  }

  var bitsPerPixel: Int { depth * colorType.samplesPerPixel }

  /// The bytes of all rows of all passes, each row with the byte that names its filter.
  var unpackedBytes: Int {
    passes.reduce(0) { total, pass in
      total + pass.rowCount * (1 + rowBytes(columnCount: pass.columnCount))
    }
  }

  /// A row's bytes, without the filter's.
  func rowBytes(columnCount: Int) -> Int { (columnCount * bitsPerPixel + 7) / 8 }

  /// Some of the rows and columns, sent together.
  struct Pass: Equatable {
    let firstRow: Int
    let rowStep: Int
    let rowCount: Int
    let firstColumn: Int
    let columnStep: Int
    let columnCount: Int
  }

  /// The whole picture, or the seven passes of Adam7 without those that have no pixel.
  var passes: [Pass] {
    let grid: [(row: Int, rowStep: Int, column: Int, columnStep: Int)] =
      isInterlaced
      ? [
        (0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2),
        (1, 2, 0, 1),
      ] : [(0, 1, 0, 1)]
    return grid.map {
      Pass(
        firstRow: $0.row, rowStep: $0.rowStep,
        rowCount: (height - $0.row + $0.rowStep - 1) / $0.rowStep,
        firstColumn: $0.column, columnStep: $0.columnStep,
        columnCount: (width - $0.column + $0.columnStep - 1) / $0.columnStep)
    }.filter { $0.rowCount > 0 && $0.columnCount > 0 }
  }
}
