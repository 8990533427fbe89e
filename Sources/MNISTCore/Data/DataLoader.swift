/// A dataset in batches: `for batch in loader { … }` is one pass over it.
public struct DataLoader: Sequence {
  private let dataset: any Dataset
  private let batchSize: Int
  private let generator: RandomGenerator?
  private let boundaries: [Int]

  /// Batches of `dataset`.
  ///
  /// - Parameters:
  ///   - batchSize: rows in a batch; the last one may be short.
  ///   - generator: draws a fresh order for each pass; nil keeps the dataset's own.
  ///   - dropLast: whether a short last batch is left out.
  ///   - smallestBatch: a shorter last batch joins the one before it. Batch normalisation needs 2.
  public init(
    _ dataset: any Dataset, batchSize: Int, shuffledBy generator: RandomGenerator? = nil,
    dropLast: Bool = false, smallestBatch: Int = 1
  ) {
    require(
      batchSize >= smallestBatch && smallestBatch >= 1,
      "batches of \(batchSize) rows, none below \(smallestBatch)")
    self.dataset = dataset
    self.batchSize = batchSize
    self.generator = generator
    let count = dataset.count
    var boundaries = Array(stride(from: 0, to: count, by: Swift.min(batchSize, count + 1)))
    let remainder = count % batchSize
    if remainder > 0 {
      if dropLast {
        boundaries.removeLast()
      } else if remainder < smallestBatch && boundaries.count > 1 {
        boundaries.removeLast()
      }
    }
    boundaries.append(dropLast ? count - remainder : count)
    self.boundaries = boundaries
  }

  /// The number of batches in one pass.
  public var batchCount: Int { boundaries.count - 1 }

  /// One pass; where there is a generator, its order is drawn now.
  public func makeIterator() -> AnyIterator<Batch> {
    let order = generator?.permutation(dataset.count) ?? Array(0..<dataset.count)
    var next = 0
    return AnyIterator {
      guard next < batchCount else { return nil }
      defer { next += 1 }
      return dataset.batch(order[boundaries[next]..<boundaries[next + 1]])
    }
  }
}
