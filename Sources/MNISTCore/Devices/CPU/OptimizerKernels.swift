/// Parameter updates, each one pass over memory.
enum OptimizerKernels {
  enum WeightDecay {
    case none
    /// g ← g + decay · p
    case inGradient(Double)
    /// p ← factor · p
    case decoupled(factor: Double)
  }

  /// One Adam step of one parameter.
  struct AdamStep {
    let parameter: FloatBuffer
    let gradient: FloatBuffer
    let average: FloatBuffer
    let averageOfSquares: FloatBuffer
    let beta1: Double
    let beta2: Double
    /// learning rate / (1 − β₁ᵗ)
    let stepSize: Double
    /// √(1 − β₂ᵗ)
    let correction: Double
    let epsilon: Double
    let decay: WeightDecay

    // Without weight decay, a loop that knows nothing of it.
    fileprivate func perform(_ range: Range<Int>) {
      switch decay {
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
      let (p, g, m, v) = (
        parameter.start, gradient.start, average.start, averageOfSquares.start
      )
      let weight1 = Float(1 - beta1)
      let (beta2, weight2) = (Float(beta2), Float(1 - beta2))
      let stepSize = Float(stepSize * correction)
      let epsilon = Float(epsilon * correction)
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

  /// All parameters in one parallel pass: most of a network's are small.
  static func adam(_ steps: [AdamStep]) {
    let chunks = steps.enumerated().flatMap { index, step in
      Elementwise.chunks(of: step.parameter.count).map { (index, $0) }
    }
    ThreadPool.current.forEach(chunks.count) { steps[chunks[$0].0].perform(chunks[$0].1) }
  }

  // p ← p − rate · g
  static func gradientDescent(_ parameter: FloatBuffer, gradient: FloatBuffer, rate: Double) {
    let (p, g) = (parameter.start, gradient.start)
    let rate = Float(rate)
    Elementwise.forEachChunk(of: parameter.count) {
      Elementwise.forEachVector(in: $0) { i in
        p.store(p.vector(at: i) - rate * g.vector(at: i), at: i)
      }
    }
  }
}
