/// OpenCL 1.2 (Khronos, 2012) by the system's loader, which knows the drivers of all makers.
///
/// It is opened only where a GPU is asked for. The names are OpenCL's own without `cl`; each function's contract
/// stands in its specification. All may be called from any thread, `setKernelArg` of one kernel from one at a
/// time.
final class OpenCLLibrary: @unchecked Sendable {
  #if os(macOS)
    static let names = ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
  #else
    static let names = ["libOpenCL.so.1"]
  #endif

  /// Opened once; nil where the system has none.
  static let shared = try? OpenCLLibrary(names)

  /// A platform, device, context, queue, buffer, program, kernel or event.
  typealias Handle = OpaquePointer

  typealias Release = @convention(c) (Handle) -> Int32
  typealias Information =
    @convention(c) (
      Handle, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?
    ) -> Int32
  typealias Events = UnsafePointer<Handle?>

  let getPlatformIDs:
    @convention(c) (UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>) -> Int32
  let getPlatformInfo: Information
  let getDeviceIDs:
    @convention(c) (
      Handle, UInt64, UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>
    ) -> Int32
  let getDeviceInfo: Information
  let createContext:
    @convention(c) (
      UnsafePointer<Int>?, UInt32, UnsafePointer<Handle?>, UnsafeRawPointer?,
      UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>
    ) -> Handle?
  let createCommandQueue:
    @convention(c) (Handle, Handle, UInt64, UnsafeMutablePointer<Int32>) -> Handle?
  let createBuffer:
    @convention(c) (
      Handle, UInt64, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>
    ) -> Handle?
  let createProgramWithSource:
    @convention(c) (
      Handle, UInt32, UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int>?,
      UnsafeMutablePointer<Int32>
    ) -> Handle?
  let createProgramWithBinary:
    @convention(c) (
      Handle, UInt32, UnsafePointer<Handle?>, UnsafePointer<Int>,
      UnsafePointer<UnsafePointer<UInt8>?>, UnsafeMutablePointer<Int32>?,
      UnsafeMutablePointer<Int32>
    ) -> Handle?
  let buildProgram:
    @convention(c) (
      Handle, UInt32, UnsafePointer<Handle?>, UnsafePointer<CChar>, UnsafeRawPointer?,
      UnsafeMutableRawPointer?
    ) -> Int32
  let getProgramInfo: Information
  let getProgramBuildInfo:
    @convention(c) (
      Handle, Handle, UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?
    ) -> Int32
  let createKernel:
    @convention(c) (Handle, UnsafePointer<CChar>, UnsafeMutablePointer<Int32>) -> Handle?
  let setKernelArg: @convention(c) (Handle, UInt32, Int, UnsafeRawPointer) -> Int32
  let enqueueNDRangeKernel:
    @convention(c) (
      Handle, Handle, UInt32, UnsafePointer<Int>?, UnsafePointer<Int>, UnsafePointer<Int>, UInt32,
      Events?, UnsafeMutablePointer<Handle?>?
    ) -> Int32
  let enqueueReadBuffer:
    @convention(c) (
      Handle, Handle, UInt32, Int, Int, UnsafeMutableRawPointer, UInt32, Events?,
      UnsafeMutablePointer<Handle?>?
    ) -> Int32
  let enqueueWriteBuffer:
    @convention(c) (
      Handle, Handle, UInt32, Int, Int, UnsafeRawPointer, UInt32, Events?,
      UnsafeMutablePointer<Handle?>?
    ) -> Int32
  let waitForEvents: @convention(c) (UInt32, Events) -> Int32
  let flush: Release
  let finish: Release
  let releaseEvent: Release
  let releaseMemObject: Release
  let releaseKernel: Release
  let releaseProgram: Release
  let releaseCommandQueue: Release
  let releaseContext: Release

