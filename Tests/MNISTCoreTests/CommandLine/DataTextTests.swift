import Testing

@testable import MNISTCore

@Suite struct DataTextTests {
  @Test(arguments: [(0, 0), (999, 0), (1_000, 1), (1_999, 1), (11_594_722, 11_594)])
  func aDownloadIsToldInWholeKilobytes(_ bytes: Int, _ kilobytes: Int) {
    #expect(
      DataText.line(DownloadEvent.progress(file: "f.gz", receivedBytes: bytes))
        == "f.gz: \(kilobytes) kB")
  }

  @Test(arguments: [
    (17, "f.gz: 11594 kB"), (16, "f.gz: 11594 k"), (4, "f"), (3, ""), (2, ""), (0, ""),
  ])
  func itsProgressFitsIntoTheTerminal(_ columns: Int, _ line: String) {
    let event = DownloadEvent.progress(file: "f.gz", receivedBytes: 11_594_722)
    #expect(DataText.line(event, columns: columns) == line)
  }

  @Test func aPublishedSetIsNeverOdd() {
    let images = ImageSet(height: 1, width: 1, pixels: [1, 0], labels: [0, 1])
    let data = LoadedImages(images: images, origin: .published(name: "MNIST", folder: "d"))
    #expect(DataText.warnings(data, isTrain: true) == [])
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
