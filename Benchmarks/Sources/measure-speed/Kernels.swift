import MNISTCore

/// Rates of the kernels through the library's door, beside what the machine can do.
enum Kernels {
  private static func random(_ shape: [Int]) -> Tensor {
    let count = shape.reduce(1, *)
    var numbers = RepeatableNumbers(state: UInt64(count))
    return Tensor((0..<count).map { _ in Float.random(in: -1...1, using: &numbers) }, shape: shape)
  }

  private static func withGradient(_ x: Tensor) -> Tensor {
    Tensor(x.numbers, shape: x.shape, requiresGradient: true)
  }

  /// The three products of each layer of the default network, for some batch sizes.
  static func network(_ images: ImageSet, threads: Int) {
    let batches = [1, 2, 16, 64, 256]
    let sizes = [784, 630, 476, 322, 168, 10]
    print("\nproducts of the network, \(threads) threads: GFLOP/s and share of the FMA peak")
    print(padded("  batch", 26) + batches.map { fixed(Double($0), 0, width: 13) }.joined())
    var totals = batches.map { _ in (operations: 0.0, atPeak: 0.0) }
    for (inputs, outputs) in zip(sizes, sizes.dropFirst()) {
      let weight = withGradient(random([outputs, inputs]))
      let bias = random([outputs])
      func show(
        _ product: String, counts: Bool = true, _ seconds: (Tensor, Tensor) -> Double
      ) {
        let cells = batches.enumerated().map { index, batch in
          let x = random([batch, inputs])
          let g = random([batch, outputs])
          let operations = Double(2 * batch * inputs * outputs)
          let (rate, share) = compare(
            rounds: 3, { operations / seconds(x, g) }, with: { Machine.peak(threads: threads) })
          if counts {
            totals[index].operations += operations
            totals[index].atPeak += operations / share
          }
          return fixed(rate / 1e9, 0, width: 6) + fixed(100 * share, 0, width: 5) + " %"
        }
        print(padded("  \(inputs) → \(outputs)", 14) + padded(product, 12) + cells.joined())
      }
      func forward(_ x: Tensor) -> Double {
        secondsPerCall { withoutGradients { _ = x.linear(weight: weight, bias: bias) } }
      }
      /// The backward pass for the gradient of one operand.
      func backward(_ x: Tensor, _ weight: Tensor, _ g: Tensor) -> Double {
        secondsPerCall(
          preparedBy: { x.linear(weight: weight, bias: bias) },
          {
            $0.backward(from: g)
            (x.gradient, weight.gradient) = (nil, nil)
          })
      }
      show("x · Wᵀ + b") { x, _ in
        // What needs no gradient is looked through for zeros.
        forward(inputs == sizes[0] ? x : withGradient(x))
      }
      if inputs != sizes[0] {
        show("∂x = g · W") { x, g in backward(withGradient(x), weight.detached(), g) }
      }
      show("∂W = gᵀ · x") { x, g in backward(x, weight, g) }
      if inputs == sizes[0] {
        // As if nothing were left out, so that it may exceed the peak.
        let data = ImageDataset(images)
        func first(_ count: Int) -> Tensor { data.batch(Array(0..<count)[...]).inputs }
        show("… MNIST", counts: false) { x, _ in forward(first(x.shape[0])) }
        show("… MNIST", counts: false) { x, g in backward(first(x.shape[0]), weight, g) }
      }
    }
    print(
      padded("  all, dense", 26)
        + totals.map { fixed(100 * $0.operations / $0.atPeak, 0, width: 11) + " %" }.joined())
  }

  static func sizes(threads: Int) {
    print("\n[m, k] · [k, n], \(threads) threads       GFLOP/s  of FMA peak")
    let shapes: [(Int, Int, Int)] = [
      (1, 1, 1), (2, 3, 5), (8, 8, 8), (17, 17, 17), (31, 31, 31), (32, 32, 32), (33, 33, 33),
      (64, 64, 64), (65, 65, 65), (127, 127, 127), (128, 128, 128), (129, 129, 129),
      (255, 255, 255), (256, 256, 256), (257, 257, 257), (511, 511, 511), (512, 512, 512),
      (513, 513, 513), (1000, 1000, 1000), (1023, 1023, 1023), (1024, 1024, 1024),
      (1025, 1025, 1025), (2047, 2047, 2047), (2048, 2048, 2048), (2049, 2049, 2049),
      (4095, 4095, 4095), (4096, 4096, 4096), (4096, 784, 630), (4096, 1, 4096), (1, 4096, 4096),
      (4096, 4096, 1),
    ]
    for (m, k, n) in shapes {
      let a = random([m, k])
      let b = random([k, n])
      let (rate, share) = compare(
        rounds: 3, { Double(2 * m * n * k) / secondsPerCall { _ = a.matrixProduct(b) } },
        with: { Machine.peak(threads: threads) })
      print(
        padded("  \(m) × \(k) × \(n)", 32) + fixed(rate / 1e9, 1, width: 9)
          + fixed(100 * share, 0, width: 11) + " %")
    }
  }

  /// One step reads p, g, m and v and writes p, m and v: 28 bytes for each parameter.
  static func adam(threads: Int) {
    let parameter = Parameter(random([1_002_868]))
    parameter.gradient = random([1_002_868])
    let optimizer = Adam([parameter])
    let bytes = 16 * parameter.count
    func rate() -> Double { Double(28 * parameter.count) / secondsPerCall { optimizer.step() } }
    let copy = compare(rate) { Machine.copyBandwidth(bytes: bytes, threads: threads) }
    let update = compare(rate) { Machine.updateBandwidth(bytes: bytes, threads: threads) }
    print(
      "\nAdam, \(parameter.count) parameters, \(threads) threads: "
        + "\(fixed(copy.rate / 1e9, 1, width: 0)) GB/s, "
        + "\(fixed(100 * copy.share, 0, width: 0)) % of a plain copy in the same working set, "
        + "\(fixed(100 * update.share, 0, width: 0)) % of the same reads and writes alone")
  }
}

/// SplitMix64: the same numbers in every run, and faster than the system's.
private struct RepeatableNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
