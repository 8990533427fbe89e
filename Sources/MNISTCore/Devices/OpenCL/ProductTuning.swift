import Synchronization

/// Which variant of the product is the fastest on this device, by trying each once for every shape, and remembering.
final class ProductTuning: Sendable {
  private let cache: OpenCLCache
  private let key: String
  /// Places in `ProductKernels.variants`.
  private let fastest: Mutex<[String: Int]>

  init(_ cache: OpenCLCache, _ description: OpenCLDescription) {
    self.cache = cache
    key = description.identity + ProductKernels.part.source
    var fastest: [String: Int] = [:]
    for line in String(decoding: cache.read(key) ?? [], as: UTF8.self).split(separator: "\n") {
      guard let space = line.lastIndex(of: " "), let place = Int(line[space...].dropFirst()),
        ProductKernels.variants.indices.contains(place)
      else { continue }
      fastest[String(line[..<space])] = place
    }
    self.fastest = Mutex(fastest)
  }

  /// - Parameter measure: how long products of this shape take, each time, of which the shortest counts; nothing
  ///   after a failure.
  func variant(
    for shape: String, measure: (ProductKernels.Variant) -> [Duration]
  ) -> ProductKernels.Variant {
    let variants = ProductKernels.variants
    if let place = fastest.withLock({ $0[shape] }) { return variants[place] }
    let durations = variants.compactMap { measure($0).min() }
    guard durations.count == variants.count, let least = durations.min(),
      let place = durations.firstIndex(of: least)
    else { return variants[0] }
    let lines = fastest.withLock { fastest in
      fastest[shape] = place
      return fastest.map { "\($0.key) \($0.value)\n" }.sorted()
    }
    cache.write(Array(lines.joined().utf8), key)
    return variants[place]
  }
}
