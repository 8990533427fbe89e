/// Which steps of the depth count in each packed panel of an operand that is mostly zero, such as images
/// of ink on an empty ground.
///
/// A product with a row of zeros adds nothing, so that leaving it out changes no bit of the result (as
/// long as the other operand is finite: 0 · ∞ would not be a number).
final class NonzeroSteps: @unchecked Sendable {
  private let start: UnsafeMutablePointer<Int32>
  private let count: Int
  private let panelCount: Int
  private let chunkDepth: Int

  // For each chunk and panel: how many steps count, or -1 for all of them, then these steps.
  init(panelCount: Int, chunkCount: Int, chunkDepth: Int) {
    count = panelCount * chunkCount * (1 + chunkDepth)
    self.panelCount = panelCount
    self.chunkDepth = chunkDepth
    start = MemoryPool.shared.take(Int32.self, count: count)
  }

  deinit { MemoryPool.shared.give(start, count: count) }

  /// Looks through one packed panel of `width` values for each step, an even number.
  @inline(__always)
  func find(
    in panel: UnsafePointer<Float>, width: Int, depth: Int, index: Int, chunk: Int
  ) {
    let place = place(index, chunk)
    let steps = place + 1
    var found = 0
    var values = UnsafeRawPointer(panel)
    for p in 0..<depth {
      // Two floats at a time, as bits: no branch to guess wrong; -0 counts as a number.
      var bits: UInt64 = 0
      for i in 0..<width / 2 {
        bits |= values.loadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)
      }
      steps[found] = Int32(truncatingIfNeeded: p)
      found &+= bits == 0 ? 0 : 1
      values += 4 * width
    }
    // A step by list costs a little more than one in sequence.
    place[0] = found * 8 > depth * 7 ? -1 : Int32(truncatingIfNeeded: found)
  }

  /// The steps that count, nil for all of them.
  func steps(panel index: Int, chunk: Int) -> UnsafeBufferPointer<Int32>? {
    let place = place(index, chunk)
    return place[0] < 0 ? nil : UnsafeBufferPointer(start: place + 1, count: Int(place[0]))
  }

  private func place(_ index: Int, _ chunk: Int) -> UnsafeMutablePointer<Int32> {
    start + (chunk * panelCount + index) * (1 + chunkDepth)
  }
}
