/// A library of the system's that this program can do without.
///
/// It is opened when it is asked for and never linked: a program starts where the library is missing, and
/// starts faster where it is not needed. Once open it stays loaded until the process ends.
struct DynamicLibrary {
  /// The library or one of its functions is not there.
  struct Missing: Error, Equatable {
    /// The file names that were tried, in this order.
    let names: [String]
    /// The function that the library lacks; nil where no library was found.
    var function: String?
  }

  private let names: [String]
  private let handle: UnsafeMutableRawPointer

  /// Opens the first of `names` that the system finds.
  init(_ names: [String]) throws(Missing) {
    guard let handle = names.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first else {
      throw Missing(names: names)
    }
    self.names = names
    self.handle = handle
  }

  /// The address of a function, for callers in C.
  func address(_ name: String) throws(Missing) -> UnsafeMutableRawPointer {
    guard let address = dlsym(handle, name) else { throw Missing(names: names, function: name) }
    return address
  }

  /// The function `name`. `Function` must be its type, marked `@convention(c)`, which nobody can check.
  func function<Function>(_ name: String) throws(Missing) -> Function {
    unsafeBitCast(try address(name), to: Function.self)
  }
}
