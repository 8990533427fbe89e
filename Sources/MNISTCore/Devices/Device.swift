/// What computes. Everything above it holds storages and asks their device; only a device knows addresses.
///
/// - Results are new storages of the same device. Only what comes as `Overwriting` is overwritten.
/// - A storage of another device is refused with a sentence.
/// - Matrices lie row by row. Sizes of 0 are allowed; shapes are checked by the callers.
/// - Calls may return before the work is done. `download` and `argmax` wait for it.
/// - A device that can fail gives NaN and zeros once it has. Who hands numbers on asks `check` first.
/// - The same calls on the same kind of device give the same bits, with any number of threads.
protocol Device: AnyObject, Sendable, CustomStringConvertible {
  /// Throws what has gone wrong since the device was made.
  func check() throws(DeviceError)

  // MARK: Memory

  /// Room for numbers whose contents are undefined.
  func allocate(_ count: Int) -> Storage
  func upload(_ numbers: [Float]) -> Storage
  func upload(bytes: [UInt8]) -> ByteStorage
  func download(_ x: Storage) -> [Float]
  /// As many numbers as the storage holds.
  func write(_ numbers: [Float], to target: Overwriting)
  func fill(_ target: Overwriting, with number: Float)
  /// `rowCount` rows of `width` numbers, in each storage at equal distances.
  func copyRows(
    _ rowCount: Int, width: Int, from source: Storage, _ sourceRows: RowPlaces,
    to target: Overwriting, _ targetRows: RowPlaces)

  // MARK: Elementwise and reductions

  func unary(_ operation: UnaryOperation, _ x: Storage) -> Storage
  /// Of two storages of one count.
  func binary(_ operation: BinaryOperation, _ x: Storage, _ y: Storage) -> Storage
  /// The numbers repeated along axes that are missing in front or have size 1.
  func broadcast(_ x: Storage, from shape: [Int], to target: [Int]) -> Storage
  /// The reverse: each number of `target` comes from all that would be repeated from it.
  func reduce(
    _ reduction: Reduction, _ x: Storage, from shape: [Int], to target: [Int]
  ) -> Storage
  func transpose(_ x: Storage, rows: Int, columns: Int) -> Storage
  /// For each row the column of the largest number, of equals the first. At least one column.
  func argmax(_ x: Storage, rows: Int, columns: Int) -> [Int]

  // MARK: Rows picked by number

  /// The rows in this order, each byte divided by 255.
  func gatherRows(_ rows: [Int], of bytes: ByteStorage, width: Int) -> Storage
  func gatherRows(_ rows: [Int], of x: Storage, width: Int) -> Storage
  /// The derivative of that: the sum of `x`'s rows at each row they were picked from, 0 elsewhere.
  func scatterRows(_ x: Storage, to rows: [Int], of rowCount: Int, width: Int) -> Storage

  // MARK: Matrix products

  /// Products that do not depend on one another.
  func multiply(_ products: [MatrixProduct]) -> [Storage]
  /// Says that many products with the transpose of a matrix will come, and that nobody overwrites it any more. A
  /// device may use that, with the same bits.
  func prepareProducts(withTransposeOf weight: Storage, rows: Int, columns: Int)

  // MARK: Layers

  /// The sum of each column.
  func columnSums(_ x: Storage, rows: Int, columns: Int) -> Storage
  /// Through `y = LeakyReLU(x)`, slope > 0: the gradient of x, and its column sums.
  func leakyReLUGradients(
    _ y: Storage, upstream: Storage, slope: Float, rows: Int, columns: Int
  ) -> (x: Storage, columnSums: Storage)
  /// `y = (x − mean) / √(variance + ε) · weight + bias` with each column's own mean and biased variance, of
  /// two rows or more. Moves the running statistics, where there are any.
  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, moving: RunningStatistics?
  ) -> (y: Storage, statistics: ColumnStatistics)
  /// The same with given statistics.
  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, statistics: ColumnStatistics
  ) -> Storage
  /// The gradients of either.
  func batchNormGradients(
    _ x: Storage, upstream: Storage, weight: Storage, epsilon: Double,
    statistics: ColumnStatistics, statisticsAreOfBatch: Bool, slope: Float?
  ) -> BatchNormGradients
  /// `y = x − log Σ exp(x)` along each row.
  func logSoftmax(_ x: Storage, rows: Int, columns: Int) -> Storage
  func logSoftmaxGradient(_ y: Storage, upstream: Storage, rows: Int, columns: Int) -> Storage
  /// The mean over the rows of −x[label], one number. At least one row, each label a column.
  func negativeLogLikelihood(_ x: Storage, labels: [Int], columns: Int) -> Storage
  func negativeLogLikelihoodGradient(upstream: Storage, labels: [Int], columns: Int) -> Storage
  /// 1 / (1 − p) where a number is kept, 0 where it is dropped, each with probability p: number i by draw
  /// `firstDraw + i` of the seed's sequence, see `SplitMix64`.
  func dropoutMask(_ count: Int, probability: Double, seed: UInt64, firstDraw: UInt64) -> Storage

  // MARK: Optimisers

  func adam(_ steps: [AdamStep])
  func gradientDescent(_ steps: [GradientDescentStep])
}

