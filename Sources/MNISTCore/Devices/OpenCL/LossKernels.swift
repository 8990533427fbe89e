enum LossKernels {
  static let part = KernelPart(
    kernels: [
      "log_softmax", "log_softmax_gradient", "negative_log_likelihood",
      "negative_log_likelihood_gradient",
    ],
    source: """
      // A group of 32 for each row. The largest number is taken out, so that no power overflows.
      __kernel void log_softmax(__global const float *x, __global float *y, long columns) {
        __local wide room[32];
        __local float tops[32];
        int lane = get_local_id(0);
        x += get_group_id(0) * columns;
        y += get_group_id(0) * columns;
        float top = -INFINITY;
        for (long i = lane; i < columns; i += 32) top = fmax(top, x[i]);
        top = largest(top, tops, lane, 32);
        wide sum = (wide)(0, 0);
        for (long i = lane; i < columns; i += 32) sum = plus(sum, exp(x[i] - top));
        float logarithm = log(narrow(total(sum, room, lane, 32, 1)));
        for (long i = lane; i < columns; i += 32) y[i] = x[i] - top - logarithm;
      }

      __kernel void log_softmax_gradient(
          __global const float *y, __global const float *upstream, __global float *gradient, long columns) {
        __local wide room[32];
        int lane = get_local_id(0);
        size_t start = get_group_id(0) * columns;
        wide sum = (wide)(0, 0);
        for (long i = lane; i < columns; i += 32) sum = plus(sum, upstream[start + i]);
        float all = narrow(total(sum, room, lane, 32, 1));
        for (long i = lane; i < columns; i += 32) {
          gradient[start + i] = upstream[start + i] - exp(y[start + i]) * all;
        }
      }

      // One group.
      __kernel void negative_log_likelihood(
          __global const float *x, __global const int *labels, __global float *loss, long columns, long rows) {
        __local wide room[256];
        int lane = get_local_id(0);
        wide sum = (wide)(0, 0);
        for (long row = lane; row < rows; row += 256) sum = plus(sum, -x[row * columns + labels[row]]);
        sum = total(sum, room, lane, 256, 1);
        if (lane == 0) *loss = narrow(sum) / rows;
      }

      __kernel void negative_log_likelihood_gradient(
          __global const float *upstream, __global const int *labels, __global float *gradient,
          long columns, long rows) {
        size_t column = get_global_id(0), row = get_global_id(1);
        if (column >= columns || row >= rows) return;
        gradient[row * columns + column] = column == labels[row] ? -upstream[0] / rows : 0;
      }
      """)
}

extension OpenCLDevice {
  func logSoftmax(_ x: Storage, rows: Int, columns: Int) -> Storage {
    let y = make(x.count)
    queue.launch(
      "log_softmax", groups: [rows], of: [32],
      [argument(own(x)), argument(y), .count(columns)])
    return y
  }

  func logSoftmaxGradient(_ y: Storage, upstream: Storage, rows: Int, columns: Int) -> Storage {
    let gradient = make(y.count)
    queue.launch(
      "log_softmax_gradient", groups: [rows], of: [32],
      [argument(own(y)), argument(own(upstream)), argument(gradient), .count(columns)])
    return gradient
  }

  func negativeLogLikelihood(_ x: Storage, labels: [Int], columns: Int) -> Storage {
    let loss = make(1)
    let places = upload(places: labels)
    queue.launch(
      "negative_log_likelihood", groups: [1], of: [256],
      [
        argument(own(x)), argument(places), argument(loss), .count(columns), .count(labels.count),
      ])
    loss.fetchEarly()
    return loss
  }

  func negativeLogLikelihoodGradient(upstream: Storage, labels: [Int], columns: Int) -> Storage {
    let gradient = make(labels.count * columns)
    let places = upload(places: labels)
    launch(
      "negative_log_likelihood_gradient", columns: columns, rows: labels.count,
      [argument(own(upstream)), argument(places), argument(gradient)])
    return gradient
  }
}
