/// PyTorch's random generator for the CPU: after the same seed, the same numbers.
///
/// MT19937 (Matsumoto and Nishimura, 1998), seeded by the standard 32-bit initialisation. A reference,
/// as `torch.Generator`: whoever draws moves everyone's stream on.
public final class RandomGenerator {
  /// Everything the next numbers depend on.
  public struct State: Equatable, Sendable {
    /// The words of every state.
    public static let wordCount = 624

    /// `wordCount` of them.
    public var words: [UInt32]
    /// How many of them have been given out.
    public var position: Int

    /// `wordCount` words, and a position from 0 to as many.
    public init(words: [UInt32], position: Int) {
      self.words = words
      self.position = position
    }
  }

  /// Where the stream stands. Setting it goes to where another stood.
  public var state: State {
    get { State(words: words, position: position) }
    set {
      require(
        newValue.words.count == Self.size && (0...Self.size).contains(newValue.position),
        "a state has \(Self.size) words and a position among them, not \(newValue.words.count) and "
          + "\(newValue.position)")
      (words, position) = (newValue.words, newValue.position)
    }
  }

  private var words: [UInt32]
  private var position: Int
  private static let size = State.wordCount
  private static let middle = 397

  /// - Parameter seed: its low 32 bits count, as in `torch.manual_seed`.
  public init(seed: UInt64) {
    words = [UInt32](repeating: UInt32(truncatingIfNeeded: seed), count: Self.size)
    for i in 1..<Self.size {
      let last = words[i - 1]
      words[i] = 1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(i)
    }
    position = Self.size
  }

  /// The next 32 random bits.
  public func next() -> UInt32 {
    if position == Self.size { refill() }
    var word = words[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  private func refill() {
    for i in 0..<Self.size {
      let next = words[(i + 1) % Self.size]
      let mixed = (words[i] & 0x8000_0000) | (next & 0x7FFF_FFFF)
      let twist: UInt32 = next & 1 == 0 ? 0 : 0x9908_B0DF
      words[i] = words[(i + Self.middle) % Self.size] ^ (mixed >> 1) ^ twist
    }
    position = 0
  }

  /// The numbers 0..<count in random order, as `torch.randperm(count)`.
  public func permutation(_ count: Int) -> [Int] {
    require(UInt32(exactly: count) != nil, "a permutation of \(count) numbers is not supported")
    var numbers = Array(0..<count)
    guard count > 1 else { return numbers }
    for i in 0..<(count - 1) {
      numbers.swapAt(i, i + Int(next() % UInt32(count - i)))
    }
    return numbers
  }

  /// Numbers uniform in lower..<upper, as `tensor.uniform_(lower, upper)`.
  public func uniform(_ count: Int, from lower: Double, to upper: Double) -> [Float] {
    require(count >= 0, "\(count) random numbers cannot be drawn")
    // PyTorch rounds the bounds to float32 first, and takes 24 bits of each draw.
    let (lower, upper) = (Float(lower), Float(upper))
    let width = upper - lower
    return (0..<count).map { _ in
      let unit = Float(next() & 0xFF_FFFF) * 0x1p-24
      return lower.addingProduct(unit, width)
    }
  }
}

/// Random bits by number: the n-th draw is a function of the seed and n alone.
///
/// A place in the sequence of `SplitMix64`. Dropout draws from one of these, so that its masks can be
/// made by any number of threads and PyTorch's own stream stays as it is.
public final class CounterGenerator {
  /// The sequence.
  public let seed: UInt64
  /// How many draws have been taken.
  public var count: UInt64

  /// Begins with the draw that has `count` others before it.
  public init(seed: UInt64, count: UInt64 = 0) {
    self.seed = seed
    self.count = count
  }

  /// Sets aside the next `draws` numbers and returns the place of the first.
  func take(_ draws: Int) -> UInt64 {
    defer { count &+= UInt64(draws) }
    return count
  }
}
