import Testing

@testable import MNISTCore

/// The first GPU; where there is none that can be used, the first device of OpenCL, a processor among them: PoCL runs
/// the very same kernels.
enum TestedGPU {
  static let device = try? another()

  /// The same once more, for tests that have it fail or count what it does.
  static func another(_ cache: OpenCLCache? = nil) throws(DeviceError) -> OpenCLDevice {
    if let device = try? GPU.device(0, includingProcessors: false, cache) { return device }
    return try GPU.device(0, includingProcessors: true, cache)
  }

  /// A queue without kernels, to a device that says it has so much memory.
  static func queue(memory: Int = 1 << 20, largest: Int = 1 << 20) throws -> OpenCLQueue {
    let library = try #require(OpenCLLibrary.shared)
    let devices = try OpenCLPlatform.devices(library, includingProcessors: true)
    let about = devices[0].description
    return try OpenCLQueue(
      library, devices[0].handle,
      OpenCLDescription(
        name: about.name, platform: about.platform, driver: about.driver, version: about.version,
        isGPU: about.isGPU, computeUnitCount: about.computeUnitCount, memoryByteCount: memory,
        largestAllocation: largest, roundsDivisions: about.roundsDivisions, problem: nil))
  }

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
