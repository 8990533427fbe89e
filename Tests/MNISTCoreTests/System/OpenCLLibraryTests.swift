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
}
