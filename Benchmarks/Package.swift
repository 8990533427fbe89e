// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "mnist-train", path: "..")],
  targets: [
    .executableTarget(
      name: "measure-speed",
      dependencies: [.product(name: "MNISTCore", package: "mnist-train")],
      // What the machine can do is measured with all of its instructions.
      swiftSettings: [.unsafeFlags(["-Xcc", "-march=native"])]),
    .executableTarget(
      name: "log-probabilities",
      dependencies: [.product(name: "MNISTCore", package: "mnist-train")]),
    .executableTarget(
      name: "write-digits",
      dependencies: [.product(name: "MNISTCore", package: "mnist-train")]),
  ]
)
