import Testing

@testable import MNISTCore

@Suite struct TapeTests {
  // MARK: What backward() brings

  @Test func gradientsAccumulateUntilTheyAreZeroed() {
    let x = Parameter(Tensor([1, 2]))
    (x * 3).sum().backward()
    #expect(x.gradient?.numbers == [3, 3])
    (x * x).sum().backward()
    #expect(x.gradient?.numbers == [5, 7])
    let optimizer = SGD([x], learningRate: 1)
    optimizer.zeroGradients()
    #expect(x.gradient == nil)
    (x * 3).sum().backward()
    #expect(x.gradient?.numbers == [3, 3])
  }

  @Test func aTensorUsedTwiceGetsBothGradients() {
    let x = Tensor([3], requiresGradient: true)
    (x * x + x).backward()
    #expect(x.gradient?.numbers == [7])
  }

  @Test func pathsThatPartAndMeetAgainAreAdded() {
    let x = Tensor(2, requiresGradient: true)
    let y = x * x
    let z = y * 3 + y * y
    z.backward()
    // z = 3x² + x⁴, and 6x + 4x³ = 12 + 32
    #expect(x.gradient?.item == 44)
  }

  @Test(arguments: [0, 1])
  func anInputThatAnOperationGivesNoGradientKeepsNoneFromTheOther(_ place: Int) {
    let inputs = [1, 2].map { Tensor($0, requiresGradient: true) }
    let y = Tensor(shape: [], storage: inputs[0].storage, from: inputs) { g in
      [0, 1].map { $0 == place ? g : nil }
    }
    y.backward()
    #expect(inputs.map { $0.gradient?.item } == [0, 1].map { $0 == place ? 1 : nil })
  }

  @Test func backwardFromAnyShapeTakesTheGradientThatIsGiven() {
    let x = Tensor([1, 2], requiresGradient: true)
    (x * x).backward(from: Tensor([10, 100]))
    #expect(x.gradient?.numbers == [20, 400])
  }

  @Test func backwardFromATensorThatWasGivenSetsItsGradient() {
    let x = Tensor(5, requiresGradient: true)
    x.backward()
    #expect(x.gradient?.item == 1)
  }

  @Test func onlyTensorsThatWereGivenKeepAGradient() {
    let x = Tensor(2, requiresGradient: true)
    let constant = Tensor(5)
    let y = x * constant
    (y * y).backward()
    #expect(x.gradient?.item == 100)
    #expect(y.gradient == nil)
    #expect(constant.gradient == nil)
  }

  @Test func theGradientIsNobodyElses() {
    let x = Tensor([1, 2], requiresGradient: true)
    let upstream = Tensor([1, 1])
    x.backward(from: upstream)
    x.backward(from: upstream)
    #expect(x.gradient?.numbers == [2, 2])
    #expect(upstream.numbers == [1, 1])
  }

  @Test func gradientsAreNotRecordedThemselves() {
    let x = Tensor(2, requiresGradient: true)
    (x * x).backward()
    #expect(x.gradient?.requiresGradient == false)
  }

  // MARK: Without gradients

  @Test func nothingIsRecordedWithoutGradients() {
    let x = Tensor(2, requiresGradient: true)
    let y = withoutGradients { x * x }
    #expect(y.item == 4)
    #expect(!y.requiresGradient)
    #expect(y.operation == nil)
    #expect((x * x).requiresGradient)
  }

  @Test func recordingIsOnAgainAfterAnError() {
    struct Failure: Error {}
    let x = Tensor(2, requiresGradient: true)
    #expect(throws: Failure.self) { try withoutGradients { throw Failure() } }
    withoutGradients { withoutGradients {} }
    #expect((x * x).requiresGradient)
  }

  @Test func anotherTaskRecordsAsItDidBefore() async {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        withoutGradients { Tensor(1, requiresGradient: true) * 2 }.requiresGradient
      }
      group.addTask { (Tensor(1, requiresGradient: true) * 2).requiresGradient }
      var answers: Set<Bool> = []
      for await answer in group { answers.insert(answer) }
      #expect(answers == [false, true])
    }
  }

  @Test func nothingIsRecordedForConstants() {
    #expect((Tensor(1) + Tensor(2)).operation == nil)
  }

  @Test func aDetachedTensorStopsTheGradient() {
    let x = Tensor(3, requiresGradient: true)
    let y = x * x
    let z = y.detached() * x
    #expect(!y.detached().requiresGradient)
    #expect(z.item == 27)
    z.backward()
    #expect(x.gradient?.item == 9)
  }

  // MARK: Depth and memory

  @Test func aDeepComputationDoesNotOverflowTheStack() {
    let x = Tensor(1, requiresGradient: true)
    var y: Tensor = x
    for _ in 0..<10_000 { y = y + x }
    y.backward()
    #expect(x.gradient?.item == 10_001)
  }

  @Test func aDeepComputationIsFreedWithoutBackward() {
    for (depth, isShared) in [(10_000, false), (200_000, false), (100_000, true)] {
      weak var first: Tensor?
      do {
        let x = Tensor([1, 1], requiresGradient: true)
        var y = -x
        first = y
        for _ in 0..<depth / 2 { y = -y * (isShared ? x : Tensor(2, requiresGradient: true)) }
        #expect(first != nil)
      }
      #expect(first == nil)
    }
  }

  @Test func backwardFreesTheComputation() {
    let x = Tensor([1, 2], requiresGradient: true)
    weak var inner: Tensor?
    weak var product: Operation?
    func compute() -> Tensor {
      let square = x * x
      inner = square
      product = square.operation
      return square.exponential().sum()
    }
    let loss = compute()
    #expect(inner != nil)
    #expect(product != nil)
    loss.backward()
    #expect(inner == nil)
    #expect(product == nil)
    #expect(loss.item > 0)
  }

  @Test func aDroppedResultFreesTheComputation() {
    let x = Tensor(2, requiresGradient: true)
    weak var inner: Tensor?
    do {
      let square = x * x
      inner = square
      _ = square.exponential()
      // What the dropped result was computed from is still there.
      square.backward()
      #expect(x.gradient?.item == 4)
    }
    #expect(inner == nil)
  }

  /// Changing one gradient in place, as in clipping, must leave the others alone.
  @Test func noTwoTensorsShareAGradient() throws {
    let u = Tensor([1, 2], requiresGradient: true)
    let v = Tensor([3, 4], requiresGradient: true)
    (u + v).sum().backward()
    try #require(u.gradient).copy(from: [9, 9])
    #expect(v.gradient?.numbers == [1, 1])
  }

}
