/// Matrix products.
///
/// ```
///          k                    n            A group makes a tile of c. It takes the tile's rows of a and columns
///    ┌───┬───┬──┐      ┌────┬────┬──┐        of b through local memory, 16 steps of k at a time; each item makes
///  m │░░░│░░░│░░│    k │    │░░░░│  │        4×4 numbers of the tile in registers.
///    ├───┼───┼──┤  ·   ├────┼────┼──┤
///    │   │   │  │      │    │░░░░│  │        The inner dimension is cut into four parts. Their sums are formed
///    └───┴───┴──┘      └────┴────┴──┘        apart, each in the order of k, and added up in order.
/// ```
/// With one slice, the group's items go through the four parts one after the other; with four slices, four sets of
/// items have one each, so that small results keep a large device busy too. Both give the same bits: which of them
/// computes is only a matter of speed.
enum ProductKernels {
  struct Variant {
    let tile: Int
    let slices: Int

    var name: String { "product_\(tile)_\(slices)" }
    /// Items of a slice, in each direction.
    var side: Int { tile / 4 }
  }

  static let large = Variant(tile: 64, slices: 1)
  static let small = Variant(tile: 32, slices: 4)
  static let variants = [large, small]
  static let depth = 16

  /// Whether it pays to try which variant is faster: a product of more steps would be waited for longer than a moment.
  static func mayBeTried(_ m: Int, _ n: Int, _ k: Int) -> Bool { m * n * k <= 1 << 28 }

  /// Which variant is likely to be faster for a result of m rows and n columns.
  static func likely(_ m: Int, _ n: Int, computeUnitCount: Int) -> Variant {
    let groups = OpenCLDevice.groups(m, of: large.tile) * OpenCLDevice.groups(n, of: large.tile)
    // Two groups for each unit, for one to compute while the other waits for memory.
    return groups >= 2 * computeUnitCount ? large : small
  }

  static let part = KernelPart(
    kernels: variants.map(\.name), source: variants.map(source).joined())

  private static func source(of variant: Variant) -> String {
    """
    #define TILE \(variant.tile)
    #define SIDE \(variant.side)
    #define SLICES \(variant.slices)
    #define DEPTH \(depth)
    // Rows of the tiles in local memory lie apart, so that neighbours are in different banks.
    #define PITCH (TILE + 4)

    __kernel __attribute__((reqd_work_group_size(SIDE, SIDE, SLICES)))
    void \(variant.name)(
        __global const float *a, long a_row, long a_step, __global const float *b, long b_step, long b_column,
        __global float *c, int m, int n, int k, int part, int has_bias, __global const float *bias,
        int has_slope, float slope) {
      __local float room[SLICES * 2 * DEPTH * PITCH];
      const int slice = get_local_id(2);
      const int item = get_local_id(1) * SIDE + get_local_id(0);
      const int row0 = get_group_id(1) * TILE, column0 = get_group_id(0) * TILE;
      const int row = get_local_id(1) * 4, column = get_local_id(0) * 4;
      __local float *rows = room + slice * 2 * DEPTH * PITCH;
      __local float *columns = rows + DEPTH * PITCH;
      float4 sum[4] = { 0, 0, 0, 0 };

      for (int first = 0; first < 4; first += SLICES) {
        const int start = (first + slice) * part, end = min(k, start + part);
        float4 partial[4] = { 0, 0, 0, 0 };
        // As many rounds for each slice: they wait for one another.
        for (int offset = start; offset < start + part; offset += DEPTH) {
          for (int i = item; i < DEPTH * TILE; i += SIDE * SIDE) {
            // Neighbouring items read neighbouring numbers.
            int step = a_step == 1 ? i % DEPTH : i / TILE, place = a_step == 1 ? i / DEPTH : i % TILE;
            bool is_inside = row0 + place < m && offset + step < end;
            rows[step * PITCH + place] =
                is_inside ? a[(row0 + place) * a_row + (offset + step) * a_step] : 0;
            step = b_step == 1 ? i % DEPTH : i / TILE, place = b_step == 1 ? i / DEPTH : i % TILE;
            is_inside = column0 + place < n && offset + step < end;
            columns[step * PITCH + place] =
                is_inside ? b[(offset + step) * b_step + (column0 + place) * b_column] : 0;
          }
          barrier(CLK_LOCAL_MEM_FENCE);
          for (int step = 0; step < DEPTH; step++) {
            float4 x = vload4(0, rows + step * PITCH + row), y = vload4(0, columns + step * PITCH + column);
            partial[0] = fma((float4)(x.s0), y, partial[0]);
            partial[1] = fma((float4)(x.s1), y, partial[1]);
            partial[2] = fma((float4)(x.s2), y, partial[2]);
            partial[3] = fma((float4)(x.s3), y, partial[3]);
          }
          barrier(CLK_LOCAL_MEM_FENCE);
        }
    #if SLICES == 1
        for (int i = 0; i < 4; i++) sum[i] += partial[i];
    #else
        for (int i = 0; i < 4; i++) {
          vstore4(partial[i], 0, room + (slice * TILE + row + i) * TILE + column);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        // One row of the item's four for each slice.
        for (int other = 0; other < SLICES; other++) {
          sum[0] += vload4(0, room + (other * TILE + row + slice) * TILE + column);
        }
    #endif
      }

    #if SLICES == 1
      for (int i = 0; i < 4; i++) {
        const int at = row0 + row + i;
        const float4 all = sum[i];
    #else
      {
        const int at = row0 + row + slice;
        const float4 all = sum[0];
    #endif
        const float numbers[4] = { all.s0, all.s1, all.s2, all.s3 };
        for (int j = 0; j < 4; j++) {
          const int to = column0 + column + j;
          if (at >= m || to >= n) continue;
          float y = numbers[j];
          if (has_bias) y = y + bias[to];
          if (has_slope && !(y > 0)) y = y * slope;
          c[(long)at * n + to] = y;
        }
      }
    }
    #undef TILE
    #undef SIDE
    #undef SLICES
    #undef DEPTH
    #undef PITCH

    """
  }
}

