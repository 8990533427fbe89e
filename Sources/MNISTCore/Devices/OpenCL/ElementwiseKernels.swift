enum ElementwiseKernels {
  // The operation is the same for all items: the branch is taken by all of a group together.
  static let part = KernelPart(
    kernels: ["fill", "unary", "binary", "dropout_mask"],
    source: """
      __kernel void fill(__global float *x, float number, long count) {
        size_t i = get_global_id(0);
        if (i < count) x[i] = number;
      }

      float sigmoid(float x) { return 1 / (1 + exp(-x)); }

      __kernel void unary(int operation, float number, __global const float *x, __global float *y, long count) {
        size_t i = get_global_id(0);
        if (i >= count) return;
        float v = x[i];
        switch (operation) {
          case 0: v = -v; break;
          case 1: v = exp(v); break;
          case 2: v = log(v); break;
          case 3: v = sqrt(v); break;
          case 4: v = tanh(v); break;
          case 5: v = sigmoid(v); break;
          case 6: v = v <= 0 ? 0 : v; break;
          case 7: v = v > 0 ? v : number * v; break;
          case 8: v = v + number; break;
          case 9: v = v - number; break;
          case 10: v = v * number; break;
          case 11: v = v / number; break;
          case 12: v = number - v; break;
          case 13: v = number / v; break;
        }
        y[i] = v;
      }

      __kernel void binary(
          int operation, float number, __global const float *x, __global const float *y, __global float *z,
          long count) {
        size_t i = get_global_id(0);
        if (i >= count) return;
        float a = x[i], b = y[i];
        switch (operation) {
          case 0: a = a + b; break;
          case 1: a = a - b; break;
          case 2: a = a * b; break;
          case 3: a = a / b; break;
          case 4: a = a == b; break;
          case 5: a = a > 0 ? b : 0; break;
          case 6: a = a > 0 ? b : number * b; break;
        }
        z[i] = a;
      }

      // SplitMix64; a number is dropped whose upper 53 bits are below the limit.
      __kernel void dropout_mask(__global float *mask, float kept, ulong seed, ulong first, ulong limit, long count) {
        size_t i = get_global_id(0);
        if (i >= count) return;
        ulong z = seed + (first + i + 1) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        mask[i] = ((z ^ (z >> 31)) >> 11) < limit ? 0 : kept;
      }
      """)
}

extension OpenCLDevice {
  func fill(_ target: Overwriting, with number: Float) {
    launch("fill", count: target.storage.count, [argument(own(target)), .number(number)])
  }

  func unary(_ operation: UnaryOperation, _ x: Storage) -> Storage {
    let (code, number): (Int, Float) =
      switch operation {
      case .negate: (0, 0)
      case .exponential: (1, 0)
      case .logarithm: (2, 0)
      case .squareRoot: (3, 0)
      case .tanh: (4, 0)
      case .sigmoid: (5, 0)
      case .relu: (6, 0)
      case .leakyReLU(let slope): (7, slope)
      case .add(let number): (8, number)
      case .subtract(let number): (9, number)
      case .multiply(let number): (10, number)
      case .divide(let number): (11, number)
      case .subtractFrom(let number): (12, number)
      case .divideInto(let number): (13, number)
      }
    let y = make(x.count)
    launch(
      "unary", count: x.count, [.integer(code), .number(number), argument(own(x)), argument(y)])
    return y
  }

  func binary(_ operation: BinaryOperation, _ x: Storage, _ y: Storage) -> Storage {
    requireCount(of: x, toMeet: y)
    let (code, number): (Int, Float) =
      switch operation {
      case .add: (0, 0)
      case .subtract: (1, 0)
      case .multiply: (2, 0)
      case .divide: (3, 0)
      case .equal: (4, 0)
      case .reluGradient: (5, 0)
      case .leakyReLUGradient(let slope): (6, slope)
      }
    let z = make(x.count)
    launch(
      "binary", count: x.count,
      [.integer(code), .number(number), argument(own(x)), argument(own(y)), argument(z)])
    return z
  }

  func dropoutMask(_ count: Int, probability: Double, seed: UInt64, firstDraw: UInt64) -> Storage {
    let mask = make(count)
    let limit = SplitMix64.dropLimit(probability)
    launch(
      "dropout_mask", count: count,
      [
        argument(mask), .number(Float(1 / (1 - probability))), .bits(seed), .bits(firstDraw),
        .bits(limit),
      ])
    return mask
  }
}
