/// A thread of the operating system's that does one piece of work and ends.
///
/// Swift's tasks share a few threads, none of which may be kept waiting; a worker that spins for its next
/// task, or a save that waits for a disk, has one of its own.
struct SystemThread: @unchecked Sendable {
  private let handle: pthread_t

  /// Starts `work`; nil where the system has no thread to give, and then `work` is not called.
  ///
  /// Every thread must be joined once.
  init?(_ work: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(work: work))
    #if canImport(Glibc)
      var handle = pthread_t()
    #else
      var handle: pthread_t?
    #endif
    let code = pthread_create(
      &handle, nil,
      { context in
        // The C libraries disagree on whether this can be nil.
        let context: UnsafeMutableRawPointer? = context
        if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().work() }
        return nil
      }, box.toOpaque())
    let created: pthread_t? = handle
    guard code == 0, let created else {
      box.release()
      return nil
    }
    self.handle = created
  }

  /// Waits until the work has ended: what the thread wrote can be read then.
  func join() { pthread_join(handle, nil) }

  private final class Box: Sendable {
    let work: @Sendable () -> Void

    init(work: @escaping @Sendable () -> Void) { self.work = work }
  }
}
