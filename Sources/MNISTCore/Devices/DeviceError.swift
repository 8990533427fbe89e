/// A device that cannot be computed on, or not any more.
public enum DeviceError: Error, Equatable, CustomStringConvertible {
  /// OpenCL's loader is not on this system.
  case noOpenCL(names: [String])
  /// There is OpenCL, but no GPU.
  case noDevice
  /// There are devices, but none of this number.
  case noSuchDevice(number: Int, count: Int)
  /// The device lacks what the kernels need; `problem` says what.
  case unusable(device: String, problem: String)
  /// `log` is what the driver's compiler says.
  case cannotBuild(device: String, code: Int32, log: String)
  /// It has `byteCount` bytes, and more would be needed, by this program or beside others.
  case outOfMemory(device: String, byteCount: Int)
  /// A call of OpenCL's failed: a device was lost, or a driver has a fault.
  case failed(device: String, call: String, code: Int32)

  public var description: String {
    switch self {
    case .noOpenCL(let names):
      "there is no OpenCL on this system (expected \(names.joined(separator: " or ")), as a graphics "
        + "driver or the package ocl-icd-libopencl1 brings it, found none)"
    case .noDevice:
      "OpenCL knows no GPU here (expected one or more, found none)"
    case .noSuchDevice(let number, let count):
      "there is no GPU \(number) (expected "
        + (count == 1 ? "0" : "0 to \(count - 1)") + ", found \(number))"
    case .unusable(let device, let problem):
      "\(device) cannot be used: \(problem)"
    case .cannotBuild(let device, let code, let log):
      "\(device): its driver cannot compile the kernels (expected a program, found "
        + OpenCLLibrary.name(of: code) + (log.isEmpty ? "" : ": \(log)") + ")"
    case .outOfMemory(let device, let byteCount):
      "\(device): its memory does not suffice (expected at most \(byteCount >> 20) MiB in use)"
    case .failed(let device, let call, let code):
      "\(device): the device failed (expected \(call) to succeed, found "
        + OpenCLLibrary.name(of: code) + ")"
    }
  }
}
