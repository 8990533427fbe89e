/// Parameter updates, each one pass over memory.
protocol ParameterUpdate {
  var count: Int { get }
  func perform(_ range: Range<Int>)
}

enum ParameterUpdates {
  /// All in one parallel pass: most parameters of a network are small.
  static func perform(_ updates: [some ParameterUpdate]) {
    let chunks = updates.enumerated().flatMap { index, update in
      Elementwise.chunks(of: update.count).map { (index, $0) }
    }
    ThreadPool.current.forEach(chunks.count) { updates[chunks[$0].0].perform(chunks[$0].1) }
  }
}

struct AdamUpdate: ParameterUpdate {
  private let step: AdamStep
  private let parameter: CPUStorage
  private let gradient: CPUStorage
  private let average: CPUStorage
  private let averageOfSquares: CPUStorage

  init(_ step: AdamStep, on device: CPUDevice) {
    self.step = step
    parameter = device.own(step.parameter)
    gradient = device.own(step.gradient)
    average = device.own(step.average)
    averageOfSquares = device.own(step.averageOfSquares)
  }

  var count: Int { parameter.count }

  // Without weight decay, a loop that knows nothing of it.
  func perform(_ range: Range<Int>) {
    switch step.decay {
    case .none:
      update(range, factor: 1) { g, _ in g }
    case .inGradient(let decay):
      let decay = Vector(repeating: Float(decay))
      update(range, factor: 1) { g, p in g.addingMultiple(decay, p) }
    case .decoupled(let factor):
      update(range, factor: Float(factor)) { g, _ in g }
    }
  }

  // m ← m + (1 − β₁)(g − m)
  // v ← β₂ v + (1 − β₂) g²
  // p ← p − stepSize · correction · m / (√v + correction · ε)
  // which is PyTorch's stepSize · m / (√v / correction + ε) with one division less.
  @inline(__always)
  private func update(
    _ range: Range<Int>, factor: Float, gradient decayed: (Vector, Vector) -> Vector
  ) {
    let (p, g, m, v) = (parameter.start, gradient.start, average.start, averageOfSquares.start)
    let weight1 = Float(1 - step.beta1)
    let (beta2, weight2) = (Float(step.beta2), Float(1 - step.beta2))
    let stepSize = Float(step.stepSize * step.correction)
    let epsilon = Float(step.epsilon * step.correction)
    Elementwise.forEachVector(in: range) { i in
      let gradient = decayed(g.vector(at: i), p.vector(at: i))
      let average = m.vector(at: i) + weight1 * (gradient - m.vector(at: i))
      let square = v.vector(at: i) * beta2 + weight2 * (gradient * gradient)
      m.store(average, at: i)
      v.store(square, at: i)
      let update = stepSize * average / (square.squareRoot() + epsilon)
      p.store(factor * p.vector(at: i) - update, at: i)
    }
  }
}

struct GradientDescentUpdate: ParameterUpdate {
  private let step: GradientDescentStep
  private let parameter: CPUStorage
  private let gradient: CPUStorage
  private let velocity: CPUStorage?

  init(_ step: GradientDescentStep, on device: CPUDevice) {
    self.step = step
    parameter = device.own(step.parameter)
    gradient = device.own(step.gradient)
    velocity = step.momentum.map { device.own($0.velocity) }
  }

  var count: Int { parameter.count }

  func perform(_ range: Range<Int>) {
    let (p, g, rate) = (parameter.start, gradient.start, Float(step.rate))
    let decay = Vector(repeating: Float(step.weightDecay))
    let momentum = Float(step.momentum?.factor ?? 0)
    Elementwise.forEachVector(in: range) { i in
      var direction = g.vector(at: i)
      if step.weightDecay != 0 { direction = direction.addingMultiple(decay, p.vector(at: i)) }
      if let velocity {
        direction = momentum * velocity.start.vector(at: i) + direction
        velocity.start.store(direction, at: i)
      }
      p.store(p.vector(at: i) - rate * direction, at: i)
    }
  }
}
