/// A number that is not zero, and where its row of the packed other factor begins.
struct Nonzero: BitwiseCopyable {
  let value: Float
  /// In floats from the start of the part.
  let offset: Int32
}

/// The nonzero numbers of a matrix, row by row, for each part of the depth.
final class NonzeroRows: @unchecked Sendable {
  private let source: MatrixView
  private let chunks: [DepthChunk]
  private let width: Int
  // For each row and part as many places as the part is deep, and their number.
  private let numbers: UnsafeMutablePointer<Nonzero>
  private let counts: UnsafeMutablePointer<Int32>

  // Rows found together: four cache lines where the rows of the matrix stand side by side.
  private static let rowsPerGroup = 64

  /// - Parameter width: the floats of one row of the packed other factor.
  init(_ source: MatrixView, _ chunks: [DepthChunk], width: Int) {
    self.source = source
    self.chunks = chunks
    self.width = width
    numbers = MemoryPool.shared.take(Nonzero.self, count: source.rows * source.columns)
    counts = MemoryPool.shared.take(Int32.self, count: source.rows * chunks.count)
  }

  deinit {
    MemoryPool.shared.give(numbers, count: source.rows * source.columns)
    MemoryPool.shared.give(counts, count: source.rows * chunks.count)
  }

  /// In how many parts the rows are looked through.
  var groupCount: Int { (source.rows + Self.rowsPerGroup - 1) / Self.rowsPerGroup }

  func row(_ row: Int, _ chunk: DepthChunk) -> UnsafeBufferPointer<Nonzero> {
    UnsafeBufferPointer(start: place(row, chunk), count: Int(count(row, chunk).pointee))
  }

  /// Looks through one part of the rows.
  func find(group: Int) {
    let rows = evenShare(group, of: groupCount, total: source.rows)
    for chunk in chunks {
      if source.rowStride == 1 {
        findAcross(rows, chunk)
      } else {
        for row in rows { findAlong(row, chunk) }
      }
    }
  }

  /// One row, whose numbers stand side by side.
  private func findAlong(_ row: Int, _ chunk: DepthChunk) {
    let start = source.start + row * source.rowStride + chunk.start
    let found = place(row, chunk)
    var count = 0
    forEachInk(chunk.depth, start) { p in
      // Written in any case and kept if it counts: no branch to guess wrong.
      found[count] = Nonzero(value: start[p], offset: Int32(truncatingIfNeeded: p &* width))
      count &+= start[p] == 0 ? 0 : 1
    }
    self.count(row, chunk).pointee = Int32(truncatingIfNeeded: count)
  }

  /// Rows that stand side by side, read across.
  private func findAcross(_ rows: Range<Int>, _ chunk: DepthChunk) {
    for row in rows { count(row, chunk).pointee = 0 }
    let count = count(rows.lowerBound, chunk)
    let found = place(rows.lowerBound, chunk)
    let (countStride, foundStride) = (chunks.count, source.columns)
    for p in 0..<chunk.depth {
      let start = source.start + rows.lowerBound + (chunk.start + p) * source.columnStride
      let offset = Int32(truncatingIfNeeded: p &* width)
      forEachInk(rows.count, start) { row in
        let count = count + row &* countStride
        found[row &* foundStride &+ Int(count.pointee)] = Nonzero(value: start[row], offset: offset)
        count.pointee &+= start[row] == 0 ? 0 : 1
      }
    }
  }

  /// Calls `body` for each place of a run of numbers, except for groups of eight that are all zero.
  @inline(__always)
  private func forEachInk(_ count: Int, _ start: UnsafePointer<Float>, _ body: (Int) -> Void) {
    let groups = count / 8
    for group in 0..<groups {
      let eight = UnsafeRawPointer(start + 8 * group).loadUnaligned(as: SIMD8<Float>.self)
      guard any(eight .!= 0) else { continue }
      for i in 8 * group..<8 * group + 8 { body(i) }
    }
    for i in 8 * groups..<count { body(i) }
  }

  private func place(_ row: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Nonzero> {
    numbers + row * source.columns + chunk.start
  }

  private func count(_ row: Int, _ chunk: DepthChunk) -> UnsafeMutablePointer<Int32> {
    counts + row * chunks.count + chunk.index
  }
}
