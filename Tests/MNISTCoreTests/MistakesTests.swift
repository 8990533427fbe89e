import Testing

@testable import MNISTCore

/// Mistakes in a program that uses the library. Each ends it with a sentence that tells what was expected and what
/// was found, in every build.
@Suite struct MistakesTests {
  @Test(arguments: mistakes.keys.sorted())
  func aMistakeGetsItsSentence(_ sentence: String) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [sentence] in
      mistakes[sentence]?()
    }
    expectSentence(sentence, result)
  }

  @Test func aMemberFarBehindOrDeepInAListIsNotLookedFor() {
    #expect(Holder(list: (1...16).map { $0 } as [Any] + [LeakyReLU()]).members.isEmpty)
    #expect(Holder(list: [[[[[LeakyReLU()]]]]]).members.isEmpty)
  }
}

/// A module whose members stand where nobody looks for them.
private final class Holder: Module {
  var isTraining = true
  let list: [Any]
  let named: [String: Parameter]
  let pair: (Int, LeakyReLU?)
  let nested: [[[[LeakyReLU]]]]

  init(
    list: [Any] = [], named: [String: Parameter] = [:], pair: (Int, LeakyReLU?) = (0, nil),
    nested: [[[[LeakyReLU]]]] = []
  ) {
    (self.list, self.named, self.pair, self.nested) = (list, named, pair, nested)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { input }
}

private func hidden(_ property: String) -> String {
  "\(property): modules and parameters are not found inside a list, dictionary, tuple or struct "
    + "(expected a property for each, or a Sequential)"
}

private func trainer(patience: Int? = nil, optimizing others: [Parameter] = []) throws {
  let data = TensorDataset(inputs: x12(), labels: [0])
  try train(on: data, validating: data, patience: patience, optimizing: others)
}

private func train(
  on data: any Dataset, validating validData: any Dataset, patience: Int? = nil,
  optimizing others: [Parameter] = []
) throws {
  let model = Linear(inputSize: 2, outputSize: 2, using: RandomGenerator(seed: 0))
  try Trainer(
    model: model, optimizer: SGD(others.isEmpty ? model.parameters : others, learningRate: 1),
    criterion: CrossEntropyLoss()
  ).train(
    data, validating: validData, epochCount: 1, batchSize: 1, patience: patience,
    using: RandomGenerator(seed: 0))
}

private func x12() -> Tensor { Tensor([1, 2], shape: [1, 2]) }

/// By the sentence they get.
private let mistakes: [String: @Sendable () -> Void] = [
  // Tensors
  "3 numbers cannot fill [2, 2]": { _ = Tensor([1, 2, 3], shape: [2, 2]) },
  "1 numbers cannot fill [2]": { Tensor([1, 2]).copy(from: [1]) },
  "no tensor can have shape [2, -1]": { _ = Tensor(repeating: 0, shape: [2, -1]) },
  "no tensor can have shape [4611686018427387904, 4]": {
    _ = Tensor(repeating: 0, shape: [1 << 62, 4])
  },
  "item needs a tensor of one number, this one has shape [2]": { _ = Tensor([1, 2]).item },
  "the gradient of [2] cannot have shape []": { Parameter(Tensor([1, 2])).gradient = Tensor(0) },
  "the shapes of [2] + [3] do not fit together": { _ = Tensor([1, 2]) + Tensor([1, 2, 3]) },
  "a matrix product needs [m, k] and [k, n], not [1, 2] and [1, 2]": {
    _ = x12().matrixProduct(x12())
  },
  "a matrix product needs [m, k] and [k, n], not [1, 2] and [2]": {
    _ = x12().matrixProduct(Tensor([1, 2]))
  },
  "linear needs x [batch, in], weight [out, in], bias [out], not [1, 2], [1, 2], [2]": {
    _ = x12().linear(weight: x12(), bias: Tensor([1, 2]))
  },
  "linear needs x [batch, in], weight [out, in], bias [out], not [1, 2], [4, 3], [4]": {
    _ = Linear(inputSize: 3, outputSize: 4, using: RandomGenerator(seed: 0))(x12())
  },
  "the slope is above 0, not 0.0": {
    _ = x12().linear(weight: x12(), bias: Tensor([1]), negativeSlope: 0)
  },
  "[2] cannot be reshaped to [3]": { _ = Tensor([1, 2]).reshaped([3]) },
  "[2, 1] cannot be broadcast to [1, 2]": {
    _ = Tensor([1, 2], shape: [2, 1]).broadcast(to: [1, 2])
  },
  "only a matrix can be transposed, not [2]": { _ = Tensor([1, 2]).transposed() },
  "there is no axis 2 in the shape [1, 2]": { _ = x12().sum(alongAxis: 2) },
  "there is no largest of no numbers, along axis 1 of [2, 0]": {
    _ = Tensor([], shape: [2, 0]).max(alongAxis: 1)
  },
  "there is no mean of no numbers, in a tensor of shape [0]": { _ = Tensor([]).mean() },
  "there is no mean of no numbers, along axis 1 of [2, 0]": {
    _ = Tensor([], shape: [2, 0]).mean(alongAxis: 1)
  },
  "logSoftmax needs a last axis with numbers in it, not [2, 0]": {
    _ = Tensor([], shape: [2, 0]).logSoftmax()
  },
  "logSoftmax needs a last axis with numbers in it, not []": { _ = Tensor(1).logSoftmax() },
  "[1, 2] and [1, 3] differ in more than axis 0": {
    _ = Tensor.concatenated([x12(), Tensor([1, 2, 3], shape: [1, 3])])
  },
  "[1, 2] and [2] have other numbers of axes": {
    _ = Tensor.concatenated([x12(), Tensor([1, 2])])
  },
  "nothing can be made of no tensors": { _ = Tensor.concatenated([]) },
  "row 2 is outside 0..<2, the rows of [2]": { _ = Tensor([1, 2]).rows([0, 2, -1]) },
  "a tensor of rank zero has no rows": { _ = Tensor(1).rows([0]) },
  "argmax needs rows with numbers in them, not [2]": { _ = Tensor([1, 2]).argmax() },
  "argmax needs rows with numbers in them, not [2, 0]": {
    _ = Tensor([], shape: [2, 0]).argmax()
  },
  "a dropout probability is in 0..<1, not 1.0": {
    _ = Dropout(probability: 1, using: CounterGenerator(seed: 0))
  },
  "a dropout probability is in 0..<1, not -0.1": {
    _ = Tensor([1]).dropout(probability: -0.1, using: CounterGenerator(seed: 0))
  },

  // The tape
  "backward() from a tensor of shape [] that depends on nothing that requires a gradient": {
    Tensor(2).backward()
  },
  "backward() starts from one number, this tensor has shape [2]": {
    Tensor([1, 2], requiresGradient: true).backward()
  },
  "the gradient of [2] cannot have shape [1]": {
    Tensor([1, 2], requiresGradient: true).backward(from: Tensor([1]))
  },
  "backward() has already gone through the computation of a tensor of shape []: compute it again": {
    let x = Tensor(2, requiresGradient: true)
    let y = x * x
    y.backward()
    y.backward()
  },
  "backward() has already gone through the computation of a tensor of shape [2]: compute it again":
    {
      let x = Tensor([2, 3], requiresGradient: true)
      let y = x * x
      (y + 1).sum().backward()
      (y + 2).sum().backward()
    },
  "a tensor of shape [3] was overwritten between its use and backward(): compute the result again":
    {
      let x = Tensor([1, 2, 3], requiresGradient: true)
      // The derivative of the power is told by its result.
      let y = x.exponential()
      let sum = y.sum()
      y.copy(from: [0, 0, 0])
      sum.backward()
    },
  "1 gradients for 2 inputs of an operation": {
    let x = Tensor([1], requiresGradient: true)
    Tensor(shape: [1], storage: x.storage, from: [x, x]) { [$0] }.backward()
  },
  "gradient [2] for input [1]": {
    let x = Tensor([1], requiresGradient: true)
    Tensor(shape: [1], storage: x.storage, from: [x]) { _ in [Tensor([1, 2])] }.backward()
  },

  // Modules and losses
  "batch normalisation of 0 features": { _ = BatchNorm1d(0) },
  "batch normalisation needs at least 2 rows in training, not [1, 2]": {
    _ = BatchNorm1d(2)(x12())
  },
  "batch normalisation needs at least 2 rows in training, not [1, 3]": {
    _ = Block(
      inputSize: 2, outputSize: 3, regularization: .batchNorm, using: RandomGenerator(seed: 0))(
        x12())
  },
  "batch normalisation needs x [batch, features], weight and bias [features], not [1, 2], [3], [3]":
    {
      _ = BatchNorm1d(3)(x12())
    },
  "batch normalisation needs x [batch, features], weight and bias [features], not [1, 2], [3], [2]":
    {
      _ = x12().batchNormalized(
        weight: Tensor([1, 2, 3]), bias: Tensor([1, 2]), epsilon: 1, moving: nil)
    },
  "batch normalisation needs x [batch, features], weight and bias [features], not [1, 2], [2], [3]":
    {
      _ = x12().batchNormalized(
        weight: Tensor([1, 2]), bias: Tensor([1, 2, 3]), epsilon: 1, moving: nil)
    },
  "batch normalisation of [1, 2] needs mean and variance [2], not [1] and [2]": {
    _ = x12().normalized(
      mean: Tensor([1]), variance: Tensor([1, 2]), weight: Tensor([1, 2]), bias: Tensor([1, 2]),
      epsilon: 1)
  },
  "batch normalisation of [1, 2] needs mean and variance [2], not [2] and [1]": {
    _ = x12().normalized(
      mean: Tensor([1, 2]), variance: Tensor([1]), weight: Tensor([1, 2]), bias: Tensor([1, 2]),
      epsilon: 1)
  },
  "running statistics cannot share their numbers with what is normalised, a weight or a bias": {
    let ones = Tensor(repeating: 1, shape: [2])
    let running = RunningTensors(mean: Tensor([0, 0]), variance: ones, momentum: 0.1)
    _ = Tensor([1, 2, 3, 4], shape: [2, 2]).batchNormalized(
      weight: Parameter(ones), bias: Tensor([0, 0]), epsilon: 1e-5, moving: running)
  },
  "a linear layer cannot map 0 to 2": {
    _ = Linear(inputSize: 0, outputSize: 2, using: RandomGenerator(seed: 0))
  },
  "a linear layer cannot map 2 to 0": {
    _ = Linear(inputSize: 2, outputSize: 0, using: RandomGenerator(seed: 0))
  },
  "expected sizes of 1 or more, found 0 layers, 2 to 3": {
    _ = ImageClassifier.hiddenSizes(inputSize: 2, outputSize: 3, layerCount: 0)
  },
  "expected sizes of 1 or more, found 1 layers, 0 to 3": {
    _ = ImageClassifier.hiddenSizes(inputSize: 0, outputSize: 3, layerCount: 1)
  },
  "expected sizes of 1 or more, found 1 layers, 2 to 0": {
    _ = ImageClassifier.hiddenSizes(inputSize: 2, outputSize: 0, layerCount: 1)
  },
  "a classifier needs at least one hidden layer": {
    _ = ImageClassifier(
      inputSize: 2, outputSize: 2, hiddenSizes: [], regularization: .batchNorm,
      using: RandomGenerator(seed: 0))
  },
  // The sixteenth of many.
  hidden("list"): {
    let numbers: [Any] = (1...16).map { $0 }
    _ = Holder(list: Array(numbers[..<15]) + [LeakyReLU()] + numbers).parameters
  },
  hidden("named"): { _ = Holder(named: ["a": Parameter(Tensor(1))]).modules },
  hidden("pair"): { _ = Holder(pair: (1, LeakyReLU())).stateDictionary },
  hidden("nested"): { _ = Holder(nested: [[], [[[LeakyReLU()]]]]).parameters },
  "a module of type Ring is inside itself": {
    final class Ring: Module {
      var isTraining = true
      var next: Ring?
      func callAsFunction(_ input: Tensor) -> Tensor { input }
    }
    let ring = Ring()
    ring.next = Ring()
    ring.next?.next = ring
    ring.train()
  },
  "Twice has two members of the name scale_x": {
    final class Twice: Module {
      var isTraining = true
      let members: [(name: String, member: Member)] =
        [("scale_x", .counter(Counter())), ("scale_x", .counter(Counter()))]
      func callAsFunction(_ input: Tensor) -> Tensor { input }
    }
    _ = Twice().stateDictionary
  },
  "Shift has nothing to train: its property offset is a plain Tensor (expected a Parameter)": {
    final class Shift: Module {
      var isTraining = true
      let offset = Tensor([1, 2])
      let factor = Tensor([3, 4])
      func callAsFunction(_ input: Tensor) -> Tensor { input * factor + offset }
    }
    _ = Sequential([LeakyReLU(), Shift()]).parameters
  },
  "label 2 of row 1 is outside 0..<2, the classes of [3, 2]": {
    _ = NLLLoss()(Tensor(repeating: 0, shape: [3, 2]), [1, 2, 3])
  },
  "label -1 of row 0 is outside 0..<2, the classes of [1, 2]": {
    _ = CrossEntropyLoss()(x12(), [-1])
  },
  "a loss over classes needs [batch, classes] and a label for each row, not [1, 2] and 2 labels": {
    _ = NLLLoss()(x12(), [0, 1])
  },
  "a loss over classes needs [batch, classes] and a label for each row, not [0, 2] and 0 labels": {
    _ = NLLLoss()(Tensor([], shape: [0, 2]), [])
  },
  "3 weights cannot belong to the 2 classes of [1, 2]": {
    _ = NLLLoss(classWeights: [1, 2, 3])(x12(), [0])
  },
  "the weight of a class is a finite number above 0, not 0.0": {
    _ = NLLLoss(classWeights: [1, 0])
  },
  "the weight of a class is a finite number above 0, not nan": {
    _ = CrossEntropyLoss(classWeights: [.nan])
  },
  "a share of a label is in 0..<1, not 1.0": { _ = NLLLoss(labelSmoothing: 1) },
  "a limit of gradients is a finite number above 0, not 0.0": {
    SGD([Parameter(Tensor(1))], learningRate: 1).clipGradientNorm(to: 0)
  },
  // Broadcasting a target would hide a mistake.
  "MSELoss needs two tensors of one shape, not [2, 1] and [2]": {
    _ = MSELoss()(Tensor([1, 2], shape: [2, 1]), Tensor([1, 2]))
  },
  "MSELoss needs numbers as targets, not 1 labels": { _ = MSELoss()(x12(), .labels([0])) },
  "NLLLoss needs labels, not numbers of shape [1, 2]": { _ = NLLLoss()(x12(), .numbers(x12())) },
  "CrossEntropyLoss needs labels, not numbers of shape [1, 2]": {
    _ = CrossEntropyLoss()(x12(), .numbers(x12()))
  },

  // Optimisers
  "SGD was given no parameters (expected those of a module, whose properties are of type Parameter)":
    {
      _ = SGD([], learningRate: 0.1)
    },
  "Adam was given no parameters (expected those of a module, whose properties are of type Parameter)":
    {
      _ = Adam(LeakyReLU().parameters)
    },
  "a learning rate is a finite number above 0, not 0.0": {
    _ = SGD([Parameter(Tensor(1))], learningRate: 0)
  },
  "a learning rate is a finite number above 0, not -0.1": {
    _ = Adam([Parameter(Tensor(1))], learningRate: -0.1)
  },
  "a learning rate is a finite number above 0, not nan": {
    _ = Adam([Parameter(Tensor(1))], learningRate: .nan)
  },
  "a learning rate can be changed to a finite number of 0 or more, not -1.0": {
    SGD([Parameter(Tensor(1))], learningRate: 1).learningRate = -1
  },
  "a learning rate can be changed to a finite number of 0 or more, not inf": {
    Adam([Parameter(Tensor(1))]).learningRate = .infinity
  },
  "momentum and weight decay are finite numbers of 0 or more, not -1.0 and 0.0": {
    _ = SGD([Parameter(Tensor(1))], learningRate: 1, momentum: -1)
  },
  "momentum and weight decay are finite numbers of 0 or more, not 0.0 and inf": {
    _ = SGD([Parameter(Tensor(1))], learningRate: 1, weightDecay: .infinity)
  },
  "the betas of Adam are in 0..<1, not 1.0 and 0.999": {
    _ = Adam([Parameter(Tensor(1))], beta1: 1)
  },
  "the betas of Adam are in 0..<1, not 0.9 and 1.0": {
    _ = Adam([Parameter(Tensor(1))], beta2: 1)
  },
  "epsilon and weight decay are finite numbers of 0 or more, not -1.0 and 0.0": {
    _ = Adam([Parameter(Tensor(1))], epsilon: -1)
  },
  "epsilon and weight decay are finite numbers of 0 or more, not nan and 0.0": {
    _ = Adam([Parameter(Tensor(1))], epsilon: .nan)
  },
  "Adam was given the numbers of parameter 0 again as parameter 2: each step would change them twice":
    {
      let parameter = Parameter(Tensor(1))
      _ = Adam([parameter, Parameter(Tensor(2)), Parameter(parameter)])
    },
  "SGD was given parameters on two devices, CPU and reference": {
    let parameter = Parameter(Tensor(1))
    let other = CurrentDevice.$device.withValue(ReferenceDevice()) { Parameter(Tensor(2)) }
    _ = SGD([parameter, other], learningRate: 1)
  },
  "parameter 0 cannot have had -1 steps": {
    let adam = Adam([Parameter(Tensor(1))])
    adam.state[0].step = -1
  },
  "there is no learning rate in step 3 of 2": {
    var scheduler = LearningRateScheduler(.cosine, from: 1, stepCount: 2)
    _ = scheduler.rate(atStep: 3)
  },
  "there is no learning rate in step -1 of 2": {
    _ = OneCycle(maximum: 1, stepCount: 2).rate(atStep: -1)
  },
  "a learning rate of 2 steps with -1 of warm-up": {
    _ = LearningRateScheduler(.constant, from: 1, stepCount: 2, warmupStepCount: -1)
  },
  "a learning rate that falls every 0 steps": {
    _ = LearningRateScheduler(.step(interval: 0, factor: 0.5), from: 1, stepCount: 2)
  },
  "a plateau of factor 1.0, patience 0 and cooldown 0": {
    _ = LearningRatePlateau(from: 1, prefersLower: true, factor: 1, patience: 0, cooldown: 0)
  },
  "a cycle of 0 steps": { _ = OneCycle(maximum: 1, stepCount: 0) },
  "0 states cannot belong to 1 parameters": { Adam([Parameter(Tensor([1]))]).state = [] },
  "the state of parameter 0 has the shapes [2] and [2], the parameter [1]": {
    let state = Adam([Parameter(Tensor([1, 2]))]).state
    Adam([Parameter(Tensor([1]))]).state = state
  },

  // Devices
  "a storage cannot hold -1 numbers": { _ = CPUDevice.shared.allocate(-1) },
  "1 numbers cannot fill 2": {
    let x = CPUDevice.shared.upload([1, 2])
    CPUDevice.shared.write([1], to: Overwriting(x))
  },
  "2 numbers cannot meet 1": {
    let device = CPUDevice.shared
    _ = device.binary(.add, device.upload([1, 2]), device.upload([1]))
  },
  "bytes on reference cannot be used on CPU": {
    let bytes = ReferenceDevice().upload(bytes: [1])
    _ = CPUDevice.shared.gatherRows([0], of: bytes, width: 1)
  },
  "a pool needs at least 1 thread, not 0": { _ = ThreadPool(threadCount: 0) },
  "the pool's unit is four bytes": { _ = MemoryPool().take(UInt8.self, count: 1) },

  // Random numbers
  "a state has 624 words and a position among them, not 3 and 0": {
    RandomGenerator(seed: 0).state = .init(words: [1, 2, 3], position: 0)
  },
  "a state has 624 words and a position among them, not 624 and 625": {
    let generator = RandomGenerator(seed: 0)
    generator.state = .init(words: generator.state.words, position: 625)
  },
  "-1 random numbers cannot be drawn": {
    _ = RandomGenerator(seed: 0).uniform(-1, from: 0, to: 1)
  },
  "a permutation of -1 numbers is not supported": { _ = RandomGenerator(seed: 0).permutation(-1) },

  // Data and training
  "training needs examples to train on and to validate with, not 1 and 0": {
    let data = TensorDataset(inputs: x12(), labels: [0])
    try? train(on: data, validating: Subset(data, indices: []))
  },
  "training needs examples to train on and to validate with, not 0 and 1": {
    let data = TensorDataset(inputs: x12(), labels: [0])
    try? train(on: Subset(data, indices: []), validating: data)
  },
  "a patience is 1 epoch or more, not 0": { try? trainer(patience: 0) },
  "learning rates are tested before a run begins, not in epoch 2": {
    let images = SmallSets.fields(24)
    let run = TrainingRun(SmallSets.settings(images, epochCount: 1), images: images)
    try? run.train()
    _ = try? run.testLearningRates()
  },
  "a learning rate range test that is over takes no more losses": {
    var test = LearningRateRangeTest()
    test.add(loss: .nan)
    test.add(loss: 1)
  },
  "a curve of learning rates ends in .svg or .csv, not as a.png does": {
    _ = try? LearningRateCurveFile("a.png")
  },
  "the optimiser changes a parameter of shape [3] that is not the model's": {
    try? trainer(optimizing: [Parameter(Tensor([1, 2, 3])), Parameter(Tensor(1))])
  },
  "example 1 is outside 0..<1": {
    let data = TensorDataset(inputs: x12(), labels: [0])
    _ = Subset(data, indices: [0]).batch([0, 1, 2])
  },
  "example -1 is outside 0..<1": {
    _ = Subset(TensorDataset(inputs: x12(), labels: [0]), indices: [-1])
  },
  "example 2 is outside 0..<2": {
    _ = ImageDataset(ImageSet(height: 1, width: 1, pixels: [0, 1], labels: [0, 1])).batch([2])
  },
  "a pass cannot have -1 batches behind it": { _ = EpochProgress.Pass(batches: -1) },
  "no tensor can have shape [1099511627776, 1048576]": {
    _ = Linear(inputSize: 1 << 20, outputSize: 1 << 40, using: RandomGenerator(seed: 0))
  },
  "no tensor can have shape [1099511627776, 2097152]": {
    _ = Tensor([1]).broadcast(to: [1 << 40, 1 << 21])
  },

  // Files and pictures
  "a picture of 0×1 pixels": { _ = Picture(height: 0, width: 1, luminance: []) },
  "a picture of 1×0 pixels": { _ = Picture(height: 1, width: 0, luminance: []) },
  "3 values for 2×2 pixels": { _ = Picture(height: 2, width: 2, luminance: [1, 2, 3]) },
  "3 pixels for 2×2": { _ = PNGEncoder.encode(height: 2, width: 2, pixels: [1, 2, 3]) },
  "0 pixels for 0×1": { _ = PNGEncoder.encode(height: 0, width: 1, pixels: []) },
  "0 pixels for 1×0": { _ = PNGEncoder.encode(height: 1, width: 0, pixels: []) },
  "an archive's entry cannot be called a": {
    var writer = ZIPWriter()
    writer.add("a", [])
    writer.add("a", [])
  },
  "the input before this is not taken yet": { try? ZlibStream([1], .zlib).supply([2]) },
  "the caller looks at the length first": { _ = try? PNGHeader([1, 2], path: "f") },
  "the caller looks at the signature first": { _ = try? NetpbmDecoder.decode([1], path: "f") },
  "images have 3 sizes, not 1": { _ = IDXHeader.encoded(.images, sizes: [1]) },
  "2 elements cannot fill [3]": { _ = TensorValue([1, 2] as [Float], shape: [3]) },
  "a tensor cannot be called __metadata__": {
    _ = TensorFile(tensors: ["__metadata__": TensorValue([1] as [Float], shape: [1])]).encoded()
  },
  "shape [1, 1, 1, 1, 1, 1, 1, 1, 1], at most 8 axes of 0 and more fit in a file": {
    let shape = [Int](repeating: 1, count: 9)
    _ = TensorFile(tensors: ["w": TensorValue([1] as [Float], shape: shape)]).encoded()
  },
  "a header of 8388640 bytes, at most 8388608 fit in a file": {
    _ = TensorFile(metadata: ["a": String(repeating: "x", count: 8 << 20)]).encoded()
  },
  "100001 tensors, at most 100000 fit in a file": {
    let value = TensorValue([] as [Float], shape: [0])
    let tensors = (0..<100_000).map { ("\($0)", value) }
    var file = TensorFile(tensors: Dictionary(uniqueKeysWithValues: tensors))
    _ = file.encoded()
    file.tensors["one more"] = value
    _ = file.encoded()
  },

  // Evaluation
  "a confusion matrix needs a label for each prediction, not 1 for 2": {
    _ = ConfusionMatrix(predicted: [0, 1], labels: [0])
  },
  "a confusion matrix needs a label for each prediction, not 0 for 0": {
    _ = ConfusionMatrix(predicted: [], labels: [])
  },
  "a confusion matrix is square": { _ = ConfusionMatrix(counts: [[1, 2], [3]]) },
  "a confusion matrix of 0 classes": { _ = ConfusionMatrix([], classCount: 0) },
  "2 taken for 0, of 2 classes": {
    _ = ConfusionMatrix(
      [Classification(index: 0, label: 2, probabilities: [1, 0, 0])], classCount: 2)
  },
  "0 taken for 2, of 2 classes": {
    _ = ConfusionMatrix(
      [Classification(index: 0, label: 0, probabilities: [0, 0, 1])], classCount: 2)
  },
  "a classification without classes": {
    _ = Classification(index: 0, label: nil, probabilities: [])
  },
  "label 2, predicted 0 of 2 classes": {
    _ = Classification(index: 0, label: 2, probabilities: [1, 0])
  },
  "label 0, predicted 2 of 2 classes": {
    _ = Classification(index: 0, label: nil, probabilities: [1, 0], predicted: 2)
  },
  "an evaluation of 1 classes and of 2": {
    _ = Evaluation([
      Classification(index: 0, label: 0, probabilities: [1]),
      Classification(index: 1, label: 0, probabilities: [1, 0]),
      Classification(index: 2, label: 0, probabilities: [1, 0, 0]),
    ])
  },
  "an evaluation needs labels": {
    _ = Evaluation([
      Classification(index: 0, label: 0, probabilities: [1]),
      Classification(index: 1, label: nil, probabilities: [1]),
    ])
  },
  "a probability is a finite number, not inf": {
    _ = Classification(index: 0, label: nil, probabilities: [1, .infinity, .nan])
  },
  "0 bins": { _ = Calibration([], binCount: 0) },
  "0 of 0": { _ = Proportion(successes: 0, trials: 0) },
  "3 of 2": { _ = Proportion(successes: 3, trials: 2) },
  "a batch of 0 images": {
    let path = Scratch.path("a.csv")
    try? SmallSets.write(Array("1,2,3,4\n".utf8), path)
    let size = { ImageSize(height: 2, width: 2) }
    guard
      var images = try? UnlabelledImages(path, isRaw: true, isTransposed: false, pictureSize: size)
    else { return }
    _ = try? LogSoftmax().classifications(ofNext: 0, in: &images)
  },
  "a classification of an image that is not in the set": {
    _ = ReportPage(
      Evaluation([Classification(index: 1, label: 0, probabilities: [1])]),
      images: ImageSet(height: 1, width: 1, pixels: [0], labels: [0]))
  },
  "a comparison of no runs": { _ = RunComparison([]) },
  "a probability is a finite number, not nan": {
    _ = Classification(index: 0, label: nil, probabilities: [1, .nan])
  },
  "there is no accuracy on no examples": {
    let data = Subset(TensorDataset(inputs: x12(), labels: [0]), indices: [])
    _ = LogSoftmax().accuracy(on: data, batchSize: 1)
  },
  "a classification needs [batch, classes] of [1, 2], not [2]": {
    final class Flat: Module {
      var isTraining = true
      func callAsFunction(_ input: Tensor) -> Tensor { input.reshaped([2]) }
    }
    _ = try? Flat().classifications(
      of: TensorDataset(inputs: x12(), labels: [0]), batchSize: 1)
  },
  "a classification needs [batch, classes] of [1, 2], not [2, 1]": {
    final class Turned: Module {
      var isTraining = true
      func callAsFunction(_ input: Tensor) -> Tensor { input.transposed() }
    }
    _ = try? Turned().classifications(
      of: TensorDataset(inputs: x12(), labels: [0]), batchSize: 1)
  },
  "a batch needs a label for each row, not [1, 2] and 2 labels": {
    _ = Batch(inputs: x12(), labels: [1, 2])
  },
  "a batch needs numbers for each row, not [1, 2] and [2]": {
    _ = Batch(inputs: x12(), numbers: Tensor([1, 2]))
  },
  "a batch whose targets are numbers of shape [1, 2] has no labels": {
    _ = Batch(inputs: x12(), numbers: x12()).labels
  },
  "batches of 0 rows, none below 1": {
    _ = DataLoader(TensorDataset(inputs: x12(), labels: [0]), batchSize: 0)
  },
  "batches of 1 rows, none below 0": {
    _ = DataLoader(
      TensorDataset(inputs: x12(), labels: [0]), batchSize: 1, smallestBatch: 0)
  },
  "a share is in 0...1, not 1.5": {
    _ = TensorDataset(inputs: x12(), labels: [0]).split(ratio: 1.5, using: RandomGenerator(seed: 0))
  },

  // Images
  "images of 0×3 pixels": { _ = ImageSet(height: 0, width: 3, pixels: [], labels: [1]) },
  "images of 3×0 pixels": { _ = ImageSet(height: 3, width: 0, pixels: [], labels: [1]) },
  "a set of 0 labels": { _ = ImageSet(height: 2, width: 3, pixels: [], labels: []) },
  "25 pixels for 4 images of 2×3": {
    _ = ImageSet(height: 2, width: 3, pixels: Array(0..<25), labels: [0, 3, 1, 3])
  },
  "0 pixels for 1 images of 4294967295×4294967295": {
    _ = ImageSet(height: 4_294_967_295, width: 4_294_967_295, pixels: [], labels: [0])
  },
  "the names [\"a\"] for 2 classes": {
    _ = ImageSet(height: 1, width: 1, pixels: [0], labels: [1], classNames: ["a"])
  },
  "the names [\"a\", \"a\"] for 2 classes": {
    _ = ImageSet(height: 1, width: 1, pixels: [0], labels: [1], classNames: ["a", "a"])
  },
  "names for 3 classes": {
    _ = ImageSet(height: 1, width: 1, pixels: [0], labels: [2]).named(["a", "b"])
  },
  "classes without names": {
    _ = ImageSet(height: 1, width: 1, pixels: [0], labels: [2]).renumbered(as: ["a"])
  },
  "an image of 0×3 pixels": { _ = ImageSize(height: 0, width: 3) },
  "an image of 3×0 pixels": { _ = ImageSize(height: 3, width: 0) },
  "an image of 0×28 pixels": {
    _ = ModelImage(
      fitting: Picture(height: 1, width: 1, luminance: [0]), height: 0, width: 28)
  },
  "an image of 28×0 pixels": {
    _ = ModelImage(
      fitting: Picture(height: 1, width: 1, luminance: [0]), height: 28, width: 0)
  },
  "a set of 0 digits": { _ = BuiltInDigits.make(isTrain: true, count: 0) },
  "a point with one coordinate": { _ = DigitForm.Stroke([1, 2, 3]) },
  "a stroke with poses of 1 and 1 points": { _ = DigitForm.Stroke([1, 2]) },
  "a stroke with poses of 2 and 1 points": { _ = DigitForm.Stroke([1, 2, 3, 4], [1, 2]) },
]
