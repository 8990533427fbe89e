@testable import MNISTCore

extension DeviceCalls {
  private struct Factors: Sendable {
    let (m, n, k): (Int, Int, Int)
    let a: [Float]
    let b: [Float]

    /// - Parameter shareOfZeros: of b, in whole stretches as around the ink of a digit.
    init(_ m: Int, _ n: Int, _ k: Int, shareOfZeros: Double = 0) {
      (self.m, self.n, self.k) = (m, n, k)
      a = numbers(m * k, 10, from: -1, to: 1)
      let stretches = numbers(k * n / 32 + 1, 11, from: 0, to: 1)
      b = numbers(k * n, 12, from: -1, to: 1).enumerated().map {
        Double(stretches[$0 / 32]) < shareOfZeros ? 0 : $1
      }
    }

    /// a · b in double.
    var product: [Double] {
      var sums: [Double] = []
      let rows = (0..<m).map { row in a[row * k..<(row + 1) * k].map(Double.init) }
      let columns = (0..<n).map { column in (0..<k).map { Double(b[$0 * n + column]) } }
      for row in rows {
        for column in columns {
          var sum = 0.0
          for place in 0..<k { sum += row[place] * column[place] }
          sums.append(sum)
        }
      }
      return sums
    }

    /// Numbers below 1, k products: the error of a sum in float32 stays below k · 2⁻²⁴ on average.
    var tolerance: Tolerance { Tolerance(relative: 1e-7, absolute: 1e-6 + Double(k) * 0x1p-24) }

    func left(on device: any Device, transposed: Bool) -> Matrix {
      matrix(a, rows: m, columns: k, on: device, transposed: transposed)
    }

    func right(on device: any Device, transposed: Bool) -> Matrix {
      matrix(b, rows: k, columns: n, on: device, transposed: transposed)
    }

    /// The same matrix, stored by columns if `transposed`.
    private func matrix(
      _ numbers: [Float], rows: Int, columns: Int, on device: any Device, transposed: Bool
    ) -> Matrix {
      guard transposed else {
        return Matrix(device.upload(numbers), rows: rows, columns: columns)
      }
      let stored = (0..<columns).flatMap { column in
        (0..<rows).map { numbers[$0 * columns + column] }
      }
      return Matrix(device.upload(stored), rows: columns, columns: rows).transposed
    }
  }

  private static let transpositions = [(false, false), (false, true), (true, false), (true, true)]

  static func makeMultiply() -> [DeviceCall] {
    let sizes = [
      (0, 0, 0), (0, 3, 5), (3, 0, 5), (2, 3, 0), (1, 1, 1), (1, 7, 3), (2, 16, 5), (3, 17, 2),
      (5, 15, 4), (6, 16, 8), (13, 31, 33), (15, 63, 17), (28, 64, 5), (29, 65, 3), (3, 5, 641),
      (64, 10, 16), (33, 97, 3),
    ]
    let plain = sizes.flatMap { m, n, k in
      let factors = Factors(m, n, k)
      let expected = factors.product
      return transpositions.map { transposeA, transposeB in
        let name = "\(m)×\(n)×\(k)\(transposeA ? " aᵀ" : "")\(transposeB ? " bᵀ" : "")"
        return DeviceCall(name, within: factors.tolerance, expected: [expected]) { device in
          let a = factors.left(on: device, transposed: transposeA)
          let b = factors.right(on: device, transposed: transposeB)
          return device.multiply([MatrixProduct(a: a, b: b)]).map { device.download($0) }
        }
      }
    }
    return plain + makeEpilogues() + makeSparseProducts() + makeSparseProductsWithEpilogue()
      + [makeProductsTogether()]
  }

  private static func makeEpilogues() -> [DeviceCall] {
    [(0, 3, 5), (3, 0, 5), (2, 3, 0), (9, 21, 330), (5, 97, 4)].flatMap { m, n, k in
      let factors = Factors(m, n, k)
      let (sums, bias) = (factors.product, numbers(n, 13))
      return [(true, nil), (false, 0.01), (true, 0.01)].map { (hasBias: Bool, slope: Float?) in
        let expected = sums.enumerated().map { index, sum in
          let y = hasBias ? sum + Double(bias[index % n]) : sum
          return y > 0 ? y : y * Double(slope ?? 1)
        }
        return DeviceCall(
          "\(m)×\(n)×\(k)\(hasBias ? " + bias" : ""), slope \(slope ?? 1)",
          within: factors.tolerance, expected: [expected]
        ) { device in
          var product = MatrixProduct(
            a: factors.left(on: device, transposed: false),
            b: factors.right(on: device, transposed: true))
          product.epilogue.bias = hasBias ? device.upload(bias) : nil
          product.epilogue.slope = slope
          return device.multiply([product]).map { device.download($0) }
        }
      }
    }
  }

  private static func makeSparseProducts() -> [DeviceCall] {
    [(0, 3, 5), (3, 5, 0), (17, 31, 70), (33, 49, 40)].flatMap { m, n, k in
      let factors = Factors(m, n, k, shareOfZeros: 0.8)
      let product = factors.product
      let transposed = (0..<n).flatMap { c in (0..<m).map { product[$0 * n + c] } }
      return [false, true].map { isStoredByColumns in
        DeviceCall(
          "\(m)×\(n)×\(k), sparse\(isStoredByColumns ? ", by columns" : "")",
          within: factors.tolerance, expected: [product, transposed]
        ) { device in
          let a = factors.left(on: device, transposed: false)
          let b = factors.right(on: device, transposed: isStoredByColumns)
          return device.multiply([
            MatrixProduct(a: a, b: b, sparseFactor: .b),
            MatrixProduct(a: b.transposed, b: a.transposed, sparseFactor: .a),
          ]).map { device.download($0) }
        }
      }
    }
  }

  /// The bias belongs to columns, whichever way round zeros would be left out.
  private static func makeSparseProductsWithEpilogue() -> [DeviceCall] {
    let factors = Factors(17, 31, 70, shareOfZeros: 0.8)
    let (bias, slope) = (numbers(31, 13), Float(0.01))
    let expected = factors.product.enumerated().map { index, sum in
      let y = sum + Double(bias[index % 31])
      return y > 0 ? y : y * Double(slope)
    }
    return [MatrixProduct.Factor.b, nil].map { sparseFactor in
      DeviceCall(
        "17×31×70, \(sparseFactor == nil ? "mostly zero" : "sparse") + bias, slope \(slope)",
        within: factors.tolerance, expected: [expected]
      ) { device in
        let product = MatrixProduct(
          a: factors.left(on: device, transposed: false),
          b: factors.right(on: device, transposed: false),
          epilogue: Epilogue(bias: device.upload(bias), slope: slope), sparseFactor: sparseFactor)
        return device.multiply([product]).map { device.download($0) }
      }
    }
  }

  /// As on the way back through a layer: two large products, with a small and an empty one among them.
  private static func makeProductsTogether() -> DeviceCall {
    let all = [Factors(33, 64, 20), Factors(0, 4, 2), Factors(1, 2, 3), Factors(20, 70, 33)]
    return DeviceCall(
      "products together", within: Tolerance(relative: 1e-7, absolute: 4e-6),
      expected: all.map(\.product)
    ) { device in
      device.multiply(
        all.map {
          MatrixProduct(
            a: $0.left(on: device, transposed: true), b: $0.right(on: device, transposed: false))
        }
      ).map { device.download($0) }
    }
  }
}
