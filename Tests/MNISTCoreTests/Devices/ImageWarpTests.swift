import Testing

@testable import MNISTCore

@Suite struct ImageWarpTests {
  /// 3 × 4
  private let image: [UInt8] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]
  private let warp = ImageWarp(height: 3, width: 4)

  private func moved(
    x: (Float, Float, Float) = (1, 0, 1.5), y: (Float, Float, Float) = (0, 1, 1),
    displacement: ImageWarp.Displacement? = nil, strokeWeight: Float = 0
  ) -> [UInt8] {
    warp.images(
      [0], of: image,
      by: [
        ImageWarp.Map(
          xx: x.0, xy: x.1, x0: x.2, yx: y.0, yy: y.1, y0: y.2, displacement: displacement,
          strokeWeight: strokeWeight)
      ])
  }

  @Test func aMapThatMovesNothingLeavesEveryByte() {
    let bytes = (0..<28 * 28 * 60).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    let map = ImageWarp.Map(xx: 1, xy: 0, x0: 13.5, yx: 0, yy: 1, y0: 13.5)
    let all = ImageWarp(height: 28, width: 28)
    #expect(
      all.images(Array(0..<60), of: bytes, by: Array(repeating: map, count: 60)) == bytes)
    #expect(
      all.images([59, 0], of: bytes, by: [map, map])
        == Array(bytes[(59 * 784)...] + bytes[..<784]))
  }

  @Test func aWholePixelIsAShiftWithZerosFromOutside() {
    #expect(moved(x: (1, 0, 2.5)) == [20, 30, 40, 0, 60, 70, 80, 0, 100, 110, 120, 0])
    #expect(moved(x: (1, 0, 0.5)) == [0, 10, 20, 30, 0, 50, 60, 70, 0, 90, 100, 110])
    #expect(moved(y: (0, 1, 2)) == [50, 60, 70, 80, 90, 100, 110, 120, 0, 0, 0, 0])
    #expect(moved(y: (0, 1, 0)) == [0, 0, 0, 0, 10, 20, 30, 40, 50, 60, 70, 80])
  }

  @Test func betweenPixelsItIsLinearHalvesGoToTheEvenNumberAlsoTowardsTheZerosAroundTheImage() {
    #expect(moved(x: (1, 0, 1.75)) == [12, 22, 32, 30, 52, 62, 72, 60, 92, 102, 112, 90])
    #expect(
      moved(x: (1, 0, 1.25), y: (0, 1, 1.5))
        == [22, 38, 48, 58, 52, 78, 88, 98, 34, 49, 54, 59])
  }

  @Test func aTurnByHalfIsTheImageFromItsEnd() {
    #expect(moved(x: (-1, 0, 1.5), y: (0, -1, 1)) == image.reversed())
  }

  @Test func rowsAndColumnsMayChangePlaces() {
    let square: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    let map = ImageWarp.Map(xx: 0, xy: 1, x0: 1, yx: 1, yy: 0, y0: 1)
    #expect(
      ImageWarp(height: 3, width: 3).images([0], of: square, by: [map])
        == [1, 4, 7, 2, 5, 8, 3, 6, 9])
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan, 1e30, -1e30])
  func whatIsFarOutsideIsZero(_ place: Float) {
    #expect(moved(x: (1, 0, place)) == Array(repeating: 0, count: 12))
    #expect(moved(y: (0, 1, place)) == Array(repeating: 0, count: 12))
  }

  @Test func aFieldMovesEachPixelByItsNumbers() {
    let side = DisplacementField.side
    var first = [Float](repeating: 0, count: side * side)
    var second = first
    // The piece begins in the last row and column: it goes on in the first.
    first[(side - 1) * side + side - 1] = 1
    first[0] = 2
    second[1] = 1
    let field = DisplacementField(first: first, second: second)
    let displacement = ImageWarp.Displacement(
      field: field, column: side - 1, row: side - 1, exOfFirst: 1, exOfSecond: 0, eyOfFirst: 0,
      eyOfSecond: -1)
    // (0, 0) shows its right neighbour, (1, 1) what is two to the right, (2, 1) what is above.
    #expect(
      moved(displacement: displacement) == [20, 20, 30, 40, 50, 80, 30, 80, 90, 100, 110, 120])
    var swapped = displacement
    swapped.exOfFirst = 0
    swapped.eyOfFirst = 1
    swapped.exOfSecond = 0.5
    swapped.eyOfSecond = 0
    #expect(moved(displacement: swapped) == [50, 20, 30, 40, 50, 0, 75, 80, 90, 100, 110, 120])
  }

  @Test func strokesGrowToTheirNeighboursAndShrinkFromTheirEdges() {
    let dot: [UInt8] = [0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0, 0]
    func drawn(_ weight: Float) -> [UInt8] {
      warp.images(
        [0], of: dot,
        by: [ImageWarp.Map(xx: 1, xy: 0, x0: 1.5, yx: 0, yy: 1, y0: 1, strokeWeight: weight)])
    }
    #expect(drawn(1) == [0, 0, 200, 0, 0, 200, 200, 200, 0, 0, 200, 0])
    #expect(drawn(0.25) == [0, 0, 50, 0, 0, 50, 200, 50, 0, 0, 50, 0])
    #expect(drawn(-1) == Array(repeating: 0, count: 12))
    #expect(drawn(-0.5) == [0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0])
    // What is around the image is no ink, but takes ink away.
    #expect(moved(strokeWeight: -1) == [0, 0, 0, 0, 0, 20, 30, 0, 0, 0, 0, 0])
  }

  @Test func theNumberOfThreadsChangesNothing() {
    let bytes = (0..<28 * 28 * 100).map { UInt8(truncatingIfNeeded: $0 &* 40_503 >> 5) }
    let field = DisplacementField(sigma: 4, seed: 1)
    let maps = (0..<100).map { index in
      ImageWarp.Map(
        xx: 0.9, xy: 0.1, x0: 13, yx: -0.1, yy: 1.1, y0: 14,
        displacement: .init(
          field: field, column: index * 37 % 256, row: index * 91 % 256, exOfFirst: 1,
          exOfSecond: 0, eyOfFirst: 0, eyOfSecond: 1),
        strokeWeight: index % 2 == 0 ? 0.5 : 0)
    }
    func images(_ threadCount: Int) -> [UInt8] {
      ThreadPool.use(threadCount: threadCount) {
        ImageWarp(height: 28, width: 28).images(Array(0..<100), of: bytes, by: maps)
      }
    }
    #expect(images(1) == images(3))
  }

  @Test func noiseIsSmoothPeriodicAndOfSizeOne() {
    let field = DisplacementField(sigma: 5, seed: 7)
    let side = DisplacementField.side
    for numbers in [field.first, field.second] {
      let squares = numbers.map { Double($0) * Double($0) }.reduce(0, +)
      #expect(abs(squares / Double(numbers.count) - 1) < 1e-5)
      // Of a Gaussian of 5 pixels: the root mean square of the difference of neighbours is 1 / (5 √2).
      var steps = [0.0, 0.0]
      for y in 0..<side {
        for x in 0..<side {
          let here = numbers[y * side + x]
          let right = Double(numbers[y * side + (x + 1) % side] - here)
          let below = Double(numbers[(y + 1) % side * side + x] - here)
          steps[0] += right * right
          steps[1] += below * below
        }
      }
      for step in steps {
        #expect(abs((step / Double(numbers.count)).squareRoot() - 0.1414) < 0.01)
      }
    }
    #expect(field.first != field.second)
    #expect(DisplacementField(sigma: 5, seed: 7).first == field.first)
    #expect(DisplacementField(sigma: 5, seed: 8).first != field.first)
  }
}
