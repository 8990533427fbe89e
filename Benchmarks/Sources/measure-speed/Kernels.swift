import MNISTCore

/// Rates of the kernels through the library's door, beside what the machine can do.
enum Kernels {
  static func measure(threads: Int, numbers: inout some RandomNumberGenerator) {
    ThreadPool.use(threadCount: threads) {
      products(threads, &numbers)
      adam(threads, &numbers)
    }
  }

  private static func random(
    _ shape: [Int], gradient: Bool = false, _ generator: inout some RandomNumberGenerator
  ) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(
      (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }, shape: shape,
      requiresGradient: gradient)
  }

  private static func products(_ threads: Int, _ generator: inout some RandomNumberGenerator) {
    print("\nmatrix products, \(threads) threads               GFLOP/s  of FMA peak")
    let sizes = [784, 630, 476, 322, 168, 10]
    var total = 0.0
    var totalAtPeak = 0.0
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      let x = random([256, inputs], gradient: true, &generator)
      let data = x.detached()
      let weight = random([outputs, inputs], gradient: true, &generator)
      let bias = random([outputs], &generator)
      let g = random([256, outputs], &generator)
      let operations = Double(2 * 256 * inputs * outputs)
      let name = "256 × \(inputs) → \(outputs)"
      func show(_ direction: String, _ seconds: () -> Double) {
        let (rate, share) = compare(
          { operations / seconds() }, with: { Machine.peak(threads: threads) })
        print(
          padded("  \(name)", 20) + padded(direction, 24) + fixed(rate / 1e9, 0, width: 7)
            + fixed(100 * share, 0, width: 10) + " %")
        total += operations
        totalAtPeak += operations / share
      }
      show("x · Wᵀ + b") {
        secondsPerCall { withoutGradients { _ = x.linear(weight: weight, bias: bias) } }
      }
      // The gradient of one operand alone; what the forward pass before it takes is known.
      func backward(_ input: Tensor, _ weight: Tensor) -> Double {
        let both = secondsPerCall {
          input.linear(weight: weight, bias: bias).backward(from: g)
          (input.gradient, weight.gradient) = (nil, nil)
        }
        let forward = secondsPerCall {
          withoutGradients { _ = input.linear(weight: weight, bias: bias) }
        }
        return both - forward
      }
      if inputs != sizes[0] { show("∂x = g · W") { backward(x, weight.detached()) } }
      show("∂W = gᵀ · x") { backward(data, weight) }
    }
    print("  all of these together" + fixed(100 * total / totalAtPeak, 0, width: 38) + " %")

    print("\n[m, k] · [k, n], \(threads) threads                  GFLOP/s  of FMA peak")
    let shapes: [(Int, Int, Int)] = [
      (1, 784, 630), (2, 784, 630), (16, 784, 630), (64, 784, 630), (256, 784, 630),
      (4096, 784, 630), (17, 17, 17), (64, 64, 64), (65, 65, 65), (127, 127, 127),
      (128, 128, 128), (129, 129, 129), (511, 511, 511), (512, 512, 512), (513, 513, 513),
      (1000, 1000, 1000), (1023, 1023, 1023), (1024, 1024, 1024), (1025, 1025, 1025),
      (2048, 2048, 2048), (4095, 4095, 4095), (4096, 4096, 4096),
    ]
    for (m, k, n) in shapes {
      let a = random([m, k], &generator)
      let b = random([k, n], &generator)
      let (rate, share) = compare(
        rounds: 3, { Double(2 * m * n * k) / secondsPerCall { _ = a.matrixProduct(b) } },
        with: { Machine.peak(threads: threads) })
      print(
        padded("  \(m) × \(k) × \(n)", 44) + fixed(rate / 1e9, 0, width: 7)
          + fixed(100 * share, 0, width: 10) + " %")
    }
  }

  /// One step reads p, g, m and v and writes p, m and v: 28 bytes for each parameter.
  private static func adam(_ threads: Int, _ generator: inout some RandomNumberGenerator) {
    let parameter = Parameter(random([1_002_868], &generator))
    parameter.gradient = random([1_002_868], &generator)
    let optimizer = Adam([parameter])
    let (rate, share) = compare(
      { Double(28 * parameter.count) / secondsPerCall { optimizer.step() } },
      with: { Machine.copyBandwidth(bytes: 16 * parameter.count, threads: threads) })
    print(
      "\nAdam, \(parameter.count) parameters, \(threads) threads: " + fixed(rate / 1e9, 1, width: 0)
        + " GB/s, \(fixed(100 * share, 0, width: 0)) % of a plain copy of the same working set")
  }
}
