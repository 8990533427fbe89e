import Testing

@testable import MNISTCore

@Suite struct OpenCLLibraryTests {
  /// The numbers of Khronos' header `cl.h`.
  @Test(
    arguments: [
      (-1, "CL_DEVICE_NOT_FOUND, -1"), (-2, "CL_DEVICE_NOT_AVAILABLE, -2"),
      (-3, "CL_COMPILER_NOT_AVAILABLE, -3"), (-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE, -4"),
      (-5, "CL_OUT_OF_RESOURCES, -5"), (-6, "CL_OUT_OF_HOST_MEMORY, -6"),
      (-11, "CL_BUILD_PROGRAM_FAILURE, -11"),
      (-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, -14"), (-30, "CL_INVALID_VALUE, -30"),
      (-33, "CL_INVALID_DEVICE, -33"), (-34, "CL_INVALID_CONTEXT, -34"),
      (-36, "CL_INVALID_COMMAND_QUEUE, -36"), (-38, "CL_INVALID_MEM_OBJECT, -38"),
      (-45, "CL_INVALID_PROGRAM_EXECUTABLE, -45"), (-46, "CL_INVALID_KERNEL_NAME, -46"),
      (-48, "CL_INVALID_KERNEL, -48"), (-52, "CL_INVALID_KERNEL_ARGS, -52"),
      (-54, "CL_INVALID_WORK_GROUP_SIZE, -54"), (-61, "CL_INVALID_BUFFER_SIZE, -61"),
      (-1001, "CL_PLATFORM_NOT_FOUND_KHR, -1001"), (-60, "-60"), (0, "0"),
    ] as [(Int32, String)])
  func anErrorHasItsName(_ code: Int32, _ name: String) {
    #expect(OpenCLLibrary.name(of: code) == name)
  }

  @Test func whatIsAskedForHasItsNumber() {
    let queries: [(OpenCLLibrary.Query, UInt32)] = [
      (.platformName, 0x0902), (.deviceType, 0x1000), (.computeUnits, 0x1002),
      (.workGroupSize, 0x1004), (.largestAllocation, 0x1010), (.floatAbilities, 0x101B),
      (.memorySize, 0x101F), (.localMemorySize, 0x1023), (.isAvailable, 0x1027),
      (.hasCompiler, 0x1028), (.deviceName, 0x102B), (.driverVersion, 0x102D),
      (.deviceVersion, 0x102F), (.binarySizes, 0x1165), (.binaries, 0x1166), (.buildLog, 0x1183),
    ]
    for (query, number) in queries { #expect(query.rawValue == number, "\(query)") }
    #expect(OpenCLLibrary.Constant.deviceTypeGPU == 4)
    #expect(OpenCLLibrary.Constant.deviceTypeAll == 4_294_967_295)
    #expect(OpenCLLibrary.Constant.readAndWrite == 1)
    #expect(OpenCLLibrary.Constant.correctlyRoundedDivision == 128)
    let errors = [
      OpenCLLibrary.Constant.memoryAllocationFailure, OpenCLLibrary.Constant.invalidBufferSize,
      OpenCLLibrary.Constant.platformNotFound,
    ]
    #expect(
      errors.map(OpenCLLibrary.name) == [
        "CL_MEM_OBJECT_ALLOCATION_FAILURE, -4", "CL_INVALID_BUFFER_SIZE, -61",
        "CL_PLATFORM_NOT_FOUND_KHR, -1001",
      ])
  }
}
