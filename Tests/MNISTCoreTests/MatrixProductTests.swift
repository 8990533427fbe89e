import Testing

@testable import MNISTCore

@Suite struct MatrixProductTests {
  @Test func x() { 
    print("hi")
  }
}
