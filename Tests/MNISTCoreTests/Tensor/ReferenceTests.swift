import MNISTCore
import Testing

/// Every operation, forward and backward, against PyTorch's numbers.
@Suite(.onEachDevice) struct ReferenceTests {
  @Test func everyGroupOfTheFileIsCompared() throws {
    #expect(
      try Fixture("ops").groups == [
        "adam", "batch_norm", "leaky_relu", "linear", "log_softmax", "mse_loss", "nll_loss",
        "quadratic", "sgd",
      ])
  }

  @Test func everyGroupOfTheSecondFileIsCompared() throws {
    #expect(
      try Fixture("more_ops").groups == [
        "concatenate", "cross_entropy", "max", "mean", "relu", "select_rows",
        "sgd_missing_gradients",
        "sgd_momentum", "sgd_momentum_weight_decay", "sgd_plain", "sgd_weight_decay", "sigmoid",
        "sqrt",
        "sum", "tanh", "transpose",
      ])
  }

  @Test func activations() throws {
    try expectOperation("relu", of: "more_ops") { $0.relu() }
    try expectOperation("tanh", of: "more_ops") { $0.tanh() }
    try expectOperation("sigmoid", of: "more_ops") { $0.sigmoid() }
    try expectOperation("sqrt", of: "more_ops") { $0.squareRoot() }
  }

  @Test func transpose() throws {
    try expectOperation("transpose", of: "more_ops") { $0.transposed() }
  }

  @Test(arguments: [0, 1, 2], [false, true])
  func reductionsAlongAnAxis(_ axis: Int, _ fromTheEnd: Bool) throws {
    let index = fromTheEnd ? axis - 3 : axis
    for (name, reduce) in [
      ("sum", { (x: Tensor) in x.sum(alongAxis: index) }),
      ("mean", { (x: Tensor) in x.mean(alongAxis: index) }),
      ("max", { (x: Tensor) in x.max(alongAxis: index) }),
    ] {
      let file = try Fixture("more_ops").group(name)
      let x = try file.tensor("x", requiresGradient: true)
      let part = try file.group("axis\(axis)")
      let y = reduce(x)
      y.backward(from: try part.tensor("grad_y"))
      try expectClose(y.value, part.value("y"), "\(name) y")
      try expectGradient(of: x, part.value("grad_x"), "\(name) grad_x")
    }
  }

  @Test(arguments: [0, 1, 2])
  func concatenation(_ axis: Int) throws {
    let file = try Fixture("more_ops").group("concatenate").group("axis\(axis)")
    let inputs = try (0..<3).map { try file.tensor("x\($0)", requiresGradient: true) }
    let y = Tensor.concatenated(inputs, alongAxis: axis)
    y.backward(from: try file.tensor("grad_y"))
    try expectClose(y.value, file.value("y"), "y")
    for (index, input) in inputs.enumerated() {
      try expectGradient(of: input, file.value("grad_x\(index)"), "grad_x\(index)")
    }
  }

  @Test func rowSelection() throws {
    let file = try Fixture("more_ops").group("select_rows")
    let rows = try file.labels("rows")
    try expectOperation("select_rows", of: "more_ops") { $0.rows(rows) }
  }

  @Test func crossEntropyLoss() throws {
    let file = try Fixture("more_ops").group("cross_entropy")
    let labels = try file.labels("target")
    try expectLoss(file) { CrossEntropyLoss()($0, labels) }
    try expectLoss(file) { CrossEntropyLoss()($0, .labels(labels)) }
  }

  @Test(arguments: [
    ("sgd_plain", 0, 0), ("sgd_momentum", 0.9, 0), ("sgd_weight_decay", 0, 0.01),
    ("sgd_momentum_weight_decay", 0.9, 0.01), ("sgd_missing_gradients", 0.9, 0.01),
  ])
  func sgdWithMomentumAndWeightDecay(
    _ group: String, _ momentum: Double, _ weightDecay: Double
  ) throws {
    try expectOptimizer(Fixture("more_ops").group(group)) {
      SGD($0, learningRate: 0.01, momentum: momentum, weightDecay: weightDecay)
    }
  }

  @Test func linear() throws {
    let file = try Fixture("ops").group("linear")
    let x = try file.tensor("x", requiresGradient: true)
    let weight = try file.parameter("weight")
    let bias = try file.parameter("bias")
    func pass() throws -> Tensor {
      let y = x.linear(weight: weight, bias: bias)
      y.backward(from: try file.tensor("grad_y"))
      return y
    }
    try expectClose(pass().value, file.value("y"), "y")
    try expectGradient(of: x, file.value("grad_x"), "grad_x")
    try expectGradient(of: weight, file.value("grad_weight"), "grad_weight")
    try expectGradient(of: bias, file.value("grad_bias"), "grad_bias")
    _ = try pass()
    try expectGradient(of: weight, file.value("grad_weight_accumulated"), "accumulated weight")
    try expectGradient(of: bias, file.value("grad_bias_accumulated"), "accumulated bias")
  }

  @Test func leakyReLU() throws {
    try expectOperation("leaky_relu") { $0.leakyReLU(negativeSlope: 0.01) }
  }

  @Test func logSoftmax() throws {
    try expectOperation("log_softmax") { $0.logSoftmax() }
  }

  @Test func batchNorm() throws {
    let file = try Fixture("ops").group("batch_norm")
    let layer = BatchNorm1d(try file.value("weight").shape[0])
    layer.weight.copy(from: try file.numbers("weight"))
    layer.bias.copy(from: try file.numbers("bias"))
    let steps = try (0..<file.count(of: "step")).map { "step\($0)" }
    for name in steps + ["eval"] {
      let part = try file.group(name)
      if name == "eval" { layer.evaluate() }
      for parameter in layer.parameters { parameter.gradient = nil }
      let x = try part.tensor("x", requiresGradient: true)
      let y = layer(x)
      y.backward(from: try part.tensor("grad_y"))
      try expectClose(y.value, part.value("y"), "\(name) y")
      try expectGradient(of: x, part.value("grad_x"), "\(name) grad_x")
      try expectGradient(of: layer.weight, part.value("grad_weight"), "\(name) grad_weight")
      try expectGradient(of: layer.bias, part.value("grad_bias"), "\(name) grad_bias")
      guard name != "eval" else { continue }
      for statistic in ["running_mean", "running_var", "num_batches_tracked"] {
        let found = try #require(layer.stateDictionary[statistic])
        try expectClose(found, part.value(statistic), "\(name) \(statistic)")
      }
    }
  }

  @Test func evaluationLeavesTheRunningStatisticsAlone() throws {
    let part = try Fixture("ops").group("batch_norm").group("eval")
    let x = try part.tensor("x")
    let layer = BatchNorm1d(x.shape[1])
    _ = layer(x)
    let before = layer.stateDictionary
    layer.evaluate()
    _ = layer(x)
    #expect(layer.stateDictionary == before)
  }

  @Test func nllLoss() throws {
    let file = try Fixture("ops").group("nll_loss")
    let labels = try file.labels("target")
    try expectLoss(file) { x in NLLLoss()(x, labels) }
  }

  @Test func mseLoss() throws {
    let file = try Fixture("ops").group("mse_loss")
    let target = try file.tensor("target")
    try expectLoss(file) { x in MSELoss()(x, target) }
  }

  @Test func adam() throws {
    let file = try Fixture("ops").group("adam")
    func checkMoments(_ optimizer: Adam, _ step: Int) throws {
      for (index, state) in optimizer.state.enumerated() {
        let part = try file.group("p\(index)")
        #expect(state.step == step + 1)
        try expectClose(state.expAvg, part.value("exp_avg\(step)"), "average \(step)")
        try expectClose(state.expAvgSq, part.value("exp_avg_sq\(step)"), "squares \(step)")
      }
    }
    try expectOptimizer(file, make: { Adam($0) }, afterEachStep: checkMoments)
  }

  @Test func sgd() throws {
    let file = try Fixture("ops").group("sgd")
    try expectOptimizer(file, make: { SGD($0, learningRate: 0.01) })
  }

  // MARK: One operation, loss or optimiser

  private func expectOperation(
    _ group: String, of name: String = "ops", sourceLocation: SourceLocation = #_sourceLocation,
    _ operation: (Tensor) -> Tensor
  ) throws {
    let file = try Fixture(name).group(group)
    let x = try file.tensor("x", requiresGradient: true)
    let y = operation(x)
    y.backward(from: try file.tensor("grad_y"))
    try expectClose(y.value, file.value("y"), "y", sourceLocation: sourceLocation)
    try expectGradient(of: x, file.value("grad_x"), "grad_x", sourceLocation: sourceLocation)
  }

  private func expectLoss(
    _ file: Fixture, sourceLocation: SourceLocation = #_sourceLocation, _ loss: (Tensor) -> Tensor
  ) throws {
    let x = try file.tensor("x", requiresGradient: true)
    let value = loss(x)
    value.backward()
    try expectClose(value.value, file.value("loss"), "loss", sourceLocation: sourceLocation)
    try expectGradient(of: x, file.value("grad_x"), "grad_x", sourceLocation: sourceLocation)
  }

  private func expectOptimizer<Kind: Optimizer>(
    _ file: Fixture, make: ([Parameter]) -> Kind,
    afterEachStep check: (Kind, Int) throws -> Void = { _, _ in },
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let parts = try (0..<file.count(of: "p")).map { try file.group("p\($0)") }
    let parameters = try parts.map { try $0.parameter("start") }
    let optimizer = make(parameters)
    for step in 0..<(try parts[0].count(of: "grad")) {
      for (part, parameter) in zip(parts, parameters) {
        parameter.gradient = part.has("grad\(step)") ? try part.tensor("grad\(step)") : nil
      }
      optimizer.step()
      for (part, parameter) in zip(parts, parameters) {
        try expectClose(
          parameter.value, part.value("value\(step)"), "value \(step)",
          sourceLocation: sourceLocation)
      }
      try check(optimizer, step)
    }
  }

  private func expectGradient(
    of tensor: Tensor, _ expected: TensorValue, _ subject: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let gradient = try #require(tensor.gradient, sourceLocation: sourceLocation)
    expectClose(gradient.value, expected, subject, sourceLocation: sourceLocation)
  }
}
