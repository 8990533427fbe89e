// swift-tools-version: 6.2
import PackageDescription

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// The kernels are compiled for one instruction set, chosen here from the machine that builds.
// MNIST_TARGET overrides it: x86-64-v4 (AVX-512), x86-64-v3 (AVX2 and FMA), x86-64 (any 64-bit
// Intel or AMD processor), arm64 (always NEON).
let instructionSet = environmentValue("MNIST_TARGET") ?? instructionSetOfThisMachine()

func environmentValue(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}

func instructionSetOfThisMachine() -> String {
  #if arch(arm64)
    return "arm64"
  #elseif os(Linux)
    // One processor's "flags" line is enough, and it stands in the first few kilobytes.
    guard let file = fopen("/proc/cpuinfo", "r") else { return "x86-64" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = fread(&bytes, 1, bytes.count, file)
    let words = Set(
      String(decoding: bytes[..<count], as: UTF8.self)
        .split(whereSeparator: \.isWhitespace).map(String.init))
    let v3 = ["avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm"]
    let v4 = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    guard words.isSuperset(of: v3) else { return "x86-64" }
    return words.isSuperset(of: v4) ? "x86-64-v4" : "x86-64-v3"
  #else
    return "x86-64"
  #endif
}

func instructionSetSettings(_ name: String) -> [SwiftSetting] {
  switch name {
  case "x86-64-v4": [.unsafeFlags(["-Xcc", "-march=x86-64-v4"]), .define("TILE_AVX512")]
  case "x86-64-v3": [.unsafeFlags(["-Xcc", "-march=x86-64-v3"]), .define("TILE_AVX2")]
  case "x86-64", "arm64": []
  default: fatalError("MNIST_TARGET=\(name) (expected x86-64-v4, x86-64-v3, x86-64 or arm64)")
  }
}

let package = Package(
  name: "mnist-train",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "MNISTCore", targets: ["MNISTCore"]),
    .executable(name: "mnist-train", targets: ["mnist-train"]),
    .executable(name: "mnist-predict", targets: ["mnist-predict"]),
  ],
  targets: [
    .systemLibrary(
      name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    // Nothing is linked: libcurl and libmicrohttpd are loaded only when they are asked for.
    .systemLibrary(name: "CVariadic"),
    .target(
      name: "MNISTCore", dependencies: ["CZlib", "CVariadic"],
      swiftSettings: instructionSetSettings(instructionSet) + [
        // A square root that need not set errno is one instruction for a whole vector; otherwise it is
        // a branch and perhaps a call for each of its numbers.
        .unsafeFlags(["-Xcc", "-fno-math-errno"]),
        // Loops over memory are a hundred times slower unoptimised, and tests train real models.
        .unsafeFlags(
          ["-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"],
          .when(configuration: .debug)),
      ]),
    .executableTarget(name: "mnist-train", dependencies: ["MNISTCore"]),
    .executableTarget(name: "mnist-predict", dependencies: ["MNISTCore"]),
    .testTarget(
      name: "MNISTCoreTests", dependencies: ["MNISTCore"], resources: [.copy("Fixtures")]),
  ]
)
