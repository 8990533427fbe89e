/// Compiled kernels.
struct OpenCLProgram {
  typealias Handle = OpenCLLibrary.Handle

  let library: OpenCLLibrary
  let context: Handle
  let device: Handle
  let description: OpenCLDescription

  /// The program of this source, from the cache where that has it.
  func make(
    _ source: String, options: String, _ cache: OpenCLCache?
  ) throws(DeviceError) -> Handle {
    let key = description.identity + options + "\n" + source
    if let binary = cache?.read(key), let program = load(binary, options) { return program }
    let program = try compile(source, options)
    if let cache, let binary = binary(of: program) { cache.write(binary, key) }
    return program
  }

  private func compile(_ source: String, _ options: String) throws(DeviceError) -> Handle {
    var code: Int32 = 0
    let made = source.withCString { text in
      var text: UnsafePointer<CChar>? = text
      return library.createProgramWithSource(context, 1, &text, nil, &code)
    }
    guard let program = made, code == 0 else {
      throw .failed(device: description.name, call: "clCreateProgramWithSource", code: code)
    }
    code = build(program, options)
    guard code == 0 else {
      let log = buildLog(program)
      _ = library.releaseProgram(program)
      throw .cannotBuild(device: description.name, code: code, log: log)
    }
    return program
  }

  private func build(_ program: Handle, _ options: String) -> Int32 {
    var devices: Handle? = device
    return library.buildProgram(program, 1, &devices, options, nil, nil)
  }

  /// Nil where the driver does not take its own program back.
  private func load(_ binary: [UInt8], _ options: String) -> Handle? {
    var (code, status): (Int32, Int32) = (0, 0)
    let made = binary.withUnsafeBufferPointer { bytes in
      var (devices, length, start): (Handle?, Int, _) = (device, bytes.count, bytes.baseAddress)
      return library.createProgramWithBinary(
        context, 1, &devices, &length, &start, &status, &code)
    }
    guard let program = made, code == 0 else { return nil }
    guard status == 0, build(program, options) == 0 else {
      _ = library.releaseProgram(program)
      return nil
    }
    return program
  }

  /// Nil where the driver does not give it.
  private func binary(of program: Handle) -> [UInt8]? {
    var size = 0
    guard
      library.getProgramInfo(
        program, OpenCLLibrary.Query.binarySizes.rawValue, MemoryLayout<Int>.size, &size, nil) == 0,
      OpenCLCache.sizes.contains(size)
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    let code = bytes.withUnsafeMutableBufferPointer {
      var start = $0.baseAddress
      return library.getProgramInfo(
        program, OpenCLLibrary.Query.binaries.rawValue, MemoryLayout.size(ofValue: start), &start,
        nil)
    }
    return code == 0 ? bytes : nil
  }

  private func buildLog(_ program: Handle) -> String {
    let query = OpenCLLibrary.Query.buildLog.rawValue
    var size = 0
    guard library.getProgramBuildInfo(program, device, query, 0, nil, &size) == 0,
      OpenCLCache.sizes.contains(size)
    else { return "" }
    var bytes = [UInt8](repeating: 0, count: size)
    guard library.getProgramBuildInfo(program, device, query, size, &bytes, nil) == 0 else {
      return ""
    }
    return Self.summary(of: bytes)
  }

  /// The first line of what a driver's compiler says that names an error, else the first.
  static func summary(of log: [UInt8]) -> String {
    let lines = String(decoding: log.prefix { $0 != 0 }, as: UTF8.self)
      .split(whereSeparator: \.isNewline)
    return String((lines.first { $0.contains("error") } ?? lines.first ?? "").prefix(200))
  }
}