  init(_ names: [String]) throws(DynamicLibrary.Missing) {
    let library = try DynamicLibrary(names)
    getPlatformIDs = try library.function("clGetPlatformIDs")
    getPlatformInfo = try library.function("clGetPlatformInfo")
    getDeviceIDs = try library.function("clGetDeviceIDs")
    getDeviceInfo = try library.function("clGetDeviceInfo")
    createContext = try library.function("clCreateContext")
    createCommandQueue = try library.function("clCreateCommandQueue")
    createBuffer = try library.function("clCreateBuffer")
    createProgramWithSource = try library.function("clCreateProgramWithSource")
    createProgramWithBinary = try library.function("clCreateProgramWithBinary")
    buildProgram = try library.function("clBuildProgram")
    getProgramInfo = try library.function("clGetProgramInfo")
    getProgramBuildInfo = try library.function("clGetProgramBuildInfo")
    createKernel = try library.function("clCreateKernel")
    setKernelArg = try library.function("clSetKernelArg")
    enqueueNDRangeKernel = try library.function("clEnqueueNDRangeKernel")
    enqueueReadBuffer = try library.function("clEnqueueReadBuffer")
    enqueueWriteBuffer = try library.function("clEnqueueWriteBuffer")
    waitForEvents = try library.function("clWaitForEvents")
    flush = try library.function("clFlush")
    finish = try library.function("clFinish")
    releaseEvent = try library.function("clReleaseEvent")
    releaseMemObject = try library.function("clReleaseMemObject")
    releaseKernel = try library.function("clReleaseKernel")
    releaseProgram = try library.function("clReleaseProgram")
    releaseCommandQueue = try library.function("clReleaseCommandQueue")
    releaseContext = try library.function("clReleaseContext")
  }

  /// Numbers of the header `cl.h` that this program uses.
  enum Constant {
    static let deviceTypeGPU: UInt64 = 1 << 2
    static let deviceTypeAll: UInt64 = 0xFFFF_FFFF
    static let memoryAllocationFailure: Int32 = -4
    static let invalidBufferSize: Int32 = -61
    static let platformNotFound: Int32 = -1001
    static let readAndWrite: UInt64 = 1
    static let correctlyRoundedDivision: UInt64 = 1 << 7
  }

  /// What the `getInfo` functions can be asked for.
  enum Query: UInt32 {
    case platformName = 0x0902
    case deviceType = 0x1000
    case computeUnits = 0x1002
    case workGroupSize = 0x1004
    case largestAllocation = 0x1010
    case floatAbilities = 0x101B
    case memorySize = 0x101F
    case localMemorySize = 0x1023
    case isAvailable = 0x1027
    case hasCompiler = 0x1028
    case deviceName = 0x102B
    case driverVersion = 0x102D
    case deviceVersion = 0x102F
    case binarySizes = 0x1165
    case binaries = 0x1166
    case buildLog = 0x1183
  }

  /// What OpenCL calls an error, as its header does.
  static func name(of code: Int32) -> String {
    let names: [Int32: String] = [
      -1: "CL_DEVICE_NOT_FOUND", -2: "CL_DEVICE_NOT_AVAILABLE", -3: "CL_COMPILER_NOT_AVAILABLE",
      -4: "CL_MEM_OBJECT_ALLOCATION_FAILURE", -5: "CL_OUT_OF_RESOURCES",
      -6: "CL_OUT_OF_HOST_MEMORY", -11: "CL_BUILD_PROGRAM_FAILURE",
      -14: "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST", -30: "CL_INVALID_VALUE",
      -33: "CL_INVALID_DEVICE", -34: "CL_INVALID_CONTEXT", -36: "CL_INVALID_COMMAND_QUEUE",
      -38: "CL_INVALID_MEM_OBJECT", -45: "CL_INVALID_PROGRAM_EXECUTABLE",
      -46: "CL_INVALID_KERNEL_NAME", -48: "CL_INVALID_KERNEL", -52: "CL_INVALID_KERNEL_ARGS",
      -54: "CL_INVALID_WORK_GROUP_SIZE", -61: "CL_INVALID_BUFFER_SIZE",
      -1001: "CL_PLATFORM_NOT_FOUND_KHR",
    ]
    return names[code].map { "\($0), \(code)" } ?? "\(code)"
  }
}
