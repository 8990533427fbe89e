import Synchronization

/// The one way to a device of OpenCL: its memory, its kernels, and the queue in which it works off, in order,
/// what it is given.
///
/// Nothing here throws, as nothing in `Device` does. The first failure is kept: from then on nothing is sent to the
/// device any more, numbers that it should give are NaN, and `check` throws.
final class OpenCLQueue: @unchecked Sendable {
  typealias Handle = OpenCLLibrary.Handle

  let description: OpenCLDescription
  private let library: OpenCLLibrary
  private let device: Handle
  private let context: Handle
  private let queue: Handle

  private struct State: @unchecked Sendable {
    var failure: DeviceError?
    /// Buffers that wait for their next use, by size. As the queue is in order, a buffer may be used again while
    /// commands that read it still wait.
    var idle: [Int: [Handle]] = [:]
    /// What all buffers hold, idle ones too.
    var byteCount = 0
    var kernels: [String: Handle] = [:]
    var programs: [Handle] = []
    /// Memory of this program that commands read or write, with the number of the last that does.
    var held: [(memory: UnsafeMutableRawPointer, command: Int)] = []
    /// Of commands so far.
    var commandCount = 0
    var launches: [String: Int] = [:]
  }

  private let state = Mutex(State())

  init(
    _ library: OpenCLLibrary, _ device: Handle, _ description: OpenCLDescription
  ) throws(DeviceError) {
    (self.library, self.device, self.description) = (library, device, description)
    var code: Int32 = 0
    var devices: Handle? = device
    guard let context = library.createContext(nil, 1, &devices, nil, nil, &code), code == 0 else {
      throw Self.error(code, "clCreateContext", description)
    }
    guard let queue = library.createCommandQueue(context, device, 0, &code), code == 0 else {
      _ = library.releaseContext(context)
      throw Self.error(code, "clCreateCommandQueue", description)
    }
    (self.context, self.queue) = (context, queue)
  }

  deinit {
    state.withLock { state in
      for (_, buffers) in state.idle {
        for buffer in buffers { _ = library.releaseMemObject(buffer) }
      }
      for (_, kernel) in state.kernels { _ = library.releaseKernel(kernel) }
      for program in state.programs { _ = library.releaseProgram(program) }
      // After a failure nobody knows what the driver still writes to.
      if library.finish(queue) == 0 { freeHeld(upTo: .max, &state) }
    }
    _ = library.releaseCommandQueue(queue)
    _ = library.releaseContext(context)
  }

