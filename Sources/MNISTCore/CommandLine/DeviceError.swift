/// A device was asked for that cannot be used.
public struct DeviceError: Error, Equatable, CustomStringConvertible {
  public let gpuID: Int

  public var description: String {
    "--gpu_id \(gpuID): this build computes on the CPU only (expected -1, found \(gpuID))"
  }
}
