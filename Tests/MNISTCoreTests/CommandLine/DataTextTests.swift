import Testing

@testable import MNISTCore

@Suite struct DataTextTests {
  @Test(arguments: [(0, 0), (999, 0), (1_000, 1), (1_999, 1), (11_594_722, 11_594)])
  func aDownloadIsToldInWholeKilobytes(_ bytes: Int, _ kilobytes: Int) {
    #expect(
      DataText.line(DownloadEvent.progress(file: "f.gz", receivedBytes: bytes))
        == "f.gz: \(kilobytes) kB")
  }

  /// Then a mirror that was named had its effect.
  @Test func aDownloadThatWasBegunIsRemembered() {
    var console = Console(tool: "tool-under-test")
    console.report(.finished(set: "MNIST", folder: "d"))
    #expect(!console.hasDownloaded)
    console.report(.started(set: "MNIST", folder: "d"))
    #expect(console.hasDownloaded)
  }
}
