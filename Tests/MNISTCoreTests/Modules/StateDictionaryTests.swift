import Testing

@testable import MNISTCore

@Suite struct StateDictionaryTests {
  private let model = ImageClassifier(
    inputSize: 3, outputSize: 2, hiddenSizes: [4], regularization: .batchNorm,
    using: RandomGenerator(seed: 1))

  @Test func namesKeepTheOrderTheyCameIn() {
    var state = StateDictionary()
    let value = TensorValue([1] as [Float], shape: [1])
    state["b"] = value
    state["a"] = value
    state["c"] = value
    state["b"] = TensorValue([2] as [Float], shape: [1])
    #expect(state.names == ["b", "a", "c"])
    #expect(state["b"] == TensorValue([2] as [Float], shape: [1]))
    state["a"] = nil
    state["nothing"] = nil
    #expect(state.names == ["b", "c"])
    #expect(state["a"] == nil)
  }

  @Test func namesAndOrderArePyTorchs() {
    let model = ImageClassifier(
      inputSize: 9, outputSize: 2, hiddenSizes: [4, 3], regularization: .batchNorm,
      using: RandomGenerator(seed: 1))
    #expect(
      model.stateDictionary.names == [
        "layers.0.block.0.weight", "layers.0.block.0.bias", "layers.0.block.2.weight",
        "layers.0.block.2.bias", "layers.0.block.2.running_mean", "layers.0.block.2.running_var",
        "layers.0.block.2.num_batches_tracked",
        "layers.1.block.0.weight", "layers.1.block.0.bias", "layers.1.block.2.weight",
        "layers.1.block.2.bias", "layers.1.block.2.running_mean", "layers.1.block.2.running_var",
        "layers.1.block.2.num_batches_tracked",
        "layers.2.weight", "layers.2.bias",
      ])
    #expect(model.stateDictionary["layers.1.block.0.weight"]?.shape == [3, 4])
    #expect(
      model.stateDictionary["layers.0.block.2.num_batches_tracked"]
        == TensorValue([0] as [Int64], shape: []))
  }

  @Test func dropoutHasNoState() {
    let model = ImageClassifier(
      inputSize: 3, outputSize: 2, hiddenSizes: [4],
      regularization: .dropout(probability: 0.5, generator: CounterGenerator(seed: 0)),
      using: RandomGenerator(seed: 1))
    #expect(
      model.stateDictionary.names == [
        "layers.0.block.0.weight", "layers.0.block.0.bias", "layers.1.weight", "layers.1.bias",
      ])
  }

  /// One step of training: parameters, running statistics and the count change.
  private func trainOnce() {
    let x = TensorValue.random([5, 3], seed: 2).tensor()
    let optimizer = Adam(model.parameters)
    let loss = NLLLoss()(model(x), [0, 1, 0, 1, 1])
    optimizer.zeroGradients()
    loss.backward()
    optimizer.step()
  }

  @Test func aSnapshotDoesNotFollowTheModel() throws {
    let snapshot = model.stateDictionary
    let copy = snapshot
    trainOnce()
    let now = model.stateDictionary
    #expect(snapshot == copy)
    for name in snapshot.names {
      #expect(now[name] != snapshot[name], "\(name)")
    }
    try model.load(stateDictionary: snapshot)
    #expect(model.stateDictionary == snapshot)
    trainOnce()
    #expect(model.stateDictionary == now)
    #expect(snapshot == copy)
  }

  @Test func aStateGoesIntoAnotherModel() throws {
    trainOnce()
    #expect(
      model.stateDictionary["layers.0.block.2.num_batches_tracked"]
        == TensorValue([1] as [Int64], shape: []))
    let other = ImageClassifier(
      inputSize: 3, outputSize: 2, hiddenSizes: [4], regularization: .batchNorm,
      using: RandomGenerator(seed: 9))
    try other.load(stateDictionary: model.stateDictionary)
    #expect(other.stateDictionary == model.stateDictionary)
    let x = TensorValue.random([5, 3], seed: 3).tensor()
    model.evaluate()
    other.evaluate()
    #expect(other(x).numbers == model(x).numbers)
  }

  @Test func everyDisagreementIsNamedAndNothingIsChanged() {
    let before = model.stateDictionary
    var state = StateDictionary()
    for name in before.names { state[name] = before[name] }
    state["layers.0.block.0.weight"] = TensorValue([9, 9] as [Float], shape: [1, 2])
    state["layers.0.block.2.num_batches_tracked"] = TensorValue([1] as [Float], shape: [])
    state["layers.0.block.0.bias"] = TensorValue([9, 9, 9, 9] as [Float], shape: [4])
    state["layers.1.bias"] = nil
    state["layers.1.weight"] = nil
    state["layers.2.weight"] = before["layers.1.weight"]
    state["epoch"] = TensorValue([1] as [Int64], shape: [])
    let expected = StateDictionaryError(
      missing: ["layers.1.weight", "layers.1.bias"], unexpected: ["layers.2.weight", "epoch"],
      mismatched: [
        .init(
          name: "layers.0.block.0.weight", expected: "float32 [4, 3]", found: "float32 [1, 2]"),
        .init(
          name: "layers.0.block.2.num_batches_tracked", expected: "int64 []", found: "float32 []"),
      ])
    #expect(throws: expected) { try model.load(stateDictionary: state) }
    #expect(model.stateDictionary == before)
    #expect(
      expected.description
        == "tensor layers.0.block.0.weight has another shape "
        + "(expected float32 [4, 3], found float32 [1, 2]); "
        + "tensor layers.0.block.2.num_batches_tracked has another shape "
        + "(expected int64 [], found float32 []); "
        + "missing tensors: layers.1.weight, layers.1.bias; "
        + "unexpected tensors: layers.2.weight, epoch")
  }

  @Test func tenNamesAreToldAndTheOthersCounted() {
    let names = (1...11).map { "t\($0)" }
    let ten = "missing tensors: t1, t2, t3, t4, t5, t6, t7, t8, t9, t10"
    #expect(StateDictionaryError(missing: Array(names[..<10])).description == ten)
    #expect(StateDictionaryError(missing: names).description == ten + " and 1 more")
  }

  @Test func theSameNumbersInAnotherShapeDoNotFit() {
    var state = model.stateDictionary
    state["layers.1.weight"] = TensorValue(
      [Float](repeating: 0, count: 8), shape: [4, 2])
    let expected = StateDictionaryError(
      mismatched: [
        .init(name: "layers.1.weight", expected: "float32 [2, 4]", found: "float32 [4, 2]")
      ])
    #expect(throws: expected) { try model.load(stateDictionary: state) }
  }
}
