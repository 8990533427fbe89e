/// What is computed along the columns of a matrix that lies row by row: a group takes eight neighbouring columns, so
/// that it reads whole sectors of memory, and each of its 32 lanes every 32nd row.
enum ColumnKernels {
  static let part = KernelPart(
    kernels: [
      "column_sums", "leaky_gradients", "batch_norm", "batch_norm_given", "batch_norm_gradients",
    ],
    source: """
      #define COLUMNS 8
      #define LANES 32

      // Of the group's items those of one column add up what they have.
      #define COLUMN_TOTAL(x) total(x, room + get_local_id(0), lane, LANES, COLUMNS)
      #define EACH_ROW(row) for (long row = inside ? lane : rows; row < rows; row += LANES)
      #define PREPARE \\
        __local wide room[COLUMNS * LANES]; \\
        const int lane = get_local_id(1); \\
        const size_t column = get_global_id(0); \\
        const bool inside = column < columns;

      __kernel void column_sums(__global const float *x, __global float *sums, long columns, long rows) {
        PREPARE
        wide sum = (wide)(0, 0);
        EACH_ROW(row) sum = plus(sum, x[row * columns + column]);
        sum = COLUMN_TOTAL(sum);
        if (inside && lane == 0) sums[column] = narrow(sum);
      }

      __kernel void leaky_gradients(
          __global const float *y, __global const float *upstream, float slope, __global float *gradient,
          __global float *sums, long columns, long rows) {
        PREPARE
        wide sum = (wide)(0, 0);
        EACH_ROW(row) {
          long i = row * columns + column;
          float g = y[i] > 0 ? upstream[i] : slope * upstream[i];
          gradient[i] = g;
          sum = plus(sum, g);
        }
        sum = COLUMN_TOTAL(sum);
        if (inside && lane == 0) sums[column] = narrow(sum);
      }

      // moves: whether there are running statistics.
      __kernel void batch_norm(
          __global const float *x, __global const float *weight, __global const float *bias, float epsilon,
          __global float *y, __global float *means, __global float *variances,
          int moves, float momentum, __global float *running_mean, __global float *running_variance,
          long columns, long rows) {
        PREPARE
        wide sum = (wide)(0, 0);
        EACH_ROW(row) sum = plus(sum, x[row * columns + column]);
        float mean = narrow(COLUMN_TOTAL(sum)) / rows;
        sum = (wide)(0, 0);
        EACH_ROW(row) {
          float difference = x[row * columns + column] - mean;
          sum = plus(sum, difference * difference);
        }
        float variance = narrow(COLUMN_TOTAL(sum)) / rows;
        if (!inside) return;
        if (lane == 0) {
          means[column] = mean;
          variances[column] = variance;
          if (moves) {
            float unbiased = variance * ((float)rows / ((float)rows - 1));
            running_mean[column] = (1 - momentum) * running_mean[column] + momentum * mean;
            running_variance[column] = (1 - momentum) * running_variance[column] + momentum * unbiased;
          }
        }
        float factor = weight[column] * (1 / sqrt(variance + epsilon)), shift = bias[column];
        EACH_ROW(row) {
          long i = row * columns + column;
          y[i] = (x[i] - mean) * factor + shift;
        }
      }

      __kernel void batch_norm_given(
          __global const float *x, __global const float *weight, __global const float *bias, float epsilon,
          __global const float *means, __global const float *variances, __global float *y,
          long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column >= columns || row >= rows) return;
        float factor = weight[column] * (1 / sqrt(variances[column] + epsilon));
        long i = row * columns + column;
        y[i] = (x[i] - means[column]) * factor + bias[column];
      }

      // share: 1 / rows where the statistics are those of the batch, else 0.
      __kernel void batch_norm_gradients(
          __global const float *x, __global const float *upstream, __global const float *weight, float epsilon,
          __global const float *means, __global const float *variances, float share, float slope,
          __global float *gradient, __global float *weight_gradient, __global float *bias_gradient,
          __global float *sums, long columns, long rows) {
        PREPARE
        float mean = inside ? means[column] : 0, deviation = inside ? 1 / sqrt(variances[column] + epsilon) : 0;
        wide g_sum = (wide)(0, 0), product_sum = (wide)(0, 0);
        EACH_ROW(row) {
          long i = row * columns + column;
          g_sum = plus(g_sum, upstream[i]);
          product_sum = plus(product_sum, upstream[i] * ((x[i] - mean) * deviation));
        }
        float g_total = narrow(COLUMN_TOTAL(g_sum)), products = narrow(COLUMN_TOTAL(product_sum));
        float factor = inside ? weight[column] * deviation : 0;
        float shift = g_total * share, slant = products * share * deviation;
        wide sum = (wide)(0, 0);
        EACH_ROW(row) {
          long i = row * columns + column;
          float g = factor * (upstream[i] - shift - (x[i] - mean) * slant);
          if (!(x[i] > 0)) g = slope * g;
          gradient[i] = g;
          sum = plus(sum, g);
        }
        sum = COLUMN_TOTAL(sum);
        if (!inside || lane != 0) return;
        bias_gradient[column] = g_total;
        weight_gradient[column] = products;
        sums[column] = narrow(sum);
      }
      """)
}

