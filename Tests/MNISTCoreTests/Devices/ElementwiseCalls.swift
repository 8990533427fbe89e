import Foundation

@testable import MNISTCore

extension DeviceCalls {
  // With one rounding each; `.none` where that is all there can be.
  static func makeUnary() -> [DeviceCall] {
    let slope: Float = 0.01
    let operations: [(UnaryOperation, Tolerance, (Double) -> Double)] = [
      (.negate, .none, { 0 - $0 }),
      (.exponential, rounding, { pow(M_E, $0) }),
      (.logarithm, rounding, { log2(abs($0)) * M_LN2 }),
      (.squareRoot, .none, { pow(abs($0), 0.5) }),
      (.tanh, rounding, { expm1(2 * $0) / (expm1(2 * $0) + 2) }),
      (
        .sigmoid, rounding, { $0 < 0 ? pow(M_E, $0) / (1 + pow(M_E, $0)) : 1 / (1 + pow(M_E, -$0)) }
      ),
      (.relu, .none, { max(0, $0) }),
      (.leakyReLU(slope: slope), .none, { max(0, $0) + Double(slope) * min(0, $0) }),
      (.add(0.7), .none, { $0 + Double(Float(0.7)) }),
      (.subtract(0.3), .none, { $0 - Double(Float(0.3)) }),
      (.multiply(-2.3), .none, { $0 * -Double(Float(2.3)) }),
      (.divide(0.7), .none, { $0 / Double(Float(0.7)) }),
      (.subtractFrom(0.3), .none, { Double(Float(0.3)) - $0 }),
      (.divideInto(1.7), .none, { Double(Float(1.7)) / $0 }),
    ]
    return operations.flatMap { operation, tolerance, formula in
      counts.map { count in
        let isOfPositives = operation == .logarithm || operation == .squareRoot
        let x = numbersAndZeros(count, 1).map { isOfPositives ? abs($0) : $0 }
        return DeviceCall(
          "\(operation) of \(count)", within: tolerance, expected: [x.map { formula(Double($0)) }]
        ) { device in [device.download(device.unary(operation, device.upload(x)))] }
      }
    } + makeUnaryAtTheEnds()
  }

  /// Where a formula written without care overflows, or loses all its digits.
  private static func makeUnaryAtTheEnds() -> [DeviceCall] {
    let cases: [(UnaryOperation, [Float], [Double])] = [
      (.exponential, [200, -200, .infinity, -.infinity], [.infinity, 0, .infinity, 0]),
      (.logarithm, [0, 1e-30, .infinity], [-.infinity, -30 * M_LN10, .infinity]),
      (.tanh, [200, -200, .infinity, 1e-6, -1e-20], [1, -1, 1, Double(Float(1e-6)), -1e-20]),
      (.sigmoid, [200, -200, .infinity, -.infinity, -80], [1, 0, 1, 0, pow(M_E, -80)]),
      (.squareRoot, [.infinity, 1e-30], [.infinity, 1e-15]),
      (.relu, [.infinity, -.infinity], [.infinity, 0]),
    ]
    return cases.map { operation, x, expected in
      DeviceCall("\(operation) at the ends", within: rounding, expected: [expected]) { device in
        [device.download(device.unary(operation, device.upload(x)))]
      }
    }
  }

  static func makeBinary() -> [DeviceCall] {
    let slope: Float = 0.2
    let operations: [(BinaryOperation, (Double, Double) -> Double)] = [
      (.add, { $0 + $1 }),
      (.subtract, { $0 - $1 }),
      (.multiply, { $0 * $1 }),
      (.divide, { $0 / $1 }),
      (.equal, { $0 - $1 == 0 ? 1 : 0 }),
      (.reluGradient, { y, g in y > 0 ? g : 0 }),
      (.leakyReLUGradient(slope: slope), { x, g in x > 0 ? g : Double(slope) * g }),
    ]
    return operations.flatMap { operation, formula in
      counts.map { count in
        let x = numbersAndZeros(count, 2)
        // Every third equals its counterpart, unless a zero would be divided by a zero.
        let y = zip(x, numbers(count, 3)).enumerated().map { index, pair in
          index % 3 == 0 && (operation != .divide || pair.0 != 0) ? pair.0 : pair.1
        }
        let expected = zip(x, y).map { formula(Double($0), Double($1)) }
        return DeviceCall("\(operation) of \(count)", within: .none, expected: [expected]) {
          [$0.download($0.binary(operation, $0.upload(x), $0.upload(y)))]
        }
      }
    }
  }
}
