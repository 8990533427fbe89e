import Testing

@testable import MNISTCore

@Suite struct MatrixProductTests {
  /// Sizes around the tiles of every instruction set, and around the depth of one chunk.
  static let sizes = [
    (1, 1, 1), (1, 7, 3), (2, 16, 5), (3, 17, 2), (5, 15, 4), (6, 16, 8), (7, 33, 9), (13, 31, 320),
    (14, 32, 321), (15, 63, 17), (28, 64, 10), (29, 65, 641), (64, 10, 168), (129, 97, 40),
    // Two steps of whole slivers; one panel of eight rows, not all there, for more than one thread.
    (4, 48, 2), (7, 40, 1_800),
  ]

  @Test(arguments: sizes)
  func theProductEqualsTheSumInDouble(_ m: Int, _ n: Int, _ k: Int) {
    let (a, b) = (Self.numbers(m * k, seed: 1), Self.numbers(k * n, seed: 2))
    let expected = Self.sums(m, n, k, a, b)
    for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
      let c = Self.result(m, n)
      Self.withMatrix(a, m, k, transposeA) { a in
        Self.withMatrix(b, k, n, transposeB) { b in multiply(a, b, into: c.start) }
      }
      Self.expectClose(
        Self.numbers(of: c, m, n), expected, k, "\(m)×\(n)×\(k) \(transposeA) \(transposeB)")
    }
  }

  /// The guess whether to leave zeros out; a wrong one would only cost time.
  @Test(arguments: [(0, false), (3, false), (4, true), (6, true)])
  func aMatrixIsMostlyZeroWhereMoreThanHalfIs(_ zeros: Int, _ isMostlyZero: Bool) {
    let numbers = (0..<6).map { Float($0 < zeros ? 0 : 1) }
    for transposed in [false, true] {
      Self.withMatrix(numbers, 2, 3, transposed) { #expect($0.isMostlyZero == isMostlyZero) }
    }
  }

  /// A few rows and columns are looked at all, of many every second one: what is zero at just those is taken for mostly
  /// zero.
  @Test(arguments: [(32, 128), (47, 191)])
  func ofManyNumbersTheGuessLooksAtSome(_ rows: Int, _ columns: Int) {
    for isZeroThere in [false, true] {
      let numbers = (0..<rows * columns).map { place -> Float in
        let isSeen = place / columns % 2 == 0 && place % columns % 2 == 0
        return isSeen == isZeroThere ? 0 : 1
      }
      Self.withMatrix(numbers, rows, columns, false) { #expect($0.isMostlyZero == isZeroThere) }
    }
    Self.withMatrix([1, 0, 0], 1, 3, false) { #expect($0.isMostlyZero) }
    Self.withMatrix([1, 0, 0], 3, 1, false) { #expect($0.isMostlyZero) }
  }

  /// Found vector by vector and, behind the last whole ones, number by number. A wrong no would only cost time, a
  /// wrong yes a result.
  @Test(arguments: [0, 1, 23, 24, 47, 48, 49, 130])
  func aMatrixIsFiniteWhereEveryNumberIs(_ count: Int) {
    let finite = (0..<count).map { $0 % 2 == 0 ? Float.greatestFiniteMagnitude : -1 }
    Self.withMatrix(finite, 1, count, false) { #expect($0.isFinite) }
    for number in [Float.infinity, -.infinity, .nan] {
      for place in 0..<count {
        var numbers = finite
        numbers[place] = number
        Self.withMatrix(numbers, 1, count, false) { #expect(!$0.isFinite, "\(place)") }
      }
      // Also where no vector of a tile is finite.
      let none = [Float](repeating: number, count: count)
      Self.withMatrix(none, 1, count, false) { #expect($0.isFinite == (count == 0)) }
    }
  }

  /// Whole tiles, tiles at the edge, and sums that rest in the result between two parts of the depth.
  @Test(arguments: [(9, 21, 330), (64, 96, 40), (3, 5, 1), (1, 300, 641)])
  func completeSumsAreGivenTheBiasAndTheSlope(_ m: Int, _ n: Int, _ k: Int) {
    let (a, b) = (Self.numbers(m * k, seed: 3), Self.numbers(k * n, seed: 4))
    let bias = CPUStorage(Self.numbers(n, seed: 5))
    let plain = CPUStorage(count: m * n)
    let biased = CPUStorage(count: m * n)
    let finished = CPUStorage(count: m * n)
    Self.withMatrix(a, m, k, false) { a in
      Self.withMatrix(b, k, n, false) { b in
        multiply(a, b, into: plain.start)
        multiply(a, b, into: biased.start, epilogue: TileEpilogue(bias: bias.start))
        multiply(a, b, into: finished.start, epilogue: TileEpilogue(bias: bias.start, slope: 0.01))
      }
    }
    let sums = plain.numbers.enumerated().map { $1 + bias.numbers[$0 % n] }
    #expect(biased.numbers == sums)
    #expect(finished.numbers == sums.map { $0 > 0 ? $0 : 0.01 * $0 })
  }

  @Test func aProductOverNothingIsZeroOrTheBias() {
    let bias = CPUStorage([1, -2, 3])
    let c = CPUStorage([Float](repeating: 9, count: 6))
    let (a, b) = (CPUStorage(count: 0), CPUStorage(count: 0))
    let (left, right) = (
      MatrixView(a.start, rows: 2, columns: 0), MatrixView(b.start, rows: 0, columns: 3)
    )
    multiply(left, right, into: c.start, epilogue: TileEpilogue(bias: bias.start, slope: 0.5))
    #expect(c.numbers == [1, -1, 3, 1, -1, 3])
    multiply(left, right, into: c.start)
    #expect(c.numbers == [0, 0, 0, 0, 0, 0])
  }

  @Test func productsComputedTogetherAreThoseComputedApart() {
    let (a, b) = (Self.numbers(70 * 50, seed: 15), Self.numbers(50 * 130, seed: 16))
    let (first, second) = (CPUStorage(count: 70 * 130), CPUStorage(count: 50 * 50))
    let (firstAlone, secondAlone) = (CPUStorage(count: 70 * 130), CPUStorage(count: 50 * 50))
    Self.withMatrix(a, 70, 50, false) { a in
      Self.withMatrix(b, 50, 130, false) { b in
        BlockedProduct.perform(
          [
            BlockedProduct(a, b, into: first.start),
            BlockedProduct(a.transposed, a, into: second.start),
          ],
          pool: ThreadPool(threadCount: 3))
        multiply(a, b, into: firstAlone.start)
        multiply(a.transposed, a, into: secondAlone.start)
      }
    }
    #expect(first.numbers == firstAlone.numbers)
    #expect(second.numbers == secondAlone.numbers)
  }

  @Test(arguments: [2, 3, 7])
  func theProductIsTheSameForAnyThreadCount(_ threads: Int) {
    let (m, n, k) = (131, 150, 700)
    let (a, b) = (Self.numbers(m * k, seed: 7), Self.numbers(k * n, seed: 8))
    func product(_ threadCount: Int) -> [UInt32] {
      let c = CPUStorage(count: m * n)
      Self.withMatrix(a, m, k, false) { a in
        Self.withMatrix(b, k, n, true) { b in
          multiply(a, b, into: c.start, pool: ThreadPool(threadCount: threadCount))
        }
      }
      return c.numbers.map(\.bitPattern)
    }
    #expect(product(threads) == product(1))
  }

  /// An element is the same whether it is computed with many others or with few: tiles at the edge
  /// count like any other.
  @Test func anElementDoesNotDependOnTheSizeOfTheProduct() {
    let k = 400
    let (a, b) = (Self.numbers(40 * k, seed: 9), Self.numbers(k * 50, seed: 10))
    let large = CPUStorage(count: 40 * 50)
    let small = CPUStorage(count: 1 * 50)
    Self.withMatrix(b, k, 50, false) { b in
      Self.withMatrix(a, 40, k, false) { multiply($0, b, into: large.start) }
      Self.withMatrix(Array(a[(17 * k)..<(18 * k)]), 1, k, false) {
        multiply($0, b, into: small.start)
      }
    }
    #expect(small.numbers == Array(large.numbers[(17 * 50)..<(18 * 50)]))
  }

  @Test func largeOperandsAreTakenInParts() {
    let (m, n, k) = (1_030, 1_000, 1_300)
    let (a, b) = (Self.numbers(m * k, seed: 11), Self.numbers(k * n, seed: 12))
    let c = CPUStorage(count: m * n)
    Self.withMatrix(a, m, k, false) { a in
      Self.withMatrix(b, k, n, false) { b in multiply(a, b, into: c.start) }
    }
    for (row, column) in [(0, 0), (1_029, 999), (1_000, 3), (5, 777)] {
      var sum = 0.0
      for p in 0..<k { sum += Double(a[row * k + p]) * Double(b[p * n + column]) }
      #expect(abs(Double(c.numbers[row * n + column]) - sum) < 1e-4)
    }
  }

  /// Steps at which a whole panel is zero are left out: no bit may change by it, whichever operand is
  /// sparse.
  @Test(arguments: [0, 0.5, 0.9, 0.99, 1.0])
  func leavingOutZerosChangesNoBit(_ shareOfZeros: Double) {
    let (m, n, k) = (77, 90, 700)
    let sparse = Self.numbers(m * k, seed: 13).enumerated().map { index, number in
      // Whole stretches are zero, as around the ink of a digit, with some single numbers besides.
      let stretch = RandomGenerator(seed: UInt64(index / 64)).next() % 1_000
      return Double(stretch) < shareOfZeros * 1_000 || index % 3 == 0 ? 0 : number
    }
    let dense = Self.numbers(k * n, seed: 14)
    func products(_ skips: Bool) -> [[UInt32]] {
      let (first, second) = (Self.result(m, n), Self.result(n, m))
      Self.withMatrix(sparse, m, k, false) { a in
        Self.withMatrix(dense, k, n, false) { b in
          multiply(a, b, into: first.start, sparse: skips ? .a : nil)
          multiply(b.transposed, a.transposed, into: second.start, sparse: skips ? .b : nil)
        }
      }
      return [Self.numbers(of: first, m, n), Self.numbers(of: second, n, m)]
        .map { $0.map(\.bitPattern) }
    }
    #expect(products(true) == products(false))
  }

  /// Of no row to more than the highest tile has, at every width of the last sliver and over parts of the depth.
  @Test(arguments: [(1, 1), (4, 15), (50, 16), (48, 48), (97, 300), (5, 641)])
  func aFactorThatIsPackedBeforeChangesNoBit(_ n: Int, _ k: Int) {
    let b = Self.numbers(k * n, seed: 17)
    for m in 0...18 {
      for share in [1, 3] {
        let a = Self.numbers(m * k, seed: 18).enumerated().map { $0 % share == 0 ? $1 : 0 }
        let (plain, packed) = (Self.result(m, n), Self.result(m, n))
        Self.withMatrix(a, m, k, false) { a in
          Self.withMatrix(b, k, n, true) { b in
            multiply(a, b, into: plain.start)
            multiply(a, b, into: packed.start, sparse: .a, packed: PackedMatrix(b))
          }
        }
        #expect(
          Self.numbers(of: packed, m, n).map(\.bitPattern)
            == Self.numbers(of: plain, m, n).map(\.bitPattern), "\(m) rows")
      }
    }
  }

  @Test func whatIsPackedIsUsedForItsShapeAlone() {
    let device = CPUDevice.shared
    let weight = device.upload([1, 2, 3, 4, 5, 6])
    device.prepareProducts(withTransposeOf: weight, rows: 2, columns: 3)
    func product(_ a: [Float], _ b: Matrix) -> [Float] {
      let a = Matrix(device.upload(a), rows: 1, columns: a.count)
      return device.download(device.multiply([MatrixProduct(a: a, b: b)])[0])
    }
    #expect(product([1, 10, 100], Matrix(weight, rows: 2, columns: 3).transposed) == [321, 654])
    #expect(product([1, 10], Matrix(weight, rows: 3, columns: 2).transposed) == [21, 43, 65])
    #expect(product([1, 10, 100], Matrix(weight, rows: 3, columns: 2)) == [531, 642])
  }

  @Test func whatIsPackedIsNotFiniteWhereItsNumbersAreNot() {
    for (number, isFinite) in [(Float.infinity, false), (.nan, false), (1, true)] {
      var numbers = [Float](repeating: 1, count: 3 * 50)
      numbers[149] = number
      Self.withMatrix(numbers, 3, 50, false) { b in
        let packed = PackedMatrix(b)
        #expect(packed.isFinite == isFinite && (packed.rows, packed.columns) == (3, 50))
        Self.withMatrix([0, 0, 0], 1, 3, false) { a in
          let c = Self.result(1, 50)
          multiply(a, b, into: c.start, sparse: .a, packed: packed)
          #expect(Self.numbers(of: c, 1, 50)[49].isNaN != isFinite)
        }
      }
    }
  }

  // MARK: Support

  private func multiply(
    _ a: MatrixView, _ b: MatrixView, into c: UnsafeMutablePointer<Float>,
    epilogue: TileEpilogue = TileEpilogue(), sparse: MatrixProduct.Factor? = nil,
    packed: PackedMatrix? = nil, pool: ThreadPool = .current
  ) {
    BlockedProduct.perform(
      [BlockedProduct(a, b, into: c, epilogue: epilogue, sparseFactor: sparse, packed: packed)],
      pool: pool)
  }

  private static func numbers(_ count: Int, seed: UInt64) -> [Float] {
    RandomGenerator(seed: seed).uniform(count, from: -1, to: 1)
  }

  /// Room for a product [m, n] and sixteen rows more.
  private static func result(_ m: Int, _ n: Int) -> CPUStorage {
    CPUStorage([Float](repeating: 9, count: (m + 16) * n + CPUStorage.spare))
  }

  /// The product; what lies beyond it and the whole vectors at its end must be as it was.
  private static func numbers(
    of result: CPUStorage, _ m: Int, _ n: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) -> [Float] {
    let rest = result.numbers[(m * n + CPUStorage.spare)...]
    #expect(rest.allSatisfy { $0 == 9 }, sourceLocation: sourceLocation)
    return Array(result.numbers[..<(m * n)])
  }

  /// Calls `body` with the matrix [rows, columns] of `numbers`, stored by columns if `transposed`.
  private static func withMatrix(
    _ numbers: [Float], _ rows: Int, _ columns: Int, _ transposed: Bool,
    _ body: (MatrixView) -> Void
  ) {
    let stored =
      transposed
      ? (0..<columns).flatMap { c in (0..<rows).map { r in numbers[r * columns + c] } } : numbers
    let buffer = CPUStorage(stored)
    withExtendedLifetime(buffer) {
      body(
        transposed
          ? MatrixView(buffer.start, rows: columns, columns: rows).transposed
          : MatrixView(buffer.start, rows: rows, columns: columns))
    }
  }

  private static func sums(
    _ m: Int, _ n: Int, _ k: Int, _ a: [Float], _ b: [Float]
  ) -> [Double] {
    (0..<(m * n)).map { index in
      let (row, column) = (index / n, index % n)
      return (0..<k).reduce(0.0) { $0 + Double(a[row * k + $1]) * Double(b[$1 * n + column]) }
    }
  }

  /// Numbers below 1, k products: the error of a sum in float32 stays below k · 2⁻²⁴ on average.
  private static func expectClose(
    _ found: [Float], _ expected: [Double], _ k: Int, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    MNISTCoreTests.expectClose(
      found, expected.map { Float($0) },
      within: Tolerance(relative: 0, absolute: 1e-6 + Double(k) * 0x1p-24), what,
      sourceLocation: sourceLocation)
  }
}
