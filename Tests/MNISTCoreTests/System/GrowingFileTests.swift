import Foundation
import Testing

@testable import MNISTCore

@Suite struct GrowingFileTests {
  @Test func theFileIsThereWhenItIsWhole() throws {
    try SmallSets.withFolder(["old.csv": Array("old".utf8)]) { folder in
      for name in ["new.csv", "old.csv"] {
        let before = try? SmallSets.content("\(folder)/\(name)")
        let file = try GrowingFile("\(folder)/\(name)")
        try file.append("a,")
        try file.append("é\n")
        #expect((try? SmallSets.content("\(folder)/\(name)")) == before)
        try file.finish()
        #expect(try SmallSets.content("\(folder)/\(name)") == Array("a,é\n".utf8))
      }
      #expect(try SmallSets.names(folder) == ["new.csv", "old.csv"])
    }
  }

  @Test func nothingIsLeftOfAFileThatIsNotFinished() throws {
    try SmallSets.withFolder(["old.csv": Array("old".utf8)]) { folder in
      for name in ["new.csv", "old.csv"] {
        let file = try GrowingFile("\(folder)/\(name)")
        try file.append("half")
      }
      #expect(try SmallSets.names(folder) == ["old.csv"])
      #expect(try SmallSets.content("\(folder)/old.csv") == Array("old".utf8))
    }
  }

  @Test func anOldFilesPermissionsAndALinkStay() throws {
    try SmallSets.withFolder(["old.csv": Array("old".utf8)]) { folder in
      let manager = FileManager.default
      try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(folder)/old.csv")
      try manager.createSymbolicLink(
        atPath: "\(folder)/link", withDestinationPath: "old.csv")
      let file = try GrowingFile("\(folder)/link")
      try file.append("new")
      try file.finish()
      #expect(try SmallSets.content("\(folder)/old.csv") == Array("new".utf8))
      #expect(try manager.destinationOfSymbolicLink(atPath: "\(folder)/link") == "old.csv")
      let permissions = try manager.attributesOfItem(atPath: "\(folder)/old.csv")[.posixPermissions]
      #expect(permissions as? Int == 0o640)
    }
  }

  @Test func whatIsNoFileIsRefusedAtOnce() throws {
    try SmallSets.withFolder { folder in
      #expect(throws: FileError.notARegularFile(path: folder, kind: "a folder")) {
        try GrowingFile(folder)
      }
      #expect(throws: FileError.missingFolder(path: "\(folder)/no/a", folder: "\(folder)/no")) {
        try GrowingFile("\(folder)/no/a")
      }
      #expect(throws: FileError.emptyPath) { try GrowingFile("") }
    }
  }
}
