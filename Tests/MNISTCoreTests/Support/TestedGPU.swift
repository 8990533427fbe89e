import Testing

@testable import MNISTCore

/// The first device of OpenCL that can be used, a processor among them: PoCL runs the very same kernels.
enum TestedGPU {
  static let device = try? GPU.device(0, includingProcessors: true)

  /// Why tests of it are skipped where there is none.
  static let isMissing: Comment =
    "no device of OpenCL here; Debian's ocl-icd-libopencl1 and pocl-opencl-icd bring one"
}

/// Runs each test of a suite a second time on the device of OpenCL, where there is one.
struct OnEachDevice: SuiteTrait, TestTrait, TestScoping {
  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await function()
    guard testCase != nil, let device = TestedGPU.device else { return }
    try await CurrentDevice.$device.withValue(device) { try await function() }
    try device.check()
  }
}

extension Trait where Self == OnEachDevice {
  static var onEachDevice: Self { Self() }
}
