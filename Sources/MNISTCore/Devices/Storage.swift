/// Numbers in float32 that lie on a device. Who makes, reads and writes them is the device.
///
/// Tensors that share numbers (by `detached()`, `reshaped`, `Parameter(_:)`) share the storage, and with it
/// the version: whoever overwrites the numbers, a gradient through the old ones is noticed.
class Storage {
  let device: any Device
  let count: Int
  /// How often the numbers were overwritten after they were made.
  private(set) var version = 0

  init(device: any Device, count: Int) {
    require(count >= 0, "a storage cannot hold \(count) numbers")
    self.device = device
    self.count = count
  }

  fileprivate func raiseVersion() { version += 1 }
}

/// Leave to overwrite a storage. To ask for it raises the storage's version, and a device writes into
/// nothing that it has not made itself or been given so.
struct Overwriting {
  let storage: Storage

  init(_ storage: Storage) {
    storage.raiseVersion()
    self.storage = storage
  }
}

/// Bytes that lie on a device, such as the pixels of a data set. Nothing writes into them.
class ByteStorage {
  let device: any Device
  let count: Int

  init(device: any Device, count: Int) {
    self.device = device
    self.count = count
  }
}

/// Mistakes of a program, which every device answers alike.
extension Device {
  func requireOwn(_ storage: Storage) {
    require(storage.device === self, "numbers on \(storage.device) cannot be used on \(self)")
  }

  func requireOwn(_ bytes: ByteStorage) {
    require(bytes.device === self, "bytes on \(bytes.device) cannot be used on \(self)")
  }

  func requireCount(of numbers: [Float], toFill target: Storage) {
    require(
      numbers.count == target.count, "\(numbers.count) numbers cannot fill \(target.count)")
  }

  func requireCount(of x: Storage, toMeet y: Storage) {
    require(x.count == y.count, "\(x.count) numbers cannot meet \(y.count)")
  }
}
