import Foundation
import Testing

@testable import MNISTCore

@Suite struct TerminalTests {
  @Test func onlyWhatIsSetAndMattersIsTold() {
    let all = ProcessInfo.processInfo.environment
    let names = ["TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR"]
    #expect(Terminal.environment == all.filter { names.contains($0.key) })
  }

  @Test(arguments: [
    ("xterm", true, true), ("xterm", false, false), ("dumb", true, false), ("", true, false),
    (nil, true, false),
  ])
  func aLineIsDrawnOverOnlyOnATerminalThatCan(
    _ term: String?, _ isTerminal: Bool, _ expected: Bool
  ) {
    let environment = term.map { ["TERM": $0, "NO_COLOR": "1"] } ?? [:]
    #expect(Terminal.canRedraw(environment: environment, isTerminal: isTerminal) == expected)
  }

  @Test(arguments: [(5, true), (4, false), (0, false), (-1, true)] as [(pid_t, Bool)])
  func whoeverTheTerminalListensToDrawsAndElseNobody(_ terminalGroup: pid_t, _ expected: Bool) {
    #expect(Terminal.isForeground(group: 5, terminalGroup: terminalGroup) == expected)
  }

  @Test func thereIsAlwaysAWidth() {
    #expect(ProcessStream.error.columns >= 1)
    if !ProcessStream.error.isTerminal { #expect(ProcessStream.error.columns == 80) }
  }
}
