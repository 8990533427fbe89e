/// Some examples of a dataset, in an order of its own.
public struct Subset: Dataset {
  private let base: any Dataset
  private let indices: [Int]

  public init(_ base: any Dataset, indices: [Int]) {
    require(
      indices.allSatisfy { $0 >= 0 && $0 < base.count }, "indices must be in 0..<\(base.count)")
    self.base = base
    self.indices = indices
  }

  public var count: Int { indices.count }

  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    base.batch(indices.map { self.indices[$0] }[...])
  }
}
