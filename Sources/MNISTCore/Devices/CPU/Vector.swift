// One machine vector of floats, as wide as the instruction set the package is built for.
//
// lanes × tile rows × tile vectors, see MicroKernel.swift:
//   AVX-512  16 lanes, 32 registers    8 × 3
//   NEON      4 lanes, 32 registers    8 × 3
//   AVX2      8 lanes, 16 registers    4 × 3
//   other     4 lanes, 16 registers    4 × 3, multiply then add
#if TILE_AVX512
  typealias Vector = SIMD16<Float>
#elseif TILE_AVX2
  typealias Vector = SIMD8<Float>
#else
  typealias Vector = SIMD4<Float>
#endif

extension SIMD where Scalar == Float {
  /// `self + a · b`, in one instruction where the target has one. Without it a fused product would be
  /// a library call for each lane.
  @inline(__always)
  func addingMultiple(_ a: Self, _ b: Self) -> Self {
    #if TILE_AVX512 || TILE_AVX2 || arch(arm64)
      self.addingProduct(a, b)
    #else
      self + a * b
    #endif
  }
}

extension Vector {
  // y = x where x > 0, else slope · x. At x = 0 the slope side is taken, as in PyTorch.
  // In a generic extension the comparison would be a loop over the lanes.
  @inline(__always)
  func leaky(_ slope: Float) -> Vector { replacing(with: slope * self, where: self .<= .zero) }
}

extension UnsafePointer<Float> {
  /// The vector that begins here; no alignment is asked for.
  @inline(__always)
  func vector(at offset: Int) -> Vector {
    UnsafeRawPointer(self + offset).loadUnaligned(as: Vector.self)
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func vector(at offset: Int) -> Vector { UnsafePointer(self).vector(at: offset) }

  @inline(__always)
  func store(_ vector: Vector, at offset: Int) {
    UnsafeMutableRawPointer(self + offset).storeBytes(of: vector, as: Vector.self)
  }
}
