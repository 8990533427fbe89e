import Foundation
import Testing

@testable import MNISTCore

@Suite struct TerminalTests {
  @Test func onlyWhatIsSetAndMattersIsTold() {
    let all = ProcessInfo.processInfo.environment
    let names = ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR"]
    #expect(Terminal.environment == all.filter { names.contains($0.key) })
  }

  @Test func thereIsAlwaysAWidth() {
    #expect(Terminal.columns >= 1)
    if !Terminal.isStandardError { #expect(Terminal.columns == 80) }
  }
}