extension Device {
  func prepareProducts(withTransposeOf weight: Storage, rows: Int, columns: Int) {}

  func copy(_ x: Storage) -> Storage {
    let copy = allocate(x.count)
    let rows = RowPlaces(stride: x.count)
    copyRows(1, width: x.count, from: x, rows, to: Overwriting(copy), rows)
    return copy
  }
}

/// The device of tensors that are made from numbers, in this task.
enum CurrentDevice {
  @TaskLocal static var device: any Device = CPUDevice.shared
}

/// Where the rows of a matrix begin: each `stride` after the one before it.
struct RowPlaces {
  var offset = 0
  let stride: Int
}

/// What becomes of each number alone.
enum UnaryOperation: Equatable {
  case negate, exponential, logarithm, squareRoot, tanh
  /// 1 / (1 + e⁻ˣ)
  case sigmoid
  /// 0 where x ≤ 0, else x: NaN stays
  case relu
  /// x where x > 0, else slope · x
  case leakyReLU(slope: Float)
  case add(Float)
  case subtract(Float)
  case multiply(Float)
  case divide(Float)
  /// number − x
  case subtractFrom(Float)
  /// number / x
  case divideInto(Float)
}

/// What becomes of two numbers that stand at the same place.
enum BinaryOperation: Equatable {
  case add, subtract, multiply, divide
  /// 1 where they are equal, else 0
  case equal
  /// Of y and the gradient g of `y = ReLU(x)`: g where y > 0, else 0
  case reluGradient
  /// Of x and the gradient g of `LeakyReLU(x)`: g where x > 0, else slope · g
  case leakyReLUGradient(slope: Float)
}

/// What becomes of many numbers.
enum Reduction: Equatable {
  /// The sum, formed in double, divided by a count.
  case sum(dividedBy: Int)
  /// NaN where one of them is.
  case maximum
}

/// A matrix that lies row by row, or its transpose.
struct Matrix {
  let storage: Storage
  let rows: Int
  let columns: Int
  private(set) var isTransposed = false

  init(_ storage: Storage, rows: Int, columns: Int) {
    self.storage = storage
    self.rows = rows
    self.columns = columns
  }

  var transposed: Matrix {
    var matrix = Matrix(storage, rows: columns, columns: rows)
    matrix.isTransposed = !isTransposed
    return matrix
  }
}

/// a [m, k] · b [k, n], then the epilogue.
struct MatrixProduct {
  enum Factor { case a, b }

  let a: Matrix
  let b: Matrix
  var epilogue = Epilogue()
  /// A factor that may be mostly zeros, as images are: a device may leave them out where that changes no
  /// result, thus where the other factor is finite.
  var sparseFactor: Factor?
}

/// What becomes of a product's sums: `y = LeakyReLU(sum + bias)`, each of the two if it is given.
struct Epilogue {
  /// One number for each column.
  var bias: Storage?
  /// Above 0: the factor of numbers that are not above 0.
  var slope: Float?
}

/// The mean and the biased variance of each column.
struct ColumnStatistics {
  let mean: Storage
  let variance: Storage
}

/// What follows the batches: `running ← (1 − momentum) · running + momentum · batch`, with the unbiased
/// variance.
struct RunningStatistics {
  let mean: Overwriting
  let variance: Overwriting
  let momentum: Double
}

/// What flows back through a batch normalisation. Where its x was LeakyReLU(z), `x` is the gradient of z.
struct BatchNormGradients {
  let x: Storage
  let weight: Storage
  let bias: Storage
  /// Of the gradient `x`.
  let columnSums: Storage
}

/// One step of Adam for one parameter; the formula stands at `Adam`.
struct AdamStep {
  enum WeightDecay: Equatable {
    case none
    /// g ← g + decay · p
    case inGradient(Double)
    /// p ← factor · p
    case decoupled(factor: Double)
  }

  let parameter: Overwriting
  let gradient: Storage
  let average: Overwriting
  let averageOfSquares: Overwriting
  let beta1: Double
  let beta2: Double
  /// learning rate / (1 − β₁ᵗ)
  let stepSize: Double
  /// √(1 − β₂ᵗ)
  let correction: Double
  let epsilon: Double
  let decay: WeightDecay
}

/// `g ← g + weightDecay · p`, then with momentum `v ← momentum · v + g`, `g ← v`; then `p ← p − rate · g`.
struct GradientDescentStep {
  struct Momentum {
    let velocity: Overwriting
    let factor: Double
  }

  let parameter: Overwriting
  let gradient: Storage
  let rate: Double
  let weightDecay: Double
  let momentum: Momentum?
}