  /// Throws what has gone wrong so far.
  func check() throws(DeviceError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// How often each kernel has been launched.
  var launches: [String: Int] { state.withLock { $0.launches } }

  /// How many pieces of memory are held for commands that may not be done.
  var heldCount: Int { state.withLock { $0.held.count } }

  private static func error(
    _ code: Int32, _ call: String, _ description: OpenCLDescription
  ) -> DeviceError {
    switch code {
    case OpenCLLibrary.Constant.memoryAllocationFailure, OpenCLLibrary.Constant.invalidBufferSize:
      .outOfMemory(device: description.name, byteCount: description.memoryByteCount)
    default: .failed(device: description.name, call: call, code: code)
    }
  }

  /// Calls OpenCL unless something has failed before; whether it went well.
  @discardableResult
  private func call(_ name: String, _ state: inout State, _ body: () -> Int32) -> Bool {
    guard state.failure == nil else { return false }
    let code = body()
    if code != 0 { state.failure = Self.error(code, name, description) }
    return code == 0
  }

  // MARK: Memory

  /// Sizes are rounded up to these steps, so that idle buffers fit more often; there is no buffer of 0 bytes.
  private static func capacity(_ byteCount: Int) -> Int { max(256, (byteCount + 255) & ~255) }

  /// A buffer of this many bytes at least; nil where that failed.
  func take(_ byteCount: Int) -> Handle? {
    let capacity = Self.capacity(byteCount)
    return state.withLock { state in
      guard state.failure == nil else { return nil }
      if let buffer = state.idle[capacity]?.popLast() { return buffer }
      if state.byteCount + capacity > description.memoryByteCount { releaseIdle(&state) }
      guard capacity <= description.largestAllocation,
        state.byteCount + capacity <= description.memoryByteCount
      else {
        state.failure = .outOfMemory(
          device: description.name, byteCount: description.memoryByteCount)
        return nil
      }
      var (buffer, code) = create(capacity)
      if code != 0 {
        // Others may use the device's memory too.
        releaseIdle(&state)
        (buffer, code) = create(capacity)
      }
      guard call("clCreateBuffer", &state, { code }), let buffer else { return nil }
      state.byteCount += capacity
      return buffer
    }
  }

  private func create(_ capacity: Int) -> (buffer: Handle?, code: Int32) {
    var code: Int32 = 0
    let buffer = library.createBuffer(
      context, OpenCLLibrary.Constant.readAndWrite, capacity, nil, &code)
    return (buffer, code)
  }

  private func releaseIdle(_ state: inout State) {
    for (capacity, buffers) in state.idle {
      for buffer in buffers { _ = library.releaseMemObject(buffer) }
      state.byteCount -= capacity * buffers.count
    }
    state.idle = [:]
  }

  func give(_ buffer: Handle, _ byteCount: Int) {
    state.withLock { $0.idle[Self.capacity(byteCount), default: []].append(buffer) }
  }

  /// More than this is not copied before it is sent.
  private static let stagingLimit = 1 << 20

  /// Sends the bytes; small ones without waiting.
  func write(_ bytes: UnsafeRawBufferPointer, to buffer: Handle?) {
    guard let buffer, let start = bytes.baseAddress, bytes.count > 0 else { return }
    state.withLock { state in
      guard state.failure == nil else { return }
      guard bytes.count <= Self.stagingLimit else {
        call("clEnqueueWriteBuffer", &state) {
          library.enqueueWriteBuffer(queue, buffer, 1, 0, bytes.count, start, 0, nil, nil)
        }
        return
      }
      let copy = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 16)
      copy.copyMemory(from: start, byteCount: bytes.count)
      state.commandCount += 1
      state.held.append((copy, state.commandCount))
      call("clEnqueueWriteBuffer", &state) {
        library.enqueueWriteBuffer(queue, buffer, 0, 0, bytes.count, copy, 0, nil, nil)
      }
    }
  }

  /// Waits for everything before, and takes the bytes.
  func read(_ buffer: Handle?, into bytes: UnsafeMutableRawBufferPointer) {
    guard let buffer, let start = bytes.baseAddress, bytes.count > 0 else { return }
    state.withLock { state in
      let isDone = call("clEnqueueReadBuffer", &state) {
        library.enqueueReadBuffer(queue, buffer, 1, 0, bytes.count, start, 0, nil, nil)
      }
      if isDone { freeHeld(upTo: state.commandCount, &state) }
    }
  }

  /// Once this command is known to be done, and with it all before.
  private func freeHeld(upTo command: Int, _ state: inout State) {
    let kept = state.held.partition { $0.command <= command }
    for held in state.held[kept...] { held.memory.deallocate() }
    state.held.removeSubrange(kept...)
  }

  // MARK: A number that is fetched early

  /// A number on its way to this program since the command after which it was known.
  struct ComingNumber: @unchecked Sendable {
    fileprivate let event: Handle
    fileprivate let number: UnsafeMutablePointer<Float>
    fileprivate let command: Int
  }

