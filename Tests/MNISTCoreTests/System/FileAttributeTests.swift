import Foundation
import Testing

@testable import MNISTCore

#if os(Linux)
  @Suite struct FileAttributeTests {
    private static let name = "user.mnist-train.test"

    @Test func aTextComesBackAndTakesThePlaceOfTheOneBefore() throws {
      try SmallSets.withFolder(["f": []]) { folder in
        let path = "\(folder)/f"
        // Not every file system keeps attributes.
        guard systemKeeps([1], of: path) else { return }
        let texts = ["b", "/données/漢", String(repeating: "x", count: 2_000)]
        for text in texts {
          FileAttribute.set(text, Self.name, of: path)
          #expect(FileAttribute.text(Self.name, of: path) == text)
        }
        FileAttribute.set("", Self.name, of: path)
        #expect(FileAttribute.text(Self.name, of: path) == texts[2])
        #expect(FileAttribute.text(Self.name + "-2", of: path) == nil)
        #expect(systemKeeps([], of: path))
        #expect(FileAttribute.text(Self.name, of: path) == nil)
      }
    }

    private func systemKeeps(_ bytes: [UInt8], of path: String) -> Bool {
      typealias Call =
        @convention(c) (
          UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, Int32
        ) -> Int32
      guard let symbol = dlsym(nil, "setxattr") else { return false }
      return unsafeBitCast(symbol, to: Call.self)(path, Self.name, bytes, bytes.count, 0) == 0
    }
  }
#endif
