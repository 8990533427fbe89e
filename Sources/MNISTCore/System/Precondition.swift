/// Stops the program with a sentence where its caller has made a mistake, in every build.
///
/// `precondition` drops its text in an optimised build, and this library is always optimised.
///
/// - Parameter sentence: what was expected and what was found, with both shapes where shapes disagree.
@inline(__always)
func require(
  _ condition: Bool, _ sentence: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !condition { stop(sentence(), file: file, line: line) }
}

/// The same where nothing is left to ask.
@inline(never)
func stop(_ sentence: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
  fatalError(sentence, file: file, line: line)
}
