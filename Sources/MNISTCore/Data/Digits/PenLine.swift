/// A straight piece of ink: round at both ends, its width changing evenly from one to the other.
struct PenLine {
  var start: SIMD2<Float>
  var end: SIMD2<Float>
  var startRadius: Float
  var endRadius: Float
}
