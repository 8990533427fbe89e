extension Tensor {
  /// The matrix product of [m, k] and [k, n]: [m, n].
  // With g [m, n]: ∂a = g · bᵀ, ∂b = aᵀ · g
  public func matrixProduct(_ other: Tensor) -> Tensor {
    require(
      shape.count == 2 && other.shape.count == 2 && shape[1] == other.shape[0],
      "a matrix product needs [m, k] and [k, n], not \(shape) and \(other.shape)")
    let result = device.multiply([MatrixProduct(a: matrix, b: other.matrix)])[0]
    return Tensor(
      shape: [shape[0], other.shape[1]], storage: result, from: [self, other]
    ) { [self, other] g in
      func product(_ a: Matrix, _ b: Matrix) -> Tensor {
        Tensor(
          shape: [a.rows, b.columns],
          storage: g.device.multiply([MatrixProduct(a: a, b: b)])[0])
      }
      return [
        requiresGradient ? product(g.matrix, other.matrix.transposed) : nil,
        other.requiresGradient ? product(matrix.transposed, g.matrix) : nil,
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
      shape: [batch, outputs], storage: result, from: [self, weight, bias]
    ) { [self, weight, bias] g in
      var (sums, sumsGradient) = (Storage?.none, g.storage)
      if let negativeSlope {
        (sumsGradient, sums) = device.leakyReLUGradients(
          result, upstream: g.storage, slope: negativeSlope, rows: batch, columns: outputs)
      }
      let biasGradient =
        sums ?? device.columnSums(sumsGradient, rows: batch, columns: outputs)
      return linearGradients(weight: weight, bias: bias, from: sumsGradient, biasGradient)
    }
  }

  /// LeakyReLU(x · Wᵀ + b), normalised over the batch as by `batchNormalized`: on the way back one pass
  /// goes through both.
  func normalizedLinear(
    weight: Tensor, bias: Tensor, negativeSlope: Float, scale: Tensor, shift: Tensor,
    epsilon: Double, moving: RunningTensors
  ) -> Tensor {
    let activated = linearSums(weight: weight, bias: bias, negativeSlope: negativeSlope)
    let shape = [shape[0], weight.shape[0]]
    Self.checkBatchNorm(shape, weight: scale, bias: shift, usesBatch: true)
    let (result, statistics) = device.batchNorm(
      activated, weight: scale.storage, bias: shift.storage, epsilon: epsilon,
      moving: moving.overwriting(
        beside: [storage, weight.storage, bias.storage, scale.storage, shift.storage]))
    return Tensor(
      shape: shape, storage: result, from: [self, weight, bias, scale, shift]
    ) { [self, weight, bias, scale, shift] g in
      let gradients = device.batchNormGradients(
        activated, upstream: g.storage, weight: scale.storage, epsilon: epsilon,
        statistics: statistics, statisticsAreOfBatch: true, slope: negativeSlope)
      return linearGradients(
        weight: weight, bias: bias, from: gradients.x, gradients.columnSums) + [
          Tensor(shape: scale.shape, storage: gradients.weight),
          Tensor(shape: shift.shape, storage: gradients.bias),
        ]
    }
  }

  private func linearSums(weight: Tensor, bias: Tensor, negativeSlope: Float?) -> Storage {
    require(
      shape.count == 2 && weight.shape.count == 2 && shape[1] == weight.shape[1]
        && bias.shape == [weight.shape[0]],
      "linear needs x [batch, in], weight [out, in], bias [out], not \(shape), \(weight.shape), "
        + "\(bias.shape)")
    require(
      negativeSlope.map { $0 > 0 } ?? true, "the slope is above 0, not \(negativeSlope ?? 0)")
    // What needs no gradient is data, and data such as images may be mostly zero.
    return device.multiply([
      MatrixProduct(
        a: matrix, b: weight.matrix.transposed,
        epilogue: Epilogue(bias: bias.storage, slope: negativeSlope),
        sparseFactor: requiresGradient ? nil : .a)
    ])[0]
  }

  /// The gradients of x, W and b from that of x · Wᵀ + b and its column sums.
  private func linearGradients(
    weight: Tensor, bias: Tensor, from gradient: Storage, _ biasGradient: Storage
  ) -> [Tensor?] {
    let upstream = Matrix(gradient, rows: shape[0], columns: weight.shape[0])
    var products: [MatrixProduct] = []
    if weight.requiresGradient {
      products.append(
        MatrixProduct(
          a: upstream.transposed, b: matrix, sparseFactor: requiresGradient ? nil : .b))
    }
    // Last what is read next.
    if requiresGradient { products.append(MatrixProduct(a: upstream, b: weight.matrix)) }
    let results = device.multiply(products)
    return [
      requiresGradient ? results.last.map { Tensor(shape: shape, storage: $0) } : nil,
      weight.requiresGradient ? Tensor(shape: weight.shape, storage: results[0]) : nil,
      bias.requiresGradient ? Tensor(shape: bias.shape, storage: biasGradient) : nil,
    ]
  }

  private var matrix: Matrix { Matrix(storage, rows: shape[0], columns: shape[1]) }
}
