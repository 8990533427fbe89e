/// The memory that this process may still use.
enum SystemMemory {
  /// Whether the system would give this many bytes now, and a little more for all that comes with them.
  /// A Swift array that finds no memory ends the process, so whatever a file or an option asks for is
  /// asked for here first.
  static func has(_ byteCount: Int) -> Bool {
    let (sum, overflow) = byteCount.addingReportingOverflow(4 << 20)
    var memory: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&memory, 64, sum) == 0 else { return false }
    free(memory)
    return true
  }

  /// What is in the machine: more than that can be promised, but not used.
  static var byteCount: Int {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    let (product, overflow) = pages.multipliedReportingOverflow(by: size)
    return pages > 0 && size > 0 && !overflow ? product : .max
  }
}
