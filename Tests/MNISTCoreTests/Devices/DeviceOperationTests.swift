import Foundation
import Testing

@testable import MNISTCore

/// A device, and with how many threads it is run.
struct TestedDevice: CustomTestStringConvertible, Sendable {
  let device: any Device
  let threadCount: Int

  static let all =
    [
      TestedDevice(device: CPUDevice.shared, threadCount: 1),
      TestedDevice(device: CPUDevice.shared, threadCount: 3),
      TestedDevice(device: ReferenceDevice(), threadCount: 1),
    ] + (TestedGPU.device.map { [TestedDevice(device: $0, threadCount: 1)] } ?? [])

  func run<Result>(_ body: (any Device) throws -> Result) rethrows -> Result {
    try ThreadPool.use(threadCount: threadCount) { try body(device) }
  }

  var testDescription: String { "\(device), \(threadCount) thread\(threadCount == 1 ? "" : "s")" }
}

/// What every device must do, on each that there is.
@Suite struct DeviceOperationTests {
  @Test(arguments: TestedDevice.all, DeviceCalls.allCases)
  func everyOperationEqualsItsFormulaInDouble(_ tested: TestedDevice, _ operation: DeviceCalls) {
    #expect(!operation.calls.isEmpty)
    tested.run { device in
      for call in operation.calls {
        let found = call.results(device)
        #expect(found.count == call.expected.count, "\(operation) \(call.name)")
        for (index, (found, expected)) in zip(found, call.expected).enumerated() {
          expectClose(
            found, expected, within: call.tolerance, "\(operation) \(call.name), result \(index)")
        }
      }
    }
  }

  @Test(arguments: DeviceCalls.allCases)
  func anyNumberOfThreadsGivesTheSameBits(_ operation: DeviceCalls) {
    func bits(threadCount: Int) -> [[Data]] {
      TestedDevice(device: CPUDevice.shared, threadCount: threadCount).run { device in
        operation.calls.map { $0.results(device).map { $0.withUnsafeBytes { Data($0) } } }
      }
    }
    let expected = bits(threadCount: 1)
    for threadCount in [2, 5] {
      for (index, found) in bits(threadCount: threadCount).enumerated() {
        let name = operation.calls[index].name
        #expect(found == expected[index], "\(operation) \(name) on \(threadCount) threads")
      }
    }
  }

  // MARK: Memory

  @Test(arguments: TestedDevice.all, DeviceCalls.counts)
  func whatGoesUpComesDown(_ tested: TestedDevice, _ count: Int) {
    tested.run { device in
      let numbers = RandomGenerator(seed: 1).uniform(count, from: -1, to: 1)
      let x = device.upload(numbers)
      #expect(x.count == count && x.version == 0 && x.device === device)
      #expect(device.download(x) == numbers)
      #expect(device.allocate(count).count == count)
      #expect(device.upload(bytes: Array(repeating: 7, count: count)).count == count)
      device.write(numbers.map { $0 + 1 }, to: Overwriting(x))
      #expect(device.download(x) == numbers.map { $0 + 1 })
      device.fill(Overwriting(x), with: 2.5)
      #expect(device.download(x) == numbers.map { _ in 2.5 })
    }
  }

  @Test(arguments: TestedDevice.all)
  func aCopyKeepsItsNumbers(_ tested: TestedDevice) {
    tested.run { device in
      let x = device.upload([1, 2, 3])
      let copy = device.copy(x)
      device.fill(Overwriting(x), with: 0)
      #expect(device.download(copy) == [1, 2, 3])
      #expect(copy !== x)
      #expect(device.download(device.copy(device.upload([]))) == [])
    }
  }

  /// Whoever holds the storage can tell that it was overwritten; what was only read is as it was.
  @Test(arguments: TestedDevice.all)
  func inPlaceOperationsRaiseTheVersion(_ tested: TestedDevice) {
    tested.run { device in
      func expectRaised(
        _ name: String, _ targetCount: Int, _ operation: ([Overwriting], Storage) -> Void
      ) {
        let numbers: [Float] = [1, 2, 3, 4]
        let targets = (0..<targetCount).map { _ in device.upload(numbers) }
        let source = device.upload([5, 7, 2, 9])
        operation(targets.map { Overwriting($0) }, source)
        for (index, target) in targets.enumerated() {
          #expect(target.version == 1, "\(name), target \(index)")
          #expect(device.download(target) != numbers, "\(name), target \(index)")
        }
        #expect(source.version == 0, "\(name)")
        #expect(device.download(source) == [5, 7, 2, 9], "\(name)")
      }
      expectRaised("write", 1) { targets, _ in device.write([0, 0, 0, 0], to: targets[0]) }
      expectRaised("fill", 1) { targets, _ in device.fill(targets[0], with: 0) }
      expectRaised("copyRows", 1) { targets, source in
        let rows = RowPlaces(stride: 2)
        device.copyRows(2, width: 1, from: source, rows, to: targets[0], rows)
      }
      expectRaised("batchNorm", 2) { targets, source in
        let ones = device.upload([1, 1, 1, 1])
        let x = device.upload([5, 7, 2, 9, 0, 0, 0, 0])
        let moving = RunningStatistics(mean: targets[0], variance: targets[1], momentum: 0.1)
        _ = device.batchNorm(x, weight: ones, bias: source, epsilon: 1e-5, moving: moving)
      }
      expectRaised("adam", 3) { targets, source in
        device.adam([
          AdamStep(
            parameter: targets[0], gradient: source, average: targets[1],
            averageOfSquares: targets[2], beta1: 0.9, beta2: 0.999, stepSize: 0.1, correction: 0.1,
            epsilon: 1e-8, decay: .none)
        ])
      }
      expectRaised("gradientDescent", 2) { targets, source in
        device.gradientDescent([
          GradientDescentStep(
            parameter: targets[0], gradient: source, rate: 0.1, weightDecay: 0,
            momentum: GradientDescentStep.Momentum(velocity: targets[1], factor: 0.9))
        ])
      }
    }
  }

