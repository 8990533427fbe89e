extension Tensor {
  /// The matrix product of [m, k] and [k, n].
  // With g [m, n]: ∂a = g · bᵀ, ∂b = aᵀ · g
  public func matrixProduct(_ other: Tensor) -> Tensor {
    require(
      shape.count == 2 && other.shape.count == 2 && shape[1] == other.shape[0],
      "a matrix product needs [m, k] and [k, n], not \(shape) and \(other.shape)")
    let (m, n) = (shape[0], other.shape[1])
    let result = FloatBuffer(count: m * n)
    multiply(matrix, other.matrix, into: result.start)
    return Tensor(shape: [m, n], buffer: result, from: [self, other]) { [self, other] g in
      [
        !requiresGradient ? nil : .product(g.matrix, other.matrix.transposed),
        !other.requiresGradient ? nil : .product(matrix.transposed, g.matrix),
      ]
    }
  }

  /// The affine map x · Wᵀ + b of x [batch, in] with W [out, in] and b [out].
  ///
  /// - Parameter negativeSlope: above 0, makes it LeakyReLU(x · Wᵀ + b), in one pass less.
  // With g [batch, out] the gradient of x · Wᵀ + b: ∂x = g · W, ∂W = gᵀ · x, ∂b = Σ over the batch of g
  public func linear(weight: Tensor, bias: Tensor, negativeSlope: Float? = nil) -> Tensor {
    let result = linearSums(weight: weight, bias: bias, negativeSlope: negativeSlope)
    let (batch, outputs) = (shape[0], weight.shape[0])
    return Tensor(
      shape: [batch, outputs], buffer: result, from: [self, weight, bias]
    ) { [self, weight, bias] g in
      let (gradient, biasGradient) =
        negativeSlope.map {
          leakyReLUGradients(
            result, upstream: g.buffer, slope: $0, rows: batch, columns: outputs)
        } ?? (g.buffer, sumColumns(g.buffer, rows: batch, columns: outputs))
      return linearGradients(weight: weight, bias: bias, from: gradient, biasGradient)
    }
  }

  /// LeakyReLU(x · Wᵀ + b), normalised over the batch as by `batchNormalized`: on the way back one pass
  /// goes through both.
  func normalizedLinear(
    weight: Tensor, bias: Tensor, negativeSlope: Float, scale: Tensor, shift: Tensor,
    epsilon: Double
  ) -> (y: Tensor, statistics: BatchStatistics) {
    let activated = linearSums(weight: weight, bias: bias, negativeSlope: negativeSlope)
    let (rows, columns) = (shape[0], weight.shape[0])
    Self.checkBatchNorm([rows, columns], weight: scale, bias: shift, usesBatch: true)
    let (result, statistics) = BatchNormalization.forward(
      activated, rows: rows, columns: columns, weight: scale.buffer, bias: shift.buffer,
      epsilon: epsilon)
    let y = Tensor(
      shape: [rows, columns], buffer: result, from: [self, weight, bias, scale, shift]
    ) { [self, weight, bias, scale, shift] g in
      let gradients = BatchNormalization.gradients(
        activated, upstream: g.buffer, rows: rows, columns: columns, statistics: statistics,
        weight: scale.buffer, epsilon: epsilon, usesBatchStatistics: true, slope: negativeSlope)
      return linearGradients(weight: weight, bias: bias, from: gradients.x, gradients.sums) + [
        Tensor(shape: scale.shape, buffer: gradients.weight),
        Tensor(shape: shift.shape, buffer: gradients.bias),
      ]
    }
    return (y, BatchStatistics(statistics))
  }

  private func linearSums(weight: Tensor, bias: Tensor, negativeSlope: Float?) -> FloatBuffer {
    require(
      shape.count == 2 && weight.shape.count == 2 && shape[1] == weight.shape[1]
        && bias.shape == [weight.shape[0]],
      "linear needs x [batch, in], weight [out, in], bias [out], not \(shape), \(weight.shape), "
        + "\(bias.shape)")
    require(
      negativeSlope.map { $0 > 0 } ?? true, "the slope is above 0, not \(negativeSlope ?? 0)")
    let result = FloatBuffer(count: shape[0] * weight.shape[0])
    // What needs no gradient is data, and data such as images may be mostly zero.
    multiply(
      matrix, weight.matrix.transposed, into: result.start,
      finish: ProductFinish(bias: bias.buffer.start, slope: negativeSlope),
      sparse: requiresGradient ? nil : .a)
    return result
  }

  /// The gradients of x, W and b from that of x · Wᵀ + b and its sum down each column.
  private func linearGradients(
    weight: Tensor, bias: Tensor, from gradient: FloatBuffer, _ biasGradient: FloatBuffer
  ) -> [Tensor?] {
    let upstream = MatrixView(gradient.start, rows: shape[0], columns: weight.shape[0])
    let x = requiresGradient ? Tensor(shape: shape, buffer: FloatBuffer(count: count)) : nil
    let w =
      weight.requiresGradient
      ? Tensor(shape: weight.shape, buffer: FloatBuffer(count: weight.count)) : nil
    var products: [Product] = []
    if let w {
      products.append(
        Product(
          upstream.transposed, matrix, into: w.buffer.start, sparse: requiresGradient ? nil : .b))
    }
    // Last what is read next.
    if let x { products.append(Product(upstream, weight.matrix, into: x.buffer.start)) }
    multiply(products)
    // The products read `gradient` through its address.
    withExtendedLifetime(gradient) {}
    return [x, w, bias.requiresGradient ? Tensor(shape: bias.shape, buffer: biasGradient) : nil]
  }

  /// The same numbers in the same order under another shape.
  public func reshaped(_ shape: [Int]) -> Tensor {
    require(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
      "\(self.shape) cannot be reshaped to \(shape)")
    return Tensor(shape: shape, buffer: buffer, from: [self]) { [source = self.shape] g in
      [Tensor(shape: source, buffer: g.buffer)]
    }
  }

  private var matrix: MatrixView {
    MatrixView(buffer.start, rows: shape[0], columns: shape[1])
  }

  private static func product(_ a: MatrixView, _ b: MatrixView) -> Tensor {
    let result = FloatBuffer(count: a.rows * b.columns)
    multiply(a, b, into: result.start)
    return Tensor(shape: [a.rows, b.columns], buffer: result)
  }
}