extension OpenCLDevice {
  func multiply(_ products: [MatrixProduct]) -> [Storage] {
    products.map { multiply($0, with: variant(for: $0)) }
  }

  private func variant(for product: MatrixProduct) -> ProductKernels.Variant {
    let (m, n, k) = (product.a.rows, product.b.columns, product.a.columns)
    guard let tuning, ProductKernels.mayBeTried(m, n, k) else {
      return ProductKernels.likely(m, n, computeUnitCount: queue.description.computeUnitCount)
    }
    let shape = "\(m) \(n) \(k) \(product.a.isTransposed) \(product.b.isTransposed)"
    return tuning.variant(for: shape) { variant in
      // The first warms up.
      (0..<4).compactMap { _ in
        let start = ContinuousClock.now
        for _ in 0..<4 { _ = multiply(product, with: variant) }
        return queue.finish() ? .now - start : nil
      }
    }
  }

  func multiply(_ product: MatrixProduct, with variant: ProductKernels.Variant) -> Storage {
    let (m, n, k) = (product.a.rows, product.b.columns, product.a.columns)
    let result = make(m * n)
    let (aRow, aStep) = Self.distances(product.a)
    let (bStep, bColumn) = Self.distances(product.b)
    let part = Self.groups(Self.groups(k, of: 4), of: ProductKernels.depth) * ProductKernels.depth
    queue.launch(
      variant.name,
      groups: [Self.groups(n, of: variant.tile), Self.groups(m, of: variant.tile), 1],
      of: [variant.side, variant.side, variant.slices],
      [
        argument(own(product.a.storage)), .count(aRow), .count(aStep),
        argument(own(product.b.storage)), .count(bStep), .count(bColumn), argument(result),
        .integer(m), .integer(n), .integer(k), .integer(part),
        .integer(product.epilogue.bias == nil ? 0 : 1),
        argument(product.epilogue.bias.map { own($0) } ?? result),
        .integer(product.epilogue.slope == nil ? 0 : 1), .number(product.epilogue.slope ?? 0),
      ])
    return result
  }

  /// How far apart the numbers of neighbouring rows lie, and those of neighbouring columns.
  private static func distances(_ matrix: Matrix) -> (row: Int, column: Int) {
    matrix.isTransposed ? (1, matrix.rows) : (matrix.columns, 1)
  }
}
