/// A device that cannot be computed on.
public enum DeviceError: Error, Equatable, CustomStringConvertible {
  case noGPU(gpuID: Int)
  /// `missing` are instructions by the names that Linux gives them.
  case otherProcessor(missing: [String])

  public var description: String {
    switch self {
    case .noGPU(let gpuID):
      "--gpu_id \(gpuID): this build computes on the CPU only (expected -1, found \(gpuID))"
    case .otherProcessor(let missing):
      "this program was built for another processor (expected one with "
        + "\(missing.joined(separator: ", ")); build it on this machine, or with "
        + "MNIST_TARGET=x86-64 for any)"
    }
  }
}
