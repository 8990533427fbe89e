import Testing

@testable import MNISTCore

/// Everything above `Devices` runs on a device whose numbers no address leads to, and finds what it finds on
/// the CPU: it asks the device of its numbers for all it does with them.
@Suite struct DeviceIndependenceTests {
  private func onEach<Result>(
    _ body: () throws -> Result
  ) rethrows -> (cpu: Result, reference: Result) {
    let reference = ReferenceDevice()
    return try (
      CurrentDevice.$device.withValue(CPUDevice.shared, operation: body),
      CurrentDevice.$device.withValue(reference, operation: body)
    )
  }

  @Test(arguments: ["batch norm", "dropout"], ["Adam", "SGD"])
  func aClassifierLearnsTheSame(_ regularization: String, _ optimizer: String) {
    let (cpu, reference) = onEach { () -> (losses: [Float], evaluated: [Float]) in
      let model = ImageClassifier(
        inputSize: 7, outputSize: 3, hiddenSizes: [17, 5],
        regularization: regularization == "dropout"
          ? .dropout(probability: 0.3, generator: CounterGenerator(seed: 2)) : .batchNorm,
        using: RandomGenerator(seed: 1))
      let parameters = model.parameters
      let optimizer: any Optimizer =
        optimizer == "Adam"
        ? Adam(parameters, learningRate: 0.01)
        : SGD(parameters, learningRate: 0.1, momentum: 0.9, weightDecay: 0.01)
      let x = TensorValue.random([12, 7], seed: 3).tensor()
      let labels = (0..<12).map { $0 % 3 }
      let losses = (0..<8).map { _ in
        let loss = NLLLoss()(model(x), labels)
        optimizer.zeroGradients()
        loss.backward()
        optimizer.step()
        return loss.item
      }
      model.evaluate()
      return (losses, model(x).numbers)
    }
    // Adam divides small gradients by their own size, and so magnifies how they were rounded.
    let share = optimizer == "Adam" ? 2e-2 : 1e-4
    let tolerance = Tolerance(relative: share, absolute: share / 10)
    expectClose(cpu.losses, reference.losses, within: tolerance)
    expectClose(cpu.evaluated, reference.evaluated, within: tolerance)
    // Otherwise nothing was compared but the start.
    #expect(reference.losses[7] < 0.96 * reference.losses[0])
  }

  /// From the bytes of its images to the state that is saved.
  @Test(arguments: [false, true])
  func aWholeRunLearnsTheSame(useDropout: Bool) throws {
    let images = SmallSets.fields(40, height: 3, width: 5, classes: 3)
    let settings = SmallSets.settings(images, hiddenSizes: [9, 6], useDropout: useDropout)
    let (cpu, reference) = try onEach { () -> TrainingState in
      let run = TrainingRun(settings, images: images)
      try run.train()
      let resumed = TrainingRun(settings, images: images)
      resumed.resume(from: run.state)
      return resumed.state
    }
    #expect(abs(cpu.lowestLoss - reference.lowestLoss) < 1e-3)
    let (found, expected) = (try #require(cpu.best), try #require(reference.best))
    #expect(found.names == expected.names)
    for name in expected.names {
      expectClose(
        try #require(found[name]), try #require(expected[name]),
        within: Tolerance(relative: 1e-3, absolute: 1e-3), name)
    }
  }

  /// Every operation of a tensor that the classifiers do without.
  @Test func tensorsComputeTheSame() {
    let (cpu, reference) = onEach { () -> [TensorValue?] in
      let x = TensorValue.randomWithoutZero([3, 5], seed: 4).tensor(requiresGradient: true)
      let y = TensorValue.random([1, 5], seed: 5, in: 1...2).tensor(requiresGradient: true)
      let scale = Tensor(0.5, requiresGradient: true)
      let sums = x * y + x / y - scale * 3 + (1 - x) * 2 / (y + 1)
      let parts = [
        sums.exponential(), y.logarithm() + x, y.squareRoot() - x, x.tanh(), -x.sigmoid(),
        x.relu(), x.leakyReLU(negativeSlope: 0.1), x.logSoftmax(),
      ]
      let joined = Tensor.concatenated(parts.map { $0.broadcast(to: [3, 5]) }, alongAxis: 1)
      let square = joined.matrixProduct(joined.transposed()).reshaped([9]) / 10
      let reduced = [
        joined.rows([2, 0, 2]).max(alongAxis: 0).sum(), joined.mean(alongAxis: 1).sum(),
        joined.sum(alongAxis: 0).mean(), MSELoss()(square, Tensor(repeating: 1, shape: [9])),
        CrossEntropyLoss()(joined, [1, 0, 39]),
      ]
      let total = reduced.dropFirst().reduce(reduced[0], +)
      let values = parts.map(\.value) + [square.value, total.value]
      total.backward()
      return values + [x, y, scale].map { $0.gradient?.value }
    }
    for (index, (cpu, reference)) in zip(cpu, reference).enumerated() {
      guard let cpu, let reference else {
        Issue.record("result \(index) is missing")
        continue
      }
      expectClose(
        cpu, reference, within: Tolerance(relative: 1e-5, absolute: 1e-5), "result \(index)")
    }
  }

  @Test func numbersOfTwoDevicesDoNotMeet() async {
    let first = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = CurrentDevice.$device.withValue(ReferenceDevice()) { Tensor([1, 2]) }
      _ = x + Tensor([3, 4])
    }
    expectSentence("numbers on CPU cannot be used on reference", first)
    let second = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = CurrentDevice.$device.withValue(ReferenceDevice()) { Tensor([1, 2]) }
      _ = Tensor([3, 4]) + x
    }
    expectSentence("numbers on reference cannot be used on CPU", second)
  }
}
