/// The GPUs of this machine, by OpenCL: tensors that are made in `use` lie on one, and it computes.
///
/// Numbered are the GPUs of all platforms from 0, in the order of OpenCL's loader. Where the environment variable
/// `MNIST_OPENCL` is `all`, devices that are no GPUs count too, such as PoCL's, which is this machine's processor.
public enum GPU {
  /// Runs `body` with the GPU of this number as the device of new tensors, and throws what went wrong there.
  ///
  /// Numbers do not leave the device by themselves: `Tensor.numbers` and `item` fetch them, and are NaN after a
  /// failure; that failure is thrown here when `body` ends.
  public static func use<Result>(_ number: Int, _ body: () throws -> Result) throws -> Result {
    let device = try device(number)
    return try use(device, body)
  }

  static func use<Result>(
    _ device: any Device, _ body: () throws -> Result
  ) throws -> Result {
    let result = try CurrentDevice.$device.withValue(device, operation: body)
    try device.check()
    return result
  }

  static var includesProcessors: Bool { CLibrary.environment("MNIST_OPENCL") == "all" }

  /// What there is, usable or not.
  static func all() throws(DeviceError) -> [OpenCLDescription] {
    try found(includesProcessors).devices.map(\.description)
  }

  /// The device of this number.
  static func device(
    _ number: Int, includingProcessors: Bool = includesProcessors, _ cache: OpenCLCache? = .ofUser()
  ) throws(DeviceError) -> OpenCLDevice {
    let (library, devices) = try found(includingProcessors)
    guard !devices.isEmpty else { throw .noDevice }
    guard devices.indices.contains(number) else {
      throw .noSuchDevice(number: number, count: devices.count)
    }
    return try OpenCLDevice(library, devices[number].handle, devices[number].description, cache)
  }

  /// The number of the first that can be used; nil where there is none. Without a sign of one, OpenCL is not loaded.
  static func firstUsable(
    includingProcessors: Bool = includesProcessors,
    hardwareMayBeThere: Bool = GraphicsHardware.mayBeThere,
    of all: () throws(DeviceError) -> [OpenCLDescription] = { () throws(DeviceError) in try all() }
  ) -> Int? {
    guard includingProcessors || hardwareMayBeThere else { return nil }
    return try? all().firstIndex { $0.problem == nil }
  }

  private static func found(_ includingProcessors: Bool) throws(DeviceError) -> (
    library: OpenCLLibrary,
    devices: [(handle: OpenCLLibrary.Handle, description: OpenCLDescription)]
  ) {
    guard let library = OpenCLLibrary.shared else { throw .noOpenCL(names: OpenCLLibrary.names) }
    let devices = try OpenCLPlatform.devices(
      library, includingProcessors: includingProcessors)
    return (library, devices)
  }
}
