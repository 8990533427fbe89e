/// Compiled kernels.
enum OpenCLProgram {
  typealias Handle = OpenCLLibrary.Handle

  /// The program of this source.
  static func make(
    _ source: String, options: String, _ library: OpenCLLibrary, _ context: Handle,
    _ device: Handle, _ description: OpenCLDescription
  ) throws(DeviceError) -> Handle {
    var code: Int32 = 0
    let made = source.withCString { text in
      var text: UnsafePointer<CChar>? = text
      return library.createProgramWithSource(context, 1, &text, nil, &code)
    }
    guard let program = made, code == 0 else {
      throw .failed(device: description.name, call: "clCreateProgramWithSource", code: code)
    }
    var devices: Handle? = device
    code = library.buildProgram(program, 1, &devices, options, nil, nil)
    guard code == 0 else {
      let log = buildLog(library, program, device)
      _ = library.releaseProgram(program)
      throw .cannotBuild(device: description.name, code: code, log: log)
    }
    return program
  }

  /// The first line of what the driver's compiler says that names an error, else the first.
  private static func buildLog(
    _ library: OpenCLLibrary, _ program: Handle, _ device: Handle
  ) -> String {
    let query = OpenCLLibrary.Query.buildLog.rawValue
    var size = 0
    guard library.getProgramBuildInfo(program, device, query, 0, nil, &size) == 0,
      (1...(1 << 20)).contains(size)
    else { return "" }
    var bytes = [UInt8](repeating: 0, count: size)
    guard library.getProgramBuildInfo(program, device, query, size, &bytes, nil) == 0 else {
      return ""
    }
    let lines = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      .split(whereSeparator: \.isNewline)
    return String((lines.first { $0.contains("error") } ?? lines.first ?? "").prefix(200))
  }
}
