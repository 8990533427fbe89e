/// A GPU, by OpenCL. The kernels stand in the files beside this one, each with its call.
///
/// Work is put into one queue, in order, and nothing waits for it but `download`, `argmax` and `check`. No kernel adds
/// floats in an order that could change, so the same calls on the same device give the same bits.
final class OpenCLDevice: Device {
  /// What a group of items needs.
  static let groupSize = 256
  static let localByteCount = 24_576

  let queue: OpenCLQueue
  /// 0 … 255 divided by 255, as the CPU rounds them.
  let shades: OpenCLBuffer
  /// Nil where nothing is tried out.
  let tuning: ProductTuning?

  /// - Parameter cache: nil keeps nothing, and tries out nothing that would be kept.
  init(
    _ library: OpenCLLibrary, _ device: OpenCLLibrary.Handle, _ about: OpenCLDescription,
    _ cache: OpenCLCache?
  ) throws(DeviceError) {
    if let problem = about.problem { throw .unusable(device: about.name, problem: problem) }
    queue = try OpenCLQueue(library, device, about)
    let options =
      "-cl-std=CL1.2" + (about.roundsDivisions ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
    for part in [
      ElementwiseKernels.part, ShapeKernels.part, ColumnKernels.part, LossKernels.part,
      UpdateKernels.part, ProductKernels.part,
    ] {
      try queue.build(
        KernelPrelude.source + part.source, options: options, kernels: part.kernels, cache)
    }
    tuning = cache.map { ProductTuning($0, about) }
    shades = OpenCLBuffer(queue, (0...255).map { Float($0) / 255 })
    try check()
  }

  var description: String { queue.description.name }

  func check() throws(DeviceError) { try queue.check() }

  // MARK: Memory

  func allocate(_ count: Int) -> Storage { make(count) }

  func make(_ count: Int) -> OpenCLStorage {
    OpenCLStorage(OpenCLBuffer(queue, byteCount: 4 * count), count: count, device: self)
  }

  func upload(_ numbers: [Float]) -> Storage {
    OpenCLStorage(OpenCLBuffer(queue, numbers), count: numbers.count, device: self)
  }

  func upload(bytes: [UInt8]) -> ByteStorage { OpenCLByteStorage(bytes, self) }

  /// Numbers of rows and columns for a kernel.
  func upload(places: [Int]) -> OpenCLBuffer {
    OpenCLBuffer(queue, places.map { Int32($0) })
  }

  func download(_ x: Storage) -> [Float] { own(x).numbers }

  func write(_ numbers: [Float], to target: Overwriting) {
    let target = own(target)
    requireCount(of: numbers, toFill: target)
    target.buffer.write(numbers)
  }

  // MARK: Launching

  typealias Argument = OpenCLQueue.Argument

  func argument(_ storage: OpenCLStorage) -> Argument { argument(storage.buffer) }
  func argument(_ buffer: OpenCLBuffer) -> Argument { .buffer(buffer) }

  /// A kernel that does something for each of `count` numbers, and is told that last.
  func launch(_ name: String, count: Int, _ arguments: [Argument]) {
    queue.launch(
      name, groups: [Self.groups(count, of: Self.groupSize)], of: [Self.groupSize],
      arguments + [.count(count)])
  }

  /// The same for each place of a matrix; its kernel is told the columns, then the rows.
  func launch(_ name: String, columns: Int, rows: Int, _ arguments: [Argument]) {
    queue.launch(
      name, groups: [Self.groups(columns, of: 32), Self.groups(rows, of: 8)], of: [32, 8],
      arguments + [.count(columns), .count(rows)])
  }

  static func groups(_ count: Int, of size: Int) -> Int { (count + size - 1) / size }

  // MARK: Its own storages

  func own(_ storage: Storage) -> OpenCLStorage {
    requireOwn(storage)
    return unsafeDowncast(storage, to: OpenCLStorage.self)
  }

  func own(_ target: Overwriting) -> OpenCLStorage { own(target.storage) }

  func own(_ bytes: ByteStorage) -> OpenCLBuffer {
    requireOwn(bytes)
    return unsafeDowncast(bytes, to: OpenCLByteStorage.self).buffer
  }
}

/// Some kernels that are compiled together.
struct KernelPart {
  let kernels: [String]
  let source: String
}
