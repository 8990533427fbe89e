import Foundation
import Testing

@testable import MNISTCore

@Suite struct LogLinkTests {
  @Test(arguments: [
    ("m", "runs/a", "runs/a"), ("models/m", "runs/a", "../runs/a"), ("runs/a/m", "runs/a", "."),
    ("a/b/m", "c", "../../c"), ("m ü", "r ü/ü", "r ü/ü"),
  ])
  func theLogIsFoundAgain(_ model: String, _ log: String, _ way: String) throws {
    try SmallSets.withFolder { folder in
      let folder = OutputTarget.absolutePath(folder)
      try SmallSets.put([model: [1]], in: folder)
      let configuration = SampleRuns.configuration(modelPath: "\(folder)/\(model)")
      let directory = try RunLog("\(folder)/\(log)", configuration).directory
      let link = LogLink(of: "\(folder)/\(model)")
      #expect(link.folder(of: configuration) == nil)
      try link.set(directory)
      let name = model.split(separator: "/").last ?? ""
      #expect(link.path.hasSuffix("/.\(name).log"))
      #expect(try SmallSets.content(link.path) == Array("\(way)\n".utf8))
      #expect(link.folder(of: configuration) == directory)
      // Another run in the same file has no log there.
      #expect(
        link.folder(
          of: SampleRuns.configuration(seed: 9, modelPath: "\(folder)/\(model)")) == nil)
    }
  }

  @Test func aProjectThatIsMovedTakesItsLogsAlong() throws {
    try SmallSets.withFolder { folder in
      let folder = OutputTarget.absolutePath(folder)
      try SmallSets.put(["p/m": [1]], in: folder)
      let before = SampleRuns.configuration(modelPath: "\(folder)/p/m")
      try LogLink(of: "\(folder)/p/m").set(RunLog("\(folder)/p/a", before).directory)
      try FileManager.default.copyItem(atPath: "\(folder)/p", toPath: "\(folder)/copy")
      // Two runs in one log would spoil it: a copy's log is that of the run that was copied.
      let copy = SampleRuns.configuration(modelPath: "\(folder)/copy/m")
      #expect(LogLink(of: copy.modelPath).folder(of: copy) == nil)
      try FileManager.default.removeItem(atPath: "\(folder)/p")
      #expect(LogLink(of: copy.modelPath).folder(of: copy) == "\(folder)/copy/a")
    }
  }

  @Test func aLinkHasAtMost65536Bytes() throws {
    try SmallSets.withFolder { folder in
      let folder = OutputTarget.absolutePath(folder)
      let configuration = SampleRuns.configuration(modelPath: "\(folder)/m")
      let directory = try RunLog("\(folder)/a", configuration).directory
      let link = LogLink(of: "\(folder)/m")
      var text = Array(String(repeating: "./", count: 32_767).utf8) + Array("a\n".utf8)
      try SmallSets.write(text, link.path)
      #expect(link.folder(of: configuration) == directory)
      text += Array("\n".utf8)
      try SmallSets.write(text, link.path)
      #expect(link.folder(of: configuration) == nil)
    }
  }

  @Test(arguments: ["", "\n", "../../../../../..\n", "/\n", "no\n", "\u{0}\n"])
  func aWayToNothingIsNone(_ text: String) throws {
    try SmallSets.withFolder { folder in
      let link = LogLink(of: "\(folder)/m")
      try SmallSets.write(Array(text.utf8), link.path)
      #expect(link.folder(of: SampleRuns.configuration()) == nil)
    }
  }
}
