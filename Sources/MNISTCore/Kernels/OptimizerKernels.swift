/// Parameter updates, each one pass over memory.
enum OptimizerKernels {
  /// The numbers of one Adam step that are the same for every parameter.
  struct AdamStep {
    let beta1: Double
    let beta2: Double
    /// learning rate / (1 − β₁ᵗ)
    let stepSize: Double
    /// √(1 − β₂ᵗ)
    let correction: Double
    let epsilon: Double
  }

  // m ← m + (1 − β₁)(g − m)
  // v ← β₂ v + (1 − β₂) g²
  // p ← p − stepSize · m / (√v / correction + ε)
  static func adam(
    _ parameter: FloatBuffer, gradient: FloatBuffer, average: FloatBuffer,
    averageOfSquares: FloatBuffer, step: AdamStep
  ) {
    let (p, g, m, v) = (
      parameter.start, gradient.start, average.start, averageOfSquares.start
    )
    let weight1 = Float(1 - step.beta1)
    let (beta2, weight2) = (Float(step.beta2), Float(1 - step.beta2))
    let (stepSize, correction) = (Float(step.stepSize), Float(step.correction))
    let epsilon = Float(step.epsilon)
    Elementwise.forEachChunk(of: parameter.count) {
      for i in $0 {
        let average = m[i] + weight1 * (g[i] - m[i])
        let square = v[i] * beta2 + weight2 * (g[i] * g[i])
        m[i] = average
        v[i] = square
        p[i] -= stepSize * (average / (square.squareRoot() / correction + epsilon))
      }
    }
  }

  // p ← p − rate · g
  static func gradientDescent(_ parameter: FloatBuffer, gradient: FloatBuffer, rate: Double) {
    let (p, g) = (parameter.start, gradient.start)
    let rate = Float(rate)
    Elementwise.forEachChunk(of: parameter.count) { for i in $0 { p[i] -= rate * g[i] } }
  }
}
