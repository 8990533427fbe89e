import Testing

@testable import MNISTCore

/// What is kept of a device for the next start.
@Suite(.enabled(if: TestedGPU.device != nil, TestedGPU.isMissing))
struct OpenCLCacheTests {
  private let device: OpenCLDevice
  private let source = "__kernel void kept(void) {}"

  init() throws { device = try #require(TestedGPU.device) }

  private func key(_ source: String, options: String = "") -> String {
    device.queue.description.identity + options + "\n" + source
  }

  private func build(_ source: String, options: String = "", _ cache: OpenCLCache) throws {
    try TestedGPU.queue().build(source, options: options, kernels: ["kept"], cache)
  }

  @Test func compiledKernelsAreTakenFromTheCache() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder + "/made")
      try build(source, cache)
      let binary = try #require(cache.read(key(source)))
      // What only the cache knows.
      let other = "this is no source"
      cache.write(binary, key(other))
      try build(other, cache)
      // Other options, and another driver, give other binaries.
      #expect(throws: DeviceError.self) { try build(other, options: "-w", cache) }
      #expect(cache.read("another driver" + key(source)) == nil)
    }
  }

  @Test func kernelsAreCompiledAnewWhereTheCacheIsOfNoUse() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder)
      // No program, says the driver.
      cache.write([1, 2, 3], key(source))
      try build(source, cache)
      let binary = try #require(cache.read(key(source)))
      #expect(binary.count > 3)

      let path = try folder + "/" + #require(FileSystem.names(in: folder).first)
      let kept = try InputFile.read(path, limit: 1 << 28)
      for damaged in [Array(kept.dropLast()), kept + [0], Array(kept.prefix(31)), []] {
        try OutputFile.write(damaged, to: path)
        #expect(cache.read(key(source)) == nil)
      }
      try build(source, cache)
      #expect(cache.read(key(source))?.isEmpty == false)

      // Where nothing can be kept, nothing is.
      let nowhere = OpenCLCache(folder: path + "/below/a/file")
      try build(source, nowhere)
      #expect(nowhere.read(key(source)) == nil)
    }
  }

  /// The driver takes the binary back, but cannot build it with these options.
  @Test func aBinaryThatCannotBeBuiltIsOfNoUseEither() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder)
      try build(source, cache)
      let binary = try #require(cache.read(key(source)))
      cache.write(binary, key(source, options: "-no-such-option"))
      #expect {
        try build(source, options: "-no-such-option", cache)
      } throws: { error in
        if case DeviceError.cannotBuild = error { true } else { false }
      }
    }
  }

  @Test func aProductIsTriedOnceForEachShape() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder)
      let numbers = DeviceCalls.numbers(5 * 7, 3)
      let products: [(Matrix) -> MatrixProduct] = [
        { MatrixProduct(a: $0, b: $0.transposed) }, { MatrixProduct(a: $0.transposed, b: $0) },
      ]
      func result(_ index: Int, _ device: OpenCLDevice) -> [UInt32] {
        let x = Matrix(device.upload(numbers), rows: 5, columns: 7)
        return device.download(device.multiply([products[index](x)])[0]).map(\.bitPattern)
      }
      func launches(_ index: Int, _ device: OpenCLDevice) -> Int {
        let before = device.queue.launches
        #expect(result(index, device) == result(index, self.device))
        return ProductKernels.variants.reduce(0) {
          $0 + (device.queue.launches[$1.name] ?? 0) - (before[$1.name] ?? 0)
        }
      }
      let first = try TestedGPU.another(cache)
      #expect([0, 0, 1].map { launches($0, first) } == [33, 1, 33])
      let second = try TestedGPU.another(cache)
      #expect([0, 1].map { launches($0, second) } == [1, 1])
    }
  }

  @Test func theFastestVariantIsRemembered() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder)
      let variants = ProductKernels.variants.map(\.name)
      func choice(_ shape: String, _ seconds: [[Int]]) -> Int? {
        var rest = seconds[...]
        let variant = ProductTuning(cache, device.queue.description).variant(for: shape) { _ in
          (rest.popFirst() ?? []).map { .seconds($0) }
        }
        return variants.firstIndex(of: variant.name)
      }
      #expect(choice("a", [[2], [1]]) == 1)
      #expect(choice("b", [[1], [2]]) == 0)
      #expect(choice("a", [[1], [2]]) == 1)
      #expect(choice("b", [[2], [1]]) == 0)
      // Nothing of a device that fails.
      #expect(choice("c", [[], [1]]) == 0)
      #expect(choice("c", [[2], [1]]) == 1)
      // Of equally fast ones the first; the shortest time counts.
      #expect(choice("d", [[1], [1]]) == 0)
      #expect(choice("e", [[5, 1], [2, 3]]) == 0)
    }
  }

  @Test func linesThatNameNoVariantArePassedOver() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder)
      let about = device.queue.description
      cache.write(
        Array("a 2\nb -1\n\nc\nd x\n1 2 e 1\n".utf8),
        about.identity + ProductKernels.part.source)
      let tuning = ProductTuning(cache, about)
      let variants = ProductKernels.variants.map(\.name)
      func choice(_ shape: String) -> Int? {
        let variant = tuning.variant(for: shape) {
          [.seconds($0.name == variants[0] ? 1 : 2)]
        }
        return variants.firstIndex(of: variant.name)
      }
      #expect(["a", "b", "c", "d", "1 2 e"].map(choice) == [0, 0, 0, 0, 1])
    }
  }
}

/// Where that is kept.
@Suite struct OpenCLCacheFolderTests {
  @Test func programsOfUpTo256MiBAreBelieved() {
    #expect(OpenCLCache.sizes == 1...268_435_456)
  }

  @Test func anEntryMayBeEmpty() throws {
    try SmallSets.withFolder { folder in
      let cache = OpenCLCache(folder: folder)
      cache.write([], "key")
      #expect(cache.read("key") == [])
    }
  }

  @Test(arguments: [
    (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/mnist-train"),
    (["XDG_CACHE_HOME": "", "HOME": ""], nil),
    ([:], nil),
  ])
  func itIsTheUsersFolderForSuchFiles(_ environment: [String: String], _ folder: String?) {
    #expect(OpenCLCache.ofUser { environment[$0] }?.folder == folder)
  }

  #if os(Linux)
    @Test func itLiesInTheHomeFolderOtherwise() {
      let folder = OpenCLCache.ofUser { ["HOME": "/h"][$0] }?.folder
      #expect(folder == "/h/.cache/mnist-train")
    }
  #endif
}
