/// The processor: its threads and vector instructions. The kernels stand in the files beside this one.
final class CPUDevice: Device {
  static let shared = CPUDevice()

  private init() {}

  var description: String { "CPU" }

  func check() throws(DeviceError) {}

  // MARK: Memory

  func allocate(_ count: Int) -> Storage { CPUStorage(count: count) }

  func upload(_ numbers: [Float]) -> Storage { CPUStorage(numbers) }

  func upload(bytes: [UInt8]) -> ByteStorage { CPUByteStorage(bytes) }

  func download(_ x: Storage) -> [Float] { own(x).numbers }

  func write(_ numbers: [Float], to target: Overwriting) { own(target).write(numbers) }

  func fill(_ target: Overwriting, with number: Float) {
    own(target).start.update(repeating: number, count: target.storage.count)
  }

  func copyRows(
    _ rowCount: Int, width: Int, from source: Storage, _ sourceRows: RowPlaces,
    to target: Overwriting, _ targetRows: RowPlaces
  ) {
    let (source, target) = (own(source).start, own(target).start)
    for row in 0..<rowCount {
      (target + targetRows.offset + row * targetRows.stride)
        .update(from: source + sourceRows.offset + row * sourceRows.stride, count: width)
    }
  }

  // MARK: Elementwise and reductions

  func unary(_ operation: UnaryOperation, _ x: Storage) -> Storage {
    Elementwise.unary(operation, own(x))
  }

  func binary(_ operation: BinaryOperation, _ x: Storage, _ y: Storage) -> Storage {
    Elementwise.binary(operation, own(x), own(y))
  }

  func broadcast(_ x: Storage, from shape: [Int], to target: [Int]) -> Storage {
    Broadcast(from: shape, to: target).repeated(own(x))
  }

  func reduce(
    _ reduction: Reduction, _ x: Storage, from shape: [Int], to target: [Int]
  ) -> Storage {
    Broadcast(from: target, to: shape).reduced(own(x), reduction)
  }

  func transpose(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let result = CPUStorage(count: x.count)
    MatrixView(own(x).start, rows: rows, columns: columns)
      .copyColumns(to: result.start, targetStride: rows)
    return result
  }

  func argmax(_ x: Storage, rows: Int, columns: Int) -> [Int] {
    let start = own(x).start
    return (0..<rows).map { row in
      let numbers = start + row * columns
      return (1..<columns).reduce(0) { numbers[$1] > numbers[$0] ? $1 : $0 }
    }
  }

  // MARK: Rows picked by number

  func gatherRows(_ rows: [Int], of bytes: ByteStorage, width: Int) -> Storage {
    RowGathering.gather(rows, of: own(bytes).bytes, width: width)
  }

  func gatherRows(_ rows: [Int], of x: Storage, width: Int) -> Storage {
    RowGathering.gather(rows, of: own(x), width: width)
  }

  func scatterRows(_ x: Storage, to rows: [Int], of rowCount: Int, width: Int) -> Storage {
    RowGathering.scatter(own(x), to: rows, of: rowCount, width: width)
  }

  // MARK: Matrix products

  func multiply(_ products: [MatrixProduct]) -> [Storage] {
    let results = products.map { CPUStorage(count: $0.a.rows * $0.b.columns) }
    BlockedProduct.perform(
      zip(products, results).map { product, result in
        BlockedProduct(
          view(product.a), view(product.b), into: result.start,
          epilogue: TileEpilogue(
            bias: product.epilogue.bias.map { UnsafePointer(own($0).start) },
            slope: product.epilogue.slope),
          sparseFactor: product.sparseFactor, packed: packed(product.b))
      })
    // The products know addresses only.
    withExtendedLifetime((products, results)) {}
    return results
  }

  func prepareProducts(withTransposeOf weight: Storage, rows: Int, columns: Int) {
    own(weight).packTranspose(rows: rows, columns: columns)
  }

  /// What was packed of a matrix, under the same shape.
  private func packed(_ matrix: Matrix) -> PackedMatrix? {
    guard matrix.isTransposed, let packed = own(matrix.storage).packedTranspose,
      (packed.rows, packed.columns) == (matrix.rows, matrix.columns)
    else { return nil }
    return packed
  }