  /// Begins to fetch the first number of a buffer: whoever asks for it later does not wait for the commands that
  /// follow.
  func fetch(_ buffer: Handle?) -> ComingNumber? {
    guard let buffer else { return nil }
    return state.withLock { state in
      let number = UnsafeMutablePointer<Float>.allocate(capacity: 1)
      var event: Handle?
      state.commandCount += 1
      let isSent = call("clEnqueueReadBuffer", &state) {
        library.enqueueReadBuffer(queue, buffer, 0, 0, 4, number, 0, nil, &event)
      }
      guard isSent, let event else {
        number.deallocate()
        return nil
      }
      call("clFlush", &state) { library.flush(queue) }
      return ComingNumber(event: event, number: number, command: state.commandCount)
    }
  }

  /// Waits for the number; NaN where it does not come.
  func value(of coming: ComingNumber) -> Float {
    state.withLock { state in
      var event: Handle? = coming.event
      let hasCome = call("clWaitForEvents", &state) { library.waitForEvents(1, &event) }
      guard hasCome else { return .nan }
      freeHeld(upTo: coming.command - 1, &state)
      return coming.number.pointee
    }
  }

  func release(_ coming: ComingNumber) {
    state.withLock { state in
      _ = library.releaseEvent(coming.event)
      state.held.append((UnsafeMutableRawPointer(coming.number), coming.command))
    }
  }

  // MARK: Kernels

  /// Compiles the source, and takes the kernels of these names from it.
  func build(
    _ source: String, options: String, kernels names: [String], _ cache: OpenCLCache? = nil
  ) throws(DeviceError) {
    let program = try OpenCLProgram(
      library: library, context: context, device: device, description: description
    ).make(source, options: options, cache)
    try state.withLock { state throws(DeviceError) in
      state.programs.append(program)
      for name in names {
        var code: Int32 = 0
        guard let kernel = library.createKernel(program, name, &code), code == 0 else {
          throw Self.error(code, "clCreateKernel of \(name)", description)
        }
        state.kernels[name] = kernel
      }
    }
  }

  /// What a kernel is given.
  enum Argument {
    case buffer(OpenCLBuffer)
    case count(Int)
    case integer(Int)
    case number(Float)
    case bits(UInt64)
  }

  /// Puts a kernel into the queue; where a count is 0, there is nothing to do.
  ///
  /// - Parameters:
  ///   - groups: how many groups of items, in up to three directions.
  ///   - size: items in a group, in as many directions.
  func launch(_ name: String, groups: [Int], of size: [Int], _ arguments: [Argument]) {
    guard !groups.contains(0) else { return }
    state.withLock { state in
      guard state.failure == nil else { return }
      guard let kernel = state.kernels[name] else { stop("there is no kernel \(name)") }
      for (index, argument) in arguments.enumerated() {
        call("clSetKernelArg", &state) { set(argument, UInt32(index), of: kernel) }
      }
      state.launches[name, default: 0] += 1
      let items = zip(groups, size).map { $0 * $1 }
      call("clEnqueueNDRangeKernel", &state) {
        library.enqueueNDRangeKernel(
          queue, kernel, UInt32(size.count), nil, items, size, 0, nil, nil)
      }
    }
  }

  private func set(_ argument: Argument, _ index: UInt32, of kernel: Handle) -> Int32 {
    func set<Value: BitwiseCopyable>(_ value: Value) -> Int32 {
      withUnsafeBytes(of: value) {
        // Never empty.
        $0.baseAddress.map { library.setKernelArg(kernel, index, MemoryLayout<Value>.size, $0) }
          ?? -1
      }
    }
    return switch argument {
    case .buffer(let buffer): set(buffer.handle)
    case .count(let count): set(Int64(count))
    case .integer(let integer): set(Int32(integer))
    case .number(let number): set(number)
    case .bits(let bits): set(bits)
    }
  }

  /// Has the device begin with what it was given.
  func flush() {
    state.withLock { state in _ = call("clFlush", &state) { library.flush(queue) } }
  }

  /// Waits until the device has done all that it was given; whether it has.
  func finish() -> Bool {
    state.withLock { state in call("clFinish", &state) { library.finish(queue) } }
  }
}
