enum UpdateKernels {
  /// How many parameters one launch of Adam changes: its arguments then take 900 bytes, of which every device takes
  /// 1,024.
  static let slotCount = 24

  // The formula stands at `AdamUpdate`. A group changes 1,024 numbers of one parameter: the slots follow one another
  // in the order of groups.
  static let part = KernelPart(
    kernels: ["adam", "gradient_descent"],
    source: """
      // decay: 0 none, 1 in the gradient, 2 beside it.
      __kernel void adam(
          \(each { """
            __global float *p\($0), __global const float *g\($0), __global float *m\($0), \
            __global float *v\($0), int n\($0),
            """ })
          float weight1, float beta2, float weight2, float step_size, float epsilon, int decay, float decay_factor) {
        int group = get_group_id(0), count = 0;
        __global float *p = p0, *m = m0, *v = v0;
        __global const float *g = g0;
        int first = 0;
        \(each { """
          if (group >= first && group < first + (n\($0) + 1023) / 1024) {
            p = p\($0); g = g\($0); m = m\($0); v = v\($0); count = n\($0); group -= first; first = 1 << 30;
          } else if (first < 1 << 30) {
            first += (n\($0) + 1023) / 1024;
          }
          """ })
        int end = min(count, (group + 1) * 1024);
        for (int i = group * 1024 + get_local_id(0); i < end; i += 256) {
          float parameter = p[i], gradient = g[i];
          if (decay == 1) gradient = gradient + decay_factor * parameter;
          float average = m[i] + weight1 * (gradient - m[i]);
          float square = v[i] * beta2 + weight2 * (gradient * gradient);
          m[i] = average;
          v[i] = square;
          if (decay == 2) parameter = decay_factor * parameter;
          p[i] = parameter - step_size * average / (sqrt(square) + epsilon);
        }
      }

      __kernel void gradient_descent(
          __global float *p, __global const float *g, __global float *velocity, float rate, float decay,
          int has_momentum, float momentum, long count) {
        size_t i = get_global_id(0);
        if (i >= count) return;
        float direction = g[i];
        if (decay != 0) direction = direction + decay * p[i];
        if (has_momentum) {
          direction = momentum * velocity[i] + direction;
          velocity[i] = direction;
        }
        p[i] = p[i] - rate * direction;
      }
      """)

  private static func each(_ text: (Int) -> String) -> String {
    (0..<slotCount).map(text).joined(separator: "\n")
  }
}

extension OpenCLDevice {
  func adam(_ steps: [AdamStep]) {
    var rest = steps.filter { $0.parameter.storage.count > 0 }[...]
    while let first = rest.first {
      // Those of equal settings together: usually all.
      let group = rest.prefix(UpdateKernels.slotCount).prefix { $0.hasSettings(of: first) }
      rest = rest.dropFirst(group.count)
      launchAdam(Array(group))
    }
    queue.flush()
  }

  private func launchAdam(_ steps: [AdamStep]) {
    let step = steps[0]
    let slots = (0..<UpdateKernels.slotCount).flatMap { index -> [Argument] in
      // A slot without a parameter has 0 numbers.
      let slot = index < steps.count ? steps[index] : step
      return [
        argument(own(slot.parameter)), argument(own(slot.gradient)), argument(own(slot.average)),
        argument(own(slot.averageOfSquares)),
        .integer(index < steps.count ? slot.parameter.storage.count : 0),
      ]
    }
    let (decay, factor): (Int, Double) =
      switch step.decay {
      case .none: (0, 0)
      case .inGradient(let decay): (1, decay)
      case .decoupled(let factor): (2, factor)
      }
    let groups = steps.map { Self.groups($0.parameter.storage.count, of: 1_024) }
    queue.launch(
      "adam", groups: [groups.reduce(0, +)], of: [Self.groupSize],
      slots + [
        .number(Float(1 - step.beta1)), .number(Float(step.beta2)), .number(Float(1 - step.beta2)),
        .number(Float(step.stepSize * step.correction)),
        .number(Float(step.epsilon * step.correction)), .integer(decay), .number(Float(factor)),
      ])
  }

  func gradientDescent(_ steps: [GradientDescentStep]) {
    for step in steps {
      let parameter = own(step.parameter)
      launch(
        "gradient_descent", count: parameter.count,
        [
          argument(parameter), argument(own(step.gradient)),
          argument(step.momentum.map { own($0.velocity) } ?? parameter), .number(Float(step.rate)),
          .number(Float(step.weightDecay)), .integer(step.momentum == nil ? 0 : 1),
          .number(Float(step.momentum?.factor ?? 0)),
        ])
    }
    queue.flush()
  }
}

extension AdamStep {
  fileprivate func hasSettings(of other: AdamStep) -> Bool {
    (beta1, beta2, stepSize, correction, epsilon)
      == (other.beta1, other.beta2, other.stepSize, other.correction, other.epsilon)
      && decay == other.decay
  }
}
