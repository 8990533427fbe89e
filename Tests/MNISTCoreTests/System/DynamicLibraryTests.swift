import Testing

@testable import MNISTCore

@Suite struct DynamicLibraryTests {
  /// C's mathematics, under its names on Linux and on macOS, and a library that has none.
  private static let names = [
    "no-such-library.so", "libm.so.6", "libc.so.6", "/usr/lib/libSystem.B.dylib",
  ]

  @Test func theFirstNameThatIsThereIsOpenedAndItsFunctionsCalled() throws {
    let library = try DynamicLibrary(Self.names)
    let cosine: @convention(c) (Double) -> Double = try library.function("cos")
    #expect(cosine(0) == 1)
  }

  @Test func aLibraryThatIsMissingIsAnErrorWithEveryName() {
    let names = ["no-such-library.so.1", "no-such-library.so"]
    #expect(throws: DynamicLibrary.Missing(names: names)) { try DynamicLibrary(names) }
  }

  @Test func aFunctionThatIsMissingIsNamed() throws {
    let library = try DynamicLibrary(Self.names)
    let error = DynamicLibrary.Missing(names: Self.names, function: "no_such_function")
    #expect(throws: error) { try library.address("no_such_function") }
  }
}
