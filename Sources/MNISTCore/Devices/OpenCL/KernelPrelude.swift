/// What all kernels share. The language is OpenCL C 1.2, in which every device has float32 but not every one has
/// float64: where the processor's kernels add up in double, these add pairs of floats.
enum KernelPrelude {
  static let source = """
    // Every product and sum is rounded by itself, unless it says fma.
    #pragma OPENCL FP_CONTRACT OFF

    // A number as the sum of two: the first is the sum rounded, the second what that has lost.
    typedef float2 wide;

    // a + x, with some 48 bits (Knuth's TwoSum, then Dekker's FastTwoSum).
    wide plus(wide a, float x) {
      float sum = a.x + x;
      if (!isfinite(sum)) return (wide)(sum, 0);
      float part = sum - a.x;
      float lost = (a.x - (sum - part)) + (x - part) + a.y;
      float total = sum + lost;
      return (wide)(total, lost - (total - sum));
    }

    wide join(wide a, wide b) { return plus(plus(a, b.x), b.y); }

    float narrow(wide a) { return a.x + a.y; }

    // The sum of what the `lanes` items of a group hold, for all of them, in the order of a tree. `room` has a
    // place for each; what belongs together lies `stride` apart. A power of two of lanes.
    wide total(wide x, __local wide *room, int lane, int lanes, int stride) {
      room[lane * stride] = x;
      barrier(CLK_LOCAL_MEM_FENCE);
      for (int half_ = lanes / 2; half_ > 0; half_ /= 2) {
        if (lane < half_) {
          room[lane * stride] = join(room[lane * stride], room[(lane + half_) * stride]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
      }
      wide sum = room[0];
      barrier(CLK_LOCAL_MEM_FENCE);
      return sum;
    }

    // The same for the largest; NaN where one of them is.
    float larger(float a, float b) { return isnan(a) || a > b ? a : b; }

    float largest(float x, __local float *room, int lane, int lanes) {
      room[lane] = x;
      barrier(CLK_LOCAL_MEM_FENCE);
      for (int half_ = lanes / 2; half_ > 0; half_ /= 2) {
        if (lane < half_) room[lane] = larger(room[lane], room[lane + half_]);
        barrier(CLK_LOCAL_MEM_FENCE);
      }
      float top = room[0];
      barrier(CLK_LOCAL_MEM_FENCE);
      return top;
    }

    """
}
