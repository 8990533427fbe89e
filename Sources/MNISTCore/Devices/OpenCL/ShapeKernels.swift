enum ShapeKernels {
  // A broadcast is told as a list of axes: their number, their sizes, and how far a step along each moves in the
  // smaller array; a reduction gets a second list, of the axes that it leaves out.
  static let part = KernelPart(
    kernels: [
      "broadcast", "reduce", "transpose", "argmax", "gather_rows", "gather_bytes", "scatter_rows",
      "copy_rows",
    ],
    source: """
      // Where number i of the array that the axes span lies. The last axis is the fastest.
      long place(long i, __global const int *axes) {
        int rank = axes[0];
        long at = 0;
        for (int axis = rank; axis > 0; axis--) {
          at += i % axes[axis] * axes[rank + axis];
          i /= axes[axis];
        }
        return at;
      }

      __kernel void broadcast(
          __global const float *x, __global float *y, __global const int *axes, long count) {
        size_t i = get_global_id(0);
        if (i < count) y[i] = x[place(i, axes)];
      }

      // A group of 32 for each result.
      __kernel void reduce(
          int is_maximum, float divisor, __global const float *x, __global float *y,
          __global const int *kept, __global const int *left_out, long terms) {
        __local wide room[32];
        __local float tops[32];
        int lane = get_local_id(0);
        size_t result = get_group_id(0);
        long start = place(result, kept);
        if (is_maximum) {
          float top = -INFINITY;
          for (long i = lane; i < terms; i += 32) top = larger(x[start + place(i, left_out)], top);
          top = largest(top, tops, lane, 32);
          if (lane == 0) y[result] = top;
        } else {
          wide sum = (wide)(0, 0);
          for (long i = lane; i < terms; i += 32) sum = plus(sum, x[start + place(i, left_out)]);
          sum = total(sum, room, lane, 32, 1);
          if (lane == 0) y[result] = narrow(sum) / divisor;
        }
      }

      __kernel void transpose(__global const float *x, __global float *y, long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column < columns && row < rows) y[column * rows + row] = x[row * columns + column];
      }

      __kernel void argmax(__global const float *x, __global int *places, long columns, long rows) {
        size_t row = get_global_id(0);
        if (row >= rows) return;
        x += row * columns;
        int best = 0;
        for (int column = 1; column < columns; column++) {
          if (x[column] > x[best]) best = column;
        }
        places[row] = best;
      }

      __kernel void gather_rows(
          __global const int *picked, __global const float *x, __global float *y, long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column < columns && row < rows) y[row * columns + column] = x[picked[row] * columns + column];
      }

      __kernel void gather_bytes(
          __global const int *picked, __global const uchar *bytes, __global const float *shades,
          __global float *y, long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column < columns && row < rows) {
          y[row * columns + column] = shades[bytes[picked[row] * columns + column]];
        }
      }

      // `sources` from starts[row] on are the rows of x that row is the sum of.
      __kernel void scatter_rows(
          __global const int *starts, __global const int *sources, __global const float *x, __global float *y,
          long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column >= columns || row >= rows) return;
        wide sum = (wide)(0, 0);
        for (int i = starts[row]; i < starts[row + 1]; i++) sum = plus(sum, x[sources[i] * columns + column]);
        y[row * columns + column] = narrow(sum);
      }

      __kernel void copy_rows(
          __global const float *x, long x_start, long x_stride, __global float *y, long y_start, long y_stride,
          long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column < columns && row < rows) {
          y[y_start + row * y_stride + column] = x[x_start + row * x_stride + column];
        }
      }
      """)
}

extension OpenCLDevice {
  /// Axes as a kernel is told them.
  private func axes(_ sizes: [Int], _ steps: [Int]) -> OpenCLBuffer {
    upload(places: [sizes.count] + sizes + steps)
  }

  func broadcast(_ x: Storage, from shape: [Int], to target: [Int]) -> Storage {
    let y = make(target.reduce(1, *))
    let steps = Broadcast.steps(from: shape, to: target)
    let axes = axes(target, steps)
    launch("broadcast", count: y.count, [argument(own(x)), argument(y), argument(axes)])
    return y
  }

  func reduce(
    _ reduction: Reduction, _ x: Storage, from shape: [Int], to target: [Int]
  ) -> Storage {
    let y = make(target.reduce(1, *))
    let padded = Array(repeating: 1, count: shape.count - target.count) + target
    let steps = Broadcast.steps(from: shape, to: shape)
    let kept = shape.indices.filter { padded[$0] == shape[$0] }
    let leftOut = shape.indices.filter { padded[$0] != shape[$0] }
    let keptAxes = axes(kept.map { shape[$0] }, kept.map { steps[$0] })
    let leftOutAxes = axes(leftOut.map { shape[$0] }, leftOut.map { steps[$0] })
    let (isMaximum, divisor): (Int, Int) =
      switch reduction {
      case .sum(let divisor): (0, divisor)
      case .maximum: (1, 1)
      }
    queue.launch(
      "reduce", groups: [y.count], of: [32],
      [
        .integer(isMaximum), .number(Float(divisor)), argument(own(x)), argument(y),
        argument(keptAxes), argument(leftOutAxes), .count(leftOut.reduce(1) { $0 * shape[$1] }),
      ])
    if y.count == 1 { y.fetchEarly() }
    return y
  }

  func transpose(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let y = make(x.count)
    launch("transpose", columns: columns, rows: rows, [argument(own(x)), argument(y)])
    return y
  }

  func argmax(_ x: Storage, rows: Int, columns: Int) -> [Int] {
    let places = OpenCLBuffer(queue, byteCount: 4 * rows)
    launch("argmax", count: rows, [argument(own(x)), argument(places), .count(columns)])
    return places.numbers(rows, orElse: Int32(0)).map(Int.init)
  }

  func gatherRows(_ rows: [Int], of x: Storage, width: Int) -> Storage {
    let y = make(rows.count * width)
    let picked = upload(places: rows)
    launch(
      "gather_rows", columns: width, rows: rows.count,
      [argument(picked), argument(own(x)), argument(y)])
    return y
  }

  func gatherRows(_ rows: [Int], of bytes: ByteStorage, width: Int) -> Storage {
    let y = make(rows.count * width)
    let picked = upload(places: rows)
    launch(
      "gather_bytes", columns: width, rows: rows.count,
      [argument(picked), argument(own(bytes)), argument(shades), argument(y)])
    return y
  }

  func scatterRows(_ x: Storage, to rows: [Int], of rowCount: Int, width: Int) -> Storage {
    let y = make(rowCount * width)
    // The places of equal rows stand in their order, so that the sums have one too.
    let sources = upload(places: rows.indices.sorted { (rows[$0], $0) < (rows[$1], $1) })
    var starts = [Int](repeating: 0, count: rowCount + 1)
    for row in rows { starts[row + 1] += 1 }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    let offsets = upload(places: starts)
    launch(
      "scatter_rows", columns: width, rows: rowCount,
      [argument(offsets), argument(sources), argument(own(x)), argument(y)])
    return y
  }

  func copyRows(
    _ rowCount: Int, width: Int, from source: Storage, _ sourceRows: RowPlaces,
    to target: Overwriting, _ targetRows: RowPlaces
  ) {
    launch(
      "copy_rows", columns: width, rows: rowCount,
      [
        argument(own(source)), .count(sourceRows.offset), .count(sourceRows.stride),
        argument(own(target)), .count(targetRows.offset), .count(targetRows.stride),
      ])
  }
}
