import Testing

@testable import MNISTCore

@Suite struct ClassificationJSONTests {
  private let three = Classification(
    index: 7, label: 3, probabilities: [0.0003, 0, 1e-30, 0.9987, 0, 0.001])
  private let unlabeled = Classification(index: 0, label: nil, probabilities: [1, 0.5])

  @Test func anAnswerIsAnObjectOnALine() {
    #expect(
      three.json()
        == #"{"index":7,"label":3,"predicted":3,"probabilities":[0.0003,0.0,1e-30,0.9987,0.0,0.001]}"#
    )
    #expect(
      unlabeled.json(file: "a\"b\n")
        == #"{"file":"a\"b\n","predicted":0,"probabilities":[1.0,0.5]}"#)
  }

  @Test func aClassWithANameIsCalledByIt() {
    let names = ["eight", "five", "four", "s\u{1B}even", "\"six\"", "nine"]
    #expect(
      three.json(names: names)
        == #"{"index":7,"label":3,"predicted":3,"class":"s\u001beven","#
        + #""probabilities":[0.0003,0.0,1e-30,0.9987,0.0,0.001]}"#)
  }

  @Test func moreMembersFollowInTheirOrder() {
    #expect(
      unlabeled.json(names: ["a", "b"], more: [#""x":1"#, #""a":[]"#])
        == #"{"index":0,"predicted":0,"class":"a","probabilities":[1.0,0.5],"x":1,"a":[]}"#)
  }

  @Test func everyProbabilityComesBackExactly() throws {
    let generator = RandomGenerator(seed: 5)
    let probabilities = (0..<2_000).map { _ in
      // Any positive number up to 1, the smallest ones too.
      Float(bitPattern: generator.next() % (Float(1).bitPattern + 1))
    }
    let line = Classification(index: 0, label: nil, probabilities: probabilities).json()
    let members = try JSONReader.value(in: Array(line.utf8)[...]).object()
    let found = try members[2].value.array().map { value -> Float? in
      guard case .number(let text) = value.content else { return nil }
      return Float(text)
    }
    #expect(found == probabilities)
  }
}
