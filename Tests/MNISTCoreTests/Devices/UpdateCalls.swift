import Foundation

@testable import MNISTCore

extension DeviceCalls {
  /// Three steps of all parameters together, as a network has them: small ones, large ones, an empty one.
  private struct Updates: Sendable {
    static let stepCount = 3
    // Of the fifth, the second share of the threads has two.
    let parameters = [0, 1, 17, 64, 16_386, 3].map { numbers($0, 26) }

    func gradient(of parameter: Int, in step: Int) -> [Float] {
      numbers(parameters[parameter].count, UInt64(27 + step))
    }

    /// What becomes of each parameter's numbers, one at a time.
    func expected<State>(
      _ start: State, _ step: (_ t: Double, _ p: inout Double, _ g: Double, inout State) -> Void,
      _ numbers: (Double, State) -> [Double]
    ) -> [[Double]] {
      parameters.enumerated().flatMap { index, parameter in
        let gradients = (0..<Self.stepCount).map { gradient(of: index, in: $0) }
        let results = parameter.indices.map { place in
          var (p, state) = (Double(parameter[place]), start)
          for t in 0..<Self.stepCount {
            step(Double(t + 1), &p, Double(gradients[t][place]), &state)
          }
          return numbers(p, state)
        }
        return numbers(0, start).indices.map { part in results.map { $0[part] } }
      }
    }
  }

  static func makeAdam() -> [DeviceCall] {
    let updates = Updates()
    let decays: [(String, AdamStep.WeightDecay)] = [
      ("no decay", .none), ("decay", .inGradient(0.05)), ("decoupled", .decoupled(factor: 0.95)),
    ]
    return decays.map { name, decay in
      let expected = updates.expected(SIMD2<Double>(0, 0)) { t, p, g, moments in
        var (g, factor) = (g, 1.0)
        if case .inGradient(let decay) = decay { g += decay * p }
        if case .decoupled(let given) = decay { factor = given }
        moments = SIMD2(0.9, 0.99) * moments + SIMD2(0.1 * g, 0.01 * g * g)
        let corrected = moments / SIMD2(1 - pow(0.9, t), 1 - pow(0.99, t))
        p = factor * p - 0.1 * corrected.x / (corrected.y.squareRoot() + 1e-3)
      } _: {
        [$0, $1.x, $1.y]
      }
      return DeviceCall(name, within: sums, expected: expected) { device in
        let states = updates.parameters.map { parameter in
          [parameter, parameter.map { _ in 0 }, parameter.map { _ in 0 }].map { device.upload($0) }
        }
        for step in 0..<Updates.stepCount {
          let t = Double(step + 1)
          device.adam(
            states.enumerated().map { index, state in
              AdamStep(
                parameter: Overwriting(state[0]),
                gradient: device.upload(updates.gradient(of: index, in: step)),
                average: Overwriting(state[1]), averageOfSquares: Overwriting(state[2]),
                beta1: 0.9, beta2: 0.99, stepSize: 0.1 / (1 - pow(0.9, t)),
                correction: (1 - pow(0.99, t)).squareRoot(), epsilon: 1e-3, decay: decay)
            })
        }
        return states.flatMap { $0.map { device.download($0) } }
      }
    }
  }

  static func makeGradientDescent() -> [DeviceCall] {
    let updates = Updates()
    return [(0, nil), (0.05, nil), (0, 0.9), (0.05, 0.9)].map {
      (decay: Double, momentum: Double?) in
      let expected = updates.expected(0.0) { _, p, g, velocity in
        velocity = (momentum ?? 0) * velocity + g + decay * p
        p -= 0.1 * velocity
      } _: {
        momentum == nil ? [$0] : [$0, $1]
      }
      return DeviceCall(
        "decay \(decay), momentum \(momentum ?? 0)", within: sums, expected: expected
      ) { device in
        let parameters = updates.parameters.map { device.upload($0) }
        let velocities = updates.parameters.map { device.upload($0.map { _ in 0 }) }
        for step in 0..<Updates.stepCount {
          device.gradientDescent(
            parameters.indices.map { index in
              GradientDescentStep(
                parameter: Overwriting(parameters[index]),
                gradient: device.upload(updates.gradient(of: index, in: step)), rate: 0.1,
                weightDecay: decay,
                momentum: momentum.map {
                  GradientDescentStep.Momentum(velocity: Overwriting(velocities[index]), factor: $0)
                })
            })
        }
        return zip(parameters, velocities).flatMap { parameter, velocity in
          (momentum == nil ? [parameter] : [parameter, velocity]).map { device.download($0) }
        }
      }
    }
  }
}
