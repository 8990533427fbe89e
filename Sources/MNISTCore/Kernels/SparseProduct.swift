// The product of a mostly zero matrix, such as images of ink on an empty ground, and a dense one:
// only numbers that are not zero are multiplied. In MNIST that is one of five.
//
// A product with zero adds nothing, so that leaving it out changes no bit of the result (as long as
// the other factor is finite: 0 · ∞ would not be a number).

/// c [rows, columns] = sparse [rows, depth] · dense [depth, columns], or the transpose of it in c.
struct SparseProduct {
  private let sparse: MatrixView
  private let c: UnsafeMutablePointer<Float>
  private let isTransposed: Bool
  private let finish: ProductFinish
  private let columns: Int
  private let chunks: [DepthChunk]
  private let packed: PackedOperand
  private let nonzeros: NonzeroRows

  // Four vectors of sums for each nonzero number and its place: fewer would wait for one another.
  private typealias Row = FourVectors
  private static let width = Row.vectorCount * Vector.scalarCount
  // One part of a sliver of the dense operand, from which rows are picked at random, fills no more than
  // a first-level cache of 32 kB.
  private static let depthLimit = 7_168 / width
  // The sums of a block rest in the second-level cache between two parts.
  private static let rowsPerTask = 64

  init(
    _ sparse: MatrixView, _ dense: MatrixView, into c: UnsafeMutablePointer<Float>,
    isTransposed: Bool, finish: ProductFinish
  ) {
    self.sparse = sparse
    self.c = c
    self.isTransposed = isTransposed
    self.finish = finish
    columns = dense.columns
    let depth = sparse.columns
    let (chunkCount, chunkDepth) = equalParts(of: depth, limit: Self.depthLimit)
    chunks = (0..<chunkCount).map { chunk in
      DepthChunk(
        index: chunk, start: chunk * chunkDepth,
        depth: min(chunkDepth, depth - chunk * chunkDepth))
    }
    packed = PackedOperand(
      dense.transposed, width: Self.width, chunkCount: chunkCount, chunkDepth: chunkDepth)
    nonzeros = NonzeroRows(sparse, chunks, width: Self.width)
  }

  func run(on pool: ThreadPool) {
    pool.forEach(packed.groupCount + nonzeros.groupCount) { task in
      if task < packed.groupCount {
        packed.pack(group: task, chunks, width: Self.width)
      } else {
        nonzeros.find(group: task - packed.groupCount)
      }
    }
    let blocks = (sparse.rows + Self.rowsPerTask - 1) / Self.rowsPerTask
    pool.forEach(packed.panelCount * blocks) { task in
      multiplyBlock(
        evenShare(task % blocks, of: blocks, total: sparse.rows), sliver: task / blocks)
    }
  }

  private func multiplyBlock(_ rows: Range<Int>, sliver: Int) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count * Self.width) { scratch in
      guard let sums = scratch.baseAddress else { return }
      for chunk in chunks {
        addChunk(chunk, rows, packed.panel(sliver, chunk), into: sums)
      }
      let column = sliver * Self.width
      let count = min(Self.width, columns - column)
      if isTransposed {
        MatrixView(sums, rows: rows.count, columns: Self.width).transpose(
          columns: count, into: c + column * sparse.rows + rows.lowerBound,
          rowStride: sparse.rows)
      } else {
        finish.from(column: column).store(
          sums, blockStride: Self.width, rows: rows.count, columns: count,
          into: c + rows.lowerBound * columns + column, rowStride: columns)
      }
    }
  }

  /// sums[r] += Σ over the nonzero numbers of row r in this part, times the row of b at their place.
  @inline(never)
  private func addChunk(
    _ chunk: DepthChunk, _ rows: Range<Int>, _ b: UnsafePointer<Float>,
    into sums: UnsafeMutablePointer<Float>
  ) {
    var place = sums
    for row in rows {
      var sum = chunk.start == 0 ? Row.zero : Row(place)
      for nonzero in nonzeros.row(row, chunk) {
        sum.add(nonzero.value, Row(b + Int(nonzero.offset)))
      }
      sum.store(to: place)
      place += Self.width
    }
  }
}

extension MatrixView {
  /// Whether leaving out zeros pays: a guess from some of the rows, since it decides over time alone.
  var isMostlyZero: Bool {
    let step = max(1, rows / 16)
    var (seen, zeros) = (0, 0)
    for row in stride(from: 0, to: rows, by: step) {
      let start = start + row * rowStride
      for column in 0..<columns { zeros += start[column * columnStride] == 0 ? 1 : 0 }
      seen += columns
    }
    return 2 * zeros > seen
  }
}
