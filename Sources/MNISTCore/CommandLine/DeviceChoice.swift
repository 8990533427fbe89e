/// What `--gpu_id` means.
enum DeviceChoice {
  /// Runs `body` on the GPU of this number, on the CPU for −1, and without a number on the first GPU that can be
  /// used, else on the CPU. Says so where it is not the CPU.
  ///
  /// Where the device has failed, that is what is thrown: whatever else went wrong came of it.
  static func use(
    _ gpuID: Int?, _ console: inout Console, tool: String, _ body: (inout Console) throws -> Void
  ) throws {
    guard let device = try device(gpuID, &console) else { return try body(&console) }
    let about = device.queue.description
    console.note("\(tool): \(about.name) computes (\(about.platform), driver \(about.driver))")
    do {
      try GPU.use(device) { try body(&console) }
    } catch {
      try device.check()
      throw error
    }
  }

  private static func device(
    _ gpuID: Int?, _ console: inout Console
  ) throws(DeviceError) -> OpenCLDevice? {
    if let gpuID { return gpuID < 0 ? nil : try GPU.device(gpuID) }
    guard let first = GPU.firstUsable() else { return nil }
    do {
      return try GPU.device(first)
    } catch {
      console.warn("\(error); the CPU computes instead")
      return nil
    }
  }

  /// What is wrong with the number of a GPU; nil where it is the GPU that fails.
  static func refusal(of number: Int, _ error: DeviceError) -> UsageError.Problem? {
    let allowed: String? =
      switch error {
      case .noSuchDevice(_, let count): "at most \(count - 1), as mnist-train --devices lists them"
      case .noOpenCL, .noDevice: "-1, for \(error)"
      default: nil
      }
    return allowed.map { .outOfRange(option: "--gpu_id", allowed: $0, found: "\(number)") }
  }

  /// A line for each device, with what `--gpu_id` calls it.
  static func list() -> String {
    let processor = "-1  CPU (\(Processor.count) thread\(Processor.count == 1 ? "" : "s"))"
    do throws(DeviceError) {
      let found = try GPU.all()
      guard !found.isEmpty else { throw .noDevice }
      let lines = found.enumerated().map { index, about in
        "\(index < 10 ? " " : "")\(index)  \(about.name) (\(about.platform), driver \(about.driver), "
          + "\(about.memoryByteCount >> 20) MiB)"
          + (about.problem.map { ": cannot be used, \($0)" } ?? "")
      }
      return ([processor] + lines).joined(separator: "\n")
    } catch {
      return "\(processor)\n    no GPU: \(error)"
    }
  }
}

extension Console {
  /// Answers `--devices`.
  package mutating func listDevices() { print(DeviceChoice.list()) }
}
