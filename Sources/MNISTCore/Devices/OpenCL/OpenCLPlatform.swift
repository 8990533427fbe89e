/// A device that OpenCL's loader names, and what it says of itself.
struct OpenCLDescription: Equatable, Sendable {
  let name: String
  let platform: String
  let driver: String
  /// `OpenCL 1.2 …`
  let version: String
  let isGPU: Bool
  let computeUnitCount: Int
  let memoryByteCount: Int
  /// Of one allocation.
  let largestAllocation: Int
  /// Whether a division can be rounded as IEEE 754 asks, where the compiler is told to.
  let roundsDivisions: Bool
  /// Why this program cannot compute on it; nil where it can.
  let problem: String?

  /// All by which a driver's answers could differ, a line each.
  var identity: String { [name, platform, driver, version].map { $0 + "\n" }.joined() }
}

extension OpenCLDescription {
  /// What the kernels need and such a device lacks; nil where it has all.
  ///
  /// - Parameters:
  ///   - groupSize: items in a group, at most.
  ///   - localByteCount: what a group's items share.
  static func problem(
    name: String, version: String, isAvailable: Bool, hasCompiler: Bool, groupSize: Int,
    localByteCount: Int
  ) -> String? {
    if version.isEmpty || ["OpenCL 1.0", "OpenCL 1.1"].contains(where: version.hasPrefix) {
      "it knows \(version.isEmpty ? "no OpenCL" : String(version.prefix(10))), not 1.2"
    } else if name.isEmpty {
      // A model file cannot do without.
      "its driver does not say what it is called"
    } else if !isAvailable {
      "its driver says that it is not available"
    } else if !hasCompiler {
      "its driver has no compiler"
    } else if groupSize < OpenCLDevice.groupSize {
      "its groups have \(groupSize) items, not \(OpenCLDevice.groupSize)"
    } else if localByteCount < OpenCLDevice.localByteCount {
      "its groups share \(localByteCount) bytes, not \(OpenCLDevice.localByteCount)"
    } else {
      nil
    }
  }
}

/// All devices of all platforms, in the loader's order.
enum OpenCLPlatform {
  typealias Handle = OpenCLLibrary.Handle
  typealias Query = OpenCLLibrary.Query

  /// - Parameter includingProcessors: whether devices that are no GPUs count, such as PoCL's: the very same
  ///   code then runs on this machine's processor, slowly.
  static func devices(
    _ library: OpenCLLibrary, includingProcessors: Bool
  ) throws(DeviceError) -> [(handle: Handle, description: OpenCLDescription)] {
    var found: [(handle: Handle, description: OpenCLDescription)] = []
    for platform in try platforms({ library.getPlatformIDs($0, $1, $2) }) {
      let platformName = text(.platformName, library.getPlatformInfo, platform)
      let type =
        includingProcessors
        ? OpenCLLibrary.Constant.deviceTypeAll : OpenCLLibrary.Constant.deviceTypeGPU
      // A platform whose driver answers nothing has no devices; the others still count.
      for device in handles({ library.getDeviceIDs(platform, type, $0, $1, $2) }).handles {
        found.append((device, description(library.getDeviceInfo, device, platformName)))
      }
    }
    return found
  }

  /// Asks for handles: how many may be written, where to, and how many there are.
  typealias Ask = (UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>) -> Int32

  static func platforms(_ ask: Ask) throws(DeviceError) -> [Handle] {
    let (handles, code) = handles(ask)
    guard code == 0 || code == OpenCLLibrary.Constant.platformNotFound else {
      throw .failed(device: "OpenCL's loader", call: "clGetPlatformIDs", code: code)
    }
    return handles
  }

  /// All that there are, no more than one can believe; none after an error.
  static func handles(_ ask: Ask) -> (handles: [Handle], code: Int32) {
    var count: UInt32 = 0
    var code = ask(0, nil, &count)
    guard code == 0 && count > 0 else { return ([], code) }
    var handles = [Handle?](repeating: nil, count: min(Int(count), 1_024))
    code = ask(UInt32(handles.count), &handles, &count)
    return (code == 0 ? handles.compactMap(\.self) : [], code)
  }

  static func description(
    _ ask: OpenCLLibrary.Information, _ device: Handle, _ platformName: String
  ) -> OpenCLDescription {
    func number<Number: FixedWidthInteger>(_ query: Query, as type: Number.Type) -> Int {
      var number: Number = 0
      let code = ask(device, query.rawValue, MemoryLayout<Number>.size, &number, nil)
      return code == 0 ? Int(clamping: number) : 0
    }
    let name = String(text(.deviceName, ask, device).prefix(200))
    let version = text(.deviceVersion, ask, device)
    let kind = UInt64(number(.deviceType, as: UInt64.self))
    let abilities = UInt64(number(.floatAbilities, as: UInt64.self))
    let problem = OpenCLDescription.problem(
      name: name, version: version, isAvailable: number(.isAvailable, as: UInt32.self) != 0,
      hasCompiler: number(.hasCompiler, as: UInt32.self) != 0,
      groupSize: number(.workGroupSize, as: Int.self),
      localByteCount: number(.localMemorySize, as: UInt64.self))
    return OpenCLDescription(
      name: name.isEmpty ? "a device without a name" : name, platform: platformName,
      driver: text(.driverVersion, ask, device), version: version,
      isGPU: kind & OpenCLLibrary.Constant.deviceTypeGPU != 0,
      computeUnitCount: number(.computeUnits, as: UInt32.self),
      memoryByteCount: number(.memorySize, as: UInt64.self),
      largestAllocation: number(.largestAllocation, as: UInt64.self),
      roundsDivisions: abilities & OpenCLLibrary.Constant.correctlyRoundedDivision != 0,
      problem: problem)
  }

  /// Control characters and outer spaces left out: some drivers pad their names.
  static func text(
    _ query: Query, _ ask: OpenCLLibrary.Information, _ handle: Handle
  ) -> String {
    var size = 0
    guard ask(handle, query.rawValue, 0, nil, &size) == 0, (1...65_536).contains(size) else {
      return ""
    }
    var bytes = [UInt8](repeating: 0, count: size)
    guard ask(handle, query.rawValue, size, &bytes, nil) == 0 else { return "" }
    let text = String(decoding: bytes.prefix { $0 != 0 }.map { max($0, 0x20) }, as: UTF8.self)
    return text.split(separator: " ").joined(separator: " ")
  }
}