  /// More than a launch takes at once, and of other settings among them.
  @Test(arguments: TestedDevice.all)
  func parametersUpdatedTogetherAreThoseUpdatedApart(_ tested: TestedDevice) {
    tested.run { device in
      func updated(_ update: ([AdamStep]) -> Void) -> [[Float]] {
        let states = (0..<53).map { index in
          (0..<4).map { part in
            device.upload(
              DeviceCalls.numbers(
                1 + index % 3 * 600, UInt64(4 * index + part), from: 0.5, to: 1))
          }
        }
        update(
          states.enumerated().map { index, state in
            AdamStep(
              parameter: Overwriting(state[0]), gradient: state[1], average: Overwriting(state[2]),
              averageOfSquares: Overwriting(state[3]), beta1: index == 27 ? 0.5 : 0.9,
              beta2: index == 28 ? 0.5 : 0.99, stepSize: index == 29 ? 0.3 : 0.1,
              correction: index == 30 ? 0.7 : 0.5, epsilon: index == 31 ? 0.2 : 1e-3,
              decay: index == 32 ? .decoupled(factor: 0.95) : .none)
          })
        return states.flatMap { state in [0, 2, 3].map { device.download(state[$0]) } }
      }
      let together = updated { device.adam($0) }
      let apart = updated { for step in $0 { device.adam([step]) } }
      #expect(together == apart)
    }
  }

  // MARK: Numbers that are none, and equal ones

  @Test(arguments: TestedDevice.all)
  func noOperationTurnsNaNIntoANumber(_ tested: TestedDevice) {
    tested.run { device in
      let x = device.upload([1, .nan, 3])
      let one = device.upload([1, 1, 1])
      let unary: [UnaryOperation] = [
        .negate, .exponential, .logarithm, .squareRoot, .tanh, .sigmoid, .relu,
        .leakyReLU(slope: 0.1), .add(1), .subtract(1), .multiply(0), .divide(2), .subtractFrom(1),
        .divideInto(1),
      ]
      for operation in unary {
        let found = device.download(device.unary(operation, x)).map(\.isNaN)
        #expect(found == [false, true, false], "\(operation)")
      }
      for operation in [BinaryOperation.add, .subtract, .multiply, .divide] {
        for (first, second) in [(x, one), (one, x)] {
          let found = device.download(device.binary(operation, first, second)).map(\.isNaN)
          #expect(found == [false, true, false], "\(operation)")
        }
      }
      for reduction in [Reduction.sum(dividedBy: 3), .maximum] {
        let found = device.download(device.reduce(reduction, x, from: [3], to: []))
        #expect(found.map(\.isNaN) == [true], "\(reduction)")
      }
      #expect(device.download(device.columnSums(x, rows: 3, columns: 1)).map(\.isNaN) == [true])
      let product = MatrixProduct(
        a: Matrix(x, rows: 1, columns: 3), b: Matrix(one, rows: 3, columns: 1),
        epilogue: Epilogue(bias: nil, slope: 0.1))
      #expect(device.download(device.multiply([product])[0]).map(\.isNaN) == [true])
      let logSoftmax = device.download(device.logSoftmax(x, rows: 1, columns: 3))
      #expect(logSoftmax.map(\.isNaN) == [true, true, true])
    }
  }

  @Test(arguments: TestedDevice.all)
  func ofEqualNumbersTheFirstIsTheLargest(_ tested: TestedDevice) {
    tested.run { device in
      func argmax(_ numbers: [Float], rows: Int, columns: Int) -> [Int] {
        device.argmax(device.upload(numbers), rows: rows, columns: columns)
      }
      #expect(argmax([1, 3, 3, 2, 2, 2, -4, -5, -3], rows: 3, columns: 3) == [1, 0, 2])
      #expect(argmax([-0.0, 0, -.infinity, -.infinity], rows: 2, columns: 2) == [0, 0])
      #expect(argmax([5, 6, 7], rows: 3, columns: 1) == [0, 0, 0])
      #expect(argmax([], rows: 0, columns: 3) == [])
      #expect(
        argmax((0..<258).map { Float($0 % 3) }, rows: 129, columns: 2)
          == (0..<129).map { $0 % 3 == 1 ? 0 : 1 })
      for columns in [15, 16, 17, 63, 64, 65] {
        let numbers = RandomGenerator(seed: 5).uniform(9 * columns, from: -1, to: 1)
        let expected = (0..<9).map { row in
          let row = numbers[row * columns..<(row + 1) * columns]
          return row.enumerated().max { $0.element < $1.element }?.offset
        }
        #expect(argmax(numbers, rows: 9, columns: columns) == expected)
      }
    }
  }
}
