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
  // Panels packed together: runs of some 8 cache lines are read at a time.
  static let panelsPerPacking = 8
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
  let bColumns = b.transposed
  let panelCount = (m + Tile.rows - 1) / Tile.rows
  let sliverCount = (n + Tile.columns - 1) / Tile.columns
  let (paddedM, paddedN) = (panelCount * Tile.rows, sliverCount * Tile.columns)

  // Chunks of equal length, none above the limit.
  let chunkCount = (k + Blocking.depthLimit - 1) / Blocking.depthLimit
  let chunkDepth = (k + chunkCount - 1) / chunkCount
  let chunksPerGroup = max(
    1, min(chunkCount, Blocking.packedLimit / ((paddedM + paddedN) * chunkDepth)))

  let packedA = FloatBuffer(count: paddedM * chunkDepth * chunksPerGroup)
  let packedB = FloatBuffer(count: paddedN * chunkDepth * chunksPerGroup)
  let nonzero = sparse.map { operand in
    NonzeroSteps(
      panelCount: operand == .a ? panelCount : sliverCount, chunkCount: chunksPerGroup,
      chunkDepth: chunkDepth)
  }

  for group in stride(from: 0, to: chunkCount, by: chunksPerGroup) {
    // The chunks of this group, numbered from 0, each with its place in the depth.
    let chunks = (0..<min(chunksPerGroup, chunkCount - group)).map { chunk in
      let start = (group + chunk) * chunkDepth
      return (start: start, depth: min(chunkDepth, k - start))
    }
    func panel(_ index: Int, _ chunk: Int) -> UnsafeMutablePointer<Float> {
      packedA.start + (chunk * paddedM * chunkDepth + index * Tile.rows * chunks[chunk].depth)
    }
    func sliver(_ index: Int, _ chunk: Int) -> UnsafeMutablePointer<Float> {
      packedB.start + (chunk * paddedN * chunkDepth + index * Tile.columns * chunks[chunk].depth)
    }

    let sliverGroups = (sliverCount + Blocking.panelsPerPacking - 1) / Blocking.panelsPerPacking
    let panelGroups = (panelCount + Blocking.panelsPerPacking - 1) / Blocking.panelsPerPacking
    pool.forEach(sliverGroups + panelGroups) { task in
      for (chunk, (start, depth)) in chunks.enumerated() {
        if task < sliverGroups {
          let slivers = share(task, of: sliverGroups, total: sliverCount)
          bColumns.pack(
            panels: slivers, width: Tile.columns, depth: depth, fromColumn: start,
            into: sliver(0, chunk))
          guard sparse == .b else { continue }
          for index in slivers {
            nonzero?.find(
              in: sliver(index, chunk), width: Tile.columns, depth: depth, index: index,
              chunk: chunk)
          }
        } else {
          let panels = share(task - sliverGroups, of: panelGroups, total: panelCount)
          a.pack(
            panels: panels, width: Tile.rows, depth: depth, fromColumn: start,
            into: panel(0, chunk))
          guard sparse == .a else { continue }
          for index in panels {
            nonzero?.find(
              in: panel(index, chunk), width: Tile.rows, depth: depth, index: index, chunk: chunk)
          }
        }
      }
    }

    let panelBlocks = (panelCount + Blocking.panelsPerTask - 1) / Blocking.panelsPerTask
    let sliverBlocks = (sliverCount + Blocking.sliversPerTask - 1) / Blocking.sliversPerTask
    pool.forEach(panelBlocks * sliverBlocks) { task in
      let panels = share(task % panelBlocks, of: panelBlocks, total: panelCount)
      let slivers = share(task / panelBlocks, of: sliverBlocks, total: sliverCount)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Tile.count) { scratch in
        guard let tile = scratch.baseAddress else { return }
        for (chunk, (start, depth)) in chunks.enumerated() {
          for sliverIndex in slivers {
            let column = sliverIndex * Tile.columns
            for panelIndex in panels {
              let row = panelIndex * Tile.rows
              let steps = nonzero?.steps(
                panel: sparse == .a ? panelIndex : sliverIndex, chunk: chunk)
              let (a, b) = (panel(panelIndex, chunk), sliver(sliverIndex, chunk))
              if let steps {
                multiplyPanels(steps: steps, a, b, into: tile)
              } else {
                multiplyPanels(depth: depth, a, b, into: tile)
              }
              let place = c + row * n + column
              let target = start == 0 ? target.from(column: column) : .add
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
  }
}

/// The `index`-th of `count` nearly equal parts of 0..<total.
private func share(_ index: Int, of count: Int, total: Int) -> Range<Int> {
  (index * total / count)..<((index + 1) * total / count)
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
