import FoundationEssentials
import Testing

@testable import MNISTCore

@Suite struct RunSearchTests {
  /// The runs found from these folders, and the reasons for folders that were not looked into.
  private func search(_ names: [String], in folder: String) -> (
    runs: [String], failures: [FileError]
  ) {
    var search = RunSearch()
    for name in names { search.add(name.isEmpty ? folder : "\(folder)/\(name)") }
    return (search.runs.map { String($0.dropFirst(folder.count + 1)) }, search.failures)
  }

  private func put(_ runs: [String], in folder: String) throws {
    for run in runs {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(run)", withIntermediateDirectories: true)
      for name in ["config.json", "metrics.csv"] {
        try SmallSets.write([], "\(folder)/\(run)/\(name)")
      }
    }
  }

  @Test func runsAreFoundSomeLevelsDeepInTheOrderOfTheirNames() throws {
    try SmallSets.withFolder { folder in
      try put(["b", "a/2", "a/1/x/y", "a/1/x/z/v", "b/inside", ".old/c", "a/.old"], in: folder)
      #expect(search([""], in: folder).runs == ["a/1/x/y", "a/2", "b"])
      #expect(search(["a/1", "b/"], in: folder).runs == ["a/1/x/y", "a/1/x/z/v", "b/"])
      // Each once, however it is named.
      #expect(search(["a/1", "a/2", "a"], in: folder).runs == ["a/1/x/y", "a/1/x/z/v", "a/2"])
      #expect(search(["b", "", "b/../b", "a"], in: folder).runs == ["b", "a/1/x/y", "a/2"])
    }
  }

  @Test func aFolderWithoutRunsStandsForItself() throws {
    try SmallSets.withFolder { folder in
      try put(["a"], in: folder)
      try FileManager.default.createDirectory(
        atPath: "\(folder)/empty/below", withIntermediateDirectories: true)
      // Named outright it is a run; found, only where its configuration is that of a run.
      try SmallSets.write([], "\(folder)/empty/below/config.json")
      #expect(search(["empty", "no", "a"], in: folder).runs == ["empty", "no", "a"])
      #expect(search(["empty/below"], in: folder).runs == ["empty/below"])
      #expect(search([""], in: folder).runs == ["a"])
      try SmallSets.write(
        Array(SampleRuns.configuration().json.utf8), "\(folder)/empty/below/config.json")
      #expect(search([""], in: folder).runs == ["a", "empty/below"])
      #expect(search([""], in: folder).failures == [])
    }
  }

  @Test func linksAreFollowedButNotBack() throws {
    try SmallSets.withFolder { folder in
      try put(["other/r", "runs/a", "next/b"], in: folder)
      for (name, target) in [("runs/loop", ".."), ("runs/self", "."), ("runs/other", "../other")] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/\(name)", withDestinationPath: target)
      }
      #expect(search(["runs"], in: folder).runs == ["runs/a", "runs/other/r"])
    }
  }
}
