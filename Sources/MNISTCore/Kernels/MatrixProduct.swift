// The loops of the matrix product: split the depth, pack both operands, share out blocks of the
// result, and walk each block tile by tile. Legend: c [m, n] = a [m, k] · b [k, n].
//
// Every element of c is summed over k in the same order (chunks of `depthLimit`, each from its first
// to its last p), wherever the tiles and threads fall: the result does not depend on either.

/// What the product becomes where it meets the memory of the result.
enum ProductTarget {
  /// c = a · b
  case replace
  /// c = c + a · b
  case add
  /// c = a · b + bias, the same bias [n] for each row
  case replaceWithBias(UnsafePointer<Float>)
}

/// One of the two factors of a product.
enum Operand {
  case a
  case b
}

enum Blocking {
  // With AVX2 one sliver of b and one panel of a share the 32 kB first-level cache: 320 × (16 + 6) × 4
  // bytes are 28 kB. With AVX-512 (59 kB) and NEON (28 kB) the panel stays and the sliver streams from
  // the second level. One value for all keeps the order of the sums, thus the rounding.
  static let depthLimit = 320
  // Panels of a that one task walks for each sliver of b: together some 160 kB, half of a small
  // second-level cache.
  static let panelsPerTask = 128 / Tile.rows
  // Fewer slivers than this per task would read the panels of a again too often.
  static let sliversPerTask = 6
  // Both packed operands stay below this many floats (16 MiB) by taking the depth in groups, unless one
  // chunk alone is larger.
  static let packedLimit = 4 << 20
}

/// c [m, n] = a [m, k] · b [k, n], or what `target` makes of it. c has rows of n numbers.
///
/// - Parameter sparse: the operand that is mostly zero; steps at which a panel of it holds only zeros are
///   left out.
func multiply(
  _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>,
  target: ProductTarget = .replace, sparse: Operand? = nil, pool: ThreadPool = .current
) {
  let (m, n, k) = (a.rows, b.columns, a.columns)
  guard m > 0 && n > 0 else { return }
  guard k > 0 else {
    finishEmptyProduct(m, n, into: c, target: target)
    return
  }
  // Chunks of equal length, none above the limit.
  let chunkCount = (k + Blocking.depthLimit - 1) / Blocking.depthLimit
  let chunkDepth = (k + chunkCount - 1) / chunkCount
  let chunksAtOnce = max(1, min(chunkCount, Blocking.packedLimit / ((m + n) * chunkDepth)))
  let packedA = PackedOperand(
    a, width: Tile.rows, chunkCount: chunksAtOnce, chunkDepth: chunkDepth,
    isSparse: sparse == .a)
  let packedB = PackedOperand(
    b.transposed, width: Tile.columns, chunkCount: chunksAtOnce, chunkDepth: chunkDepth,
    isSparse: sparse == .b)
  let panelBlocks = (packedA.panelCount + Blocking.panelsPerTask - 1) / Blocking.panelsPerTask
  let sliverBlocks = (packedB.panelCount + Blocking.sliversPerTask - 1) / Blocking.sliversPerTask

  for first in stride(from: 0, to: chunkCount, by: chunksAtOnce) {
    let chunks = (first..<min(first + chunksAtOnce, chunkCount)).map { chunk in
      DepthChunk(
        index: chunk - first, start: chunk * chunkDepth,
        depth: min(chunkDepth, k - chunk * chunkDepth))
    }
    pool.forEach(packedB.groupCount + packedA.groupCount) { task in
      if task < packedB.groupCount {
        packedB.pack(group: task, chunks, width: Tile.columns)
      } else {
        packedA.pack(group: task - packedB.groupCount, chunks, width: Tile.rows)
      }
    }
    pool.forEach(panelBlocks * sliverBlocks) { task in
      multiplyBlock(
        packedA, evenShare(task % panelBlocks, of: panelBlocks, total: packedA.panelCount),
        packedB, evenShare(task / panelBlocks, of: sliverBlocks, total: packedB.panelCount),
        chunks, m, n, into: c, target: target)
    }
  }
}

/// The block of c where some panels of a meet some slivers of b.
@inline(__always)
private func multiplyBlock(
  _ a: PackedOperand, _ panels: Range<Int>, _ b: PackedOperand, _ slivers: Range<Int>,
  _ chunks: [DepthChunk], _ m: Int, _ n: Int, into c: UnsafeMutablePointer<Float>,
  target: ProductTarget
) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.count) { scratch in
    guard let tile = scratch.baseAddress else { return }
    for chunk in chunks {
      for sliver in slivers {
        let column = sliver * Tile.columns
        // The first chunk makes c, those after it add to it.
        let target = chunk.start == 0 ? target.from(column: column) : .add
        for panel in panels {
          let row = panel * Tile.rows
          if let steps = a.steps(panel, chunk) ?? b.steps(sliver, chunk) {
            multiplyPanels(steps: steps, a.panel(panel, chunk), b.panel(sliver, chunk), into: tile)
          } else {
            multiplyPanels(
              depth: chunk.depth, a.panel(panel, chunk), b.panel(sliver, chunk), into: tile)
          }
          let place = c + row * n + column
          if row + Tile.rows <= m && column + Tile.columns <= n {
            // Constant sizes: the loops are unrolled.
            merge(
              tile, rows: Tile.rows, columns: Tile.columns, into: place, rowStride: n,
              target: target)
          } else {
            merge(
              tile, rows: min(Tile.rows, m - row), columns: min(Tile.columns, n - column),
              into: place, rowStride: n, target: target)
          }
        }
      }
    }
  }
}

extension ProductTarget {
  fileprivate func from(column: Int) -> ProductTarget {
    if case .replaceWithBias(let bias) = self { .replaceWithBias(bias + column) } else { self }
  }
}

/// Brings one tile to its place.
@inline(__always)
private func merge(
  _ tile: UnsafePointer<Float>, rows: Int, columns: Int,
  into c: UnsafeMutablePointer<Float>, rowStride: Int, target: ProductTarget
) {
  let lanes = Vector.scalarCount
  let wholeVectors = columns / lanes * lanes
  switch target {
  case .replace:
    forEachRow { source, place in
      for i in stride(from: 0, to: wholeVectors, by: lanes) {
        place.store(source.vector(at: i), at: i)
      }
      for i in wholeVectors..<columns { place[i] = source[i] }
    }
  case .add:
    forEachRow { source, place in
      for i in stride(from: 0, to: wholeVectors, by: lanes) {
        place.store(place.vector(at: i) + source.vector(at: i), at: i)
      }
      for i in wholeVectors..<columns { place[i] += source[i] }
    }
  case .replaceWithBias(let bias):
    forEachRow { source, place in
      for i in stride(from: 0, to: wholeVectors, by: lanes) {
        place.store(source.vector(at: i) + bias.vector(at: i), at: i)
      }
      for i in wholeVectors..<columns { place[i] = source[i] + bias[i] }
    }
  }

  @inline(__always)
  func forEachRow(_ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void) {
    var (source, place) = (tile, c)
    for _ in 0..<rows {
      body(source, place)
      source += Tile.columns
      place += rowStride
    }
  }
}

/// A sum of nothing is zero.
private func finishEmptyProduct(
  _ m: Int, _ n: Int, into c: UnsafeMutablePointer<Float>, target: ProductTarget
) {
  for row in 0..<m {
    for column in 0..<n {
      switch target {
      case .replace: c[row * n + column] = 0
      case .add: break
      case .replaceWithBias(let bias): c[row * n + column] = bias[column]
      }
    }
  }
}
