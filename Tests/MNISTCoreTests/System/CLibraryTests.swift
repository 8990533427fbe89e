import Foundation
import Testing

@testable import MNISTCore

@Suite struct CLibraryTests {
  @Test func aVariableOfTheEnvironmentIsReadAndOneThatIsNotSetIsNil() {
    #expect(CLibrary.environment("PATH") == ProcessInfo.processInfo.environment["PATH"])
    #expect(CLibrary.environment("MNIST_NO_SUCH_VARIABLE") == nil)
  }

  @Test func theMachineIsCalledAsTheSystemCallsIt() {
    var system = utsname()
    #expect(uname(&system) == 0)
    let name = withUnsafeBytes(of: &system.nodename) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    #expect(CLibrary.hostName == name)
  }

  @Test func numbersAreTheirBytesInLittleEndianOrder() {
    var bytes: [UInt8] = [9]
    NumberBytes.append([1, -2] as [Float], to: &bytes)
    NumberBytes.append([-3] as [Int64], to: &bytes)
    let expected: [UInt8] =
      [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0xFD] + [UInt8](repeating: 0xFF, count: 7)
    #expect(bytes == [9] + expected)
    #expect(NumberBytes.numbers(in: bytes[1..<9]) == [1, -2] as [Float])
    #expect(NumberBytes.numbers(in: bytes[9...]) == [-3] as [Int64])
    #expect(NumberBytes.numbers(in: bytes[17...]) == [] as [Float])
    // A number that is not whole is passed over.
    #expect(NumberBytes.numbers(in: bytes[1..<8]) == [1] as [Float])
  }
}