extension OpenCLDevice {
  private func launchColumns(_ name: String, columns: Int, rows: Int, _ arguments: [Argument]) {
    queue.launch(
      name, groups: [Self.groups(columns, of: 8), 1], of: [8, 32],
      arguments + [.count(columns), .count(rows)])
  }

  func columnSums(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let sums = make(columns)
    launchColumns("column_sums", columns: columns, rows: rows, [argument(own(x)), argument(sums)])
    return sums
  }

  func leakyReLUGradients(
    _ y: Storage, upstream: Storage, slope: Float, rows: Int, columns: Int
  ) -> (x: Storage, columnSums: Storage) {
    let (gradient, sums) = (make(y.count), make(columns))
    launchColumns(
      "leaky_gradients", columns: columns, rows: rows,
      [
        argument(own(y)), argument(own(upstream)), .number(slope), argument(gradient),
        argument(sums),
      ])
    return (gradient, sums)
  }

  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, moving: RunningStatistics?
  ) -> (y: Storage, statistics: ColumnStatistics) {
    let columns = weight.count
    let (y, mean, variance) = (make(x.count), make(columns), make(columns))
    launchColumns(
      "batch_norm", columns: columns, rows: x.count / max(1, columns),
      [
        argument(own(x)), argument(own(weight)), argument(own(bias)), .number(Float(epsilon)),
        argument(y), argument(mean), argument(variance), .integer(moving == nil ? 0 : 1),
        .number(Float(moving?.momentum ?? 0)), argument(moving.map { own($0.mean) } ?? mean),
        argument(moving.map { own($0.variance) } ?? variance),
      ])
    return (y, ColumnStatistics(mean: mean, variance: variance))
  }

  func batchNorm(
    _ x: Storage, weight: Storage, bias: Storage, epsilon: Double, statistics: ColumnStatistics
  ) -> Storage {
    let (columns, y) = (weight.count, make(x.count))
    launch(
      "batch_norm_given", columns: columns, rows: x.count / max(1, columns),
      [
        argument(own(x)), argument(own(weight)), argument(own(bias)), .number(Float(epsilon)),
        argument(own(statistics.mean)), argument(own(statistics.variance)), argument(y),
      ])
    return y
  }

  func batchNormGradients(
    _ x: Storage, upstream: Storage, weight: Storage, epsilon: Double,
    statistics: ColumnStatistics, statisticsAreOfBatch: Bool, slope: Float?
  ) -> BatchNormGradients {
    let columns = weight.count
    let rows = x.count / max(1, columns)
    let gradients = BatchNormGradients(
      x: make(x.count), weight: make(columns), bias: make(columns), columnSums: make(columns))
    launchColumns(
      "batch_norm_gradients", columns: columns, rows: rows,
      [
        argument(own(x)), argument(own(upstream)), argument(own(weight)),
        .number(Float(epsilon)), argument(own(statistics.mean)),
        argument(own(statistics.variance)),
        .number(statisticsAreOfBatch ? 1 / Float(rows) : 0), .number(slope ?? 1),
        argument(own(gradients.x)), argument(own(gradients.weight)),
        argument(own(gradients.bias)), argument(own(gradients.columnSums)),
      ])
    return gradients
  }
}
