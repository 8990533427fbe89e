import Testing

/// Records an issue unless the process ended with this sentence.
func expectSentence(
  _ sentence: String, _ result: ExitTest.Result?,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let printed = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  #expect(printed.contains("Fatal error: \(sentence)\n"), sourceLocation: sourceLocation)
}