  private func view(_ matrix: Matrix) -> MatrixView {
    let start = own(matrix.storage).start
    return matrix.isTransposed
      ? MatrixView(start, rows: matrix.columns, columns: matrix.rows).transposed
      : MatrixView(start, rows: matrix.rows, columns: matrix.columns)
  }

  // MARK: Layers

  func columnSums(_ x: Storage, rows: Int, columns: Int) -> Storage {
    ColumnPasses.sums(own(x), rows: rows, columns: columns)
  }

  func leakyReLUGradients(
    _ y: Storage, upstream: Storage, slope: Float, rows: Int, columns: Int
  ) -> (x: Storage, columnSums: Storage) {
    ColumnPasses.leakyReLUGradients(
      own(y), upstream: own(upstream), slope: slope, rows: rows, columns: columns)
  }

  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, moving: RunningStatistics?
  ) -> (y: Storage, statistics: ColumnStatistics) {
    let kernel = BatchNormalization(own(x), weight: own(weight), epsilon: epsilon)
    let (y, mean, variance) = kernel.normalizeBatch(
      bias: own(bias), moving: moving.map { (own($0.mean), own($0.variance), $0.momentum) })
    return (y, ColumnStatistics(mean: mean, variance: variance))
  }

  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, statistics: ColumnStatistics
  ) -> Storage {
    BatchNormalization(own(x), weight: own(weight), epsilon: epsilon).normalize(
      bias: own(bias), mean: own(statistics.mean), variance: own(statistics.variance))
  }

  func batchNormGradients(
    _ x: Storage, upstream: Storage, weight: Storage, epsilon: Double,
    statistics: ColumnStatistics, statisticsAreOfBatch: Bool, slope: Float?
  ) -> BatchNormGradients {
    BatchNormalization(own(x), weight: own(weight), epsilon: epsilon).gradients(
      upstream: own(upstream), mean: own(statistics.mean), variance: own(statistics.variance),
      statisticsAreOfBatch: statisticsAreOfBatch, slope: slope ?? 1)
  }

  func logSoftmax(_ x: Storage, rows: Int, columns: Int) -> Storage {
    LogSoftmaxKernels.forward(own(x), rows: rows, columns: columns)
  }

  func logSoftmaxGradient(_ y: Storage, upstream: Storage, rows: Int, columns: Int) -> Storage {
    LogSoftmaxKernels.gradient(own(y), upstream: own(upstream), rows: rows, columns: columns)
  }

  func negativeLogLikelihood(_ x: Storage, labels: [Int], columns: Int) -> Storage {
    let start = own(x).start
    var total = 0.0
    for (row, label) in labels.enumerated() { total -= Double(start[row * columns + label]) }
    return CPUStorage([Float(total / Double(labels.count))])
  }

  // ∂x = −g / rows at each row's label, 0 elsewhere
  func negativeLogLikelihoodGradient(upstream: Storage, labels: [Int], columns: Int) -> Storage {
    let gradient = CPUStorage(count: labels.count * columns)
    gradient.start.update(repeating: 0, count: gradient.count)
    let share = -own(upstream).start[0] / Float(labels.count)
    for (row, label) in labels.enumerated() { gradient.start[row * columns + label] = share }
    return gradient
  }

  func dropoutMask(_ count: Int, probability: Double, seed: UInt64, firstDraw: UInt64) -> Storage {
    Elementwise.dropoutMask(
      count: count, probability: probability, seed: seed, firstDraw: firstDraw)
  }

  // MARK: Optimisers

  func adam(_ steps: [AdamStep]) {
    ParameterUpdates.perform(steps.map { AdamUpdate($0, on: self) })
    withExtendedLifetime(steps) {}
  }

  func gradientDescent(_ steps: [GradientDescentStep]) {
    ParameterUpdates.perform(steps.map { GradientDescentUpdate($0, on: self) })
    withExtendedLifetime(steps) {}
  }

  // MARK: Its own storages

  func own(_ storage: Storage) -> CPUStorage {
    requireOwn(storage)
    return unsafeDowncast(storage, to: CPUStorage.self)
  }

  func own(_ target: Overwriting) -> CPUStorage {
    let storage = own(target.storage)
    require(storage.packedTranspose == nil, "numbers prepared for prediction cannot be overwritten")
    return storage
  }

  private func own(_ bytes: ByteStorage) -> CPUByteStorage {
    requireOwn(bytes)
    return unsafeDowncast(bytes, to: CPUByteStorage.self)
  }
}
