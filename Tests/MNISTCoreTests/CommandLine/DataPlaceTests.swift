import Foundation
import Testing

@testable import MNISTCore

/// Where the tools find the data of a run, from outside.
@Suite struct DataPlaceTests: ToolRuns {
  private static let hasAttributes: Bool = {
    let path = Scratch.path("a")
    try? SmallSets.write([], path)
    FileAttribute.set("b", "user.mnist-train.test", of: path)
    return FileAttribute.text("user.mnist-train.test", of: path) == "b"
  }()

  @Test func aFolderThatWasNamedIsNeitherMadeNorReplaced() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      try SmallSets.write(Array("Hello".utf8), "\(folder)/notes.txt")
      for (name, sentence) in [
        (
          "typo",
          "typo: there is no such folder (expected one with train-images-idx3-ubyte and "
            + "train-labels-idx1-ubyte, each with .gz or not, in MNIST/raw or in itself, or with "
            + "pictures in CLASS/ or train/CLASS/, a CSV or an NPZ file; --dataset mnist would "
            + "download MNIST into it)"
        ),
        (
          "notes.txt",
          "notes.txt: not a folder (expected the folder that holds the data, or a CSV or NPZ "
            + "file, found a text file)"
        ),
      ] {
        let run = try await BuiltTool.train.run(
          words("--model_fn m --data_dir \(name) --dataset auto"), in: folder)
        #expect(run == .init(exitCode: 1, output: "", error: "mnist-train: error: \(sentence)\n"))
      }
      #expect(try SmallSets.names(folder) == ["notes.txt"])
    }
  }

  @Test(
    .enabled(if: hasAttributes, "the folder for temporary files keeps no attributes"),
    arguments: ["d", "elsewhere/deeper"])
  func aRunFindsItsDataWhereItWas(_ place: String) async throws {
    try await withSet { folder async throws in
      if place != "d" {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/elsewhere", withIntermediateDirectories: false)
        try FileManager.default.moveItem(atPath: "\(folder)/d", toPath: "\(folder)/\(place)")
      }
      let line = "--n_layers 3 --n_threads 1 --seed 1"
      let first = try await BuiltTool.train.run(
        words("--model_fn m --data_dir \(place) --n_epochs 1 \(line)"), in: folder)
      #expect(first.exitCode == 0)
      let path = OutputTarget.absolutePath("\(folder)/\(place)")
      let data = "IDX files in \(path) (not the published MNIST)"
      let second = try await BuiltTool.train.run(
        words("--model_fn m --resume --n_epochs 2 --n_threads 1"), in: folder)
      #expect(second.exitCode == 0)
      #expect(
        second.error
          == "mnist-train: going on with m in epoch 2 of 2\nmnist-train: its data is where it was: "
          + "\(data)\n")
      let prediction = try await BuiltTool.predict.run(words("--model_fn m"), in: folder)
      #expect(prediction.exitCode == 0)
      #expect(prediction.error.hasPrefix("Data: \(data)\n"))
      // Equal runs have equal bytes, wherever their data is.
      _ = try await BuiltTool.train.run(
        words("--model_fn w --data_dir \(folder)/\(place) --n_epochs 2 \(line)"), in: folder)
      #expect(try SmallSets.content("\(folder)/m") == SmallSets.content("\(folder)/w"))
      #expect(
        !String(decoding: try SmallSets.content("\(folder)/m"), as: UTF8.self).contains(path))

      try FileManager.default.removeItem(atPath: "\(folder)/\(place)")
      let lost = try await BuiltTool.train.run(
        words("--model_fn m --resume --n_epochs 3"), in: folder)
      #expect(lost.exitCode == 1 && lost.output == "")
      #expect(
        lost.error.hasPrefix(
          "mnist-train: error: data: the model's own training images are not there (expected a set "
            + "with the CRC-32s "))
      #expect(
        lost.error.hasSuffix(
          "found none; searched data with its subfolders, \(path); --data_dir names their folder)\n"
        ))
    }
  }

  @Test func oddDataIsMentionedAndTrainedOn() async throws {
    try await SmallSets.withFolderAsync { folder async throws in
      let images = SmallSets.fields(24, height: 2, width: 3, classes: 3)
      let odd = ImageSet(
        height: 2, width: 3, pixels: images.pixels.map { $0 / 16 },
        labels: images.labels.map { $0 + 1 })
      try SmallSets.put(odd, in: "\(folder)/d")
      try SmallSets.put(odd, "t10k", in: "\(folder)/d")
      let run = try await train("--seed 1", in: folder)
      #expect(run.exitCode == 0)
      let brightest = odd.pixels.max() ?? 0
      let dark =
        "WARNING: d: the brightest pixel is \(brightest) (expected 255): every pixel is divided by "
        + "255\n"
      #expect(
        run.error
          == "mnist-train: WARNING: d: the labels begin at 1 (expected 0): no image is of the class 0\n"
          + "mnist-train: \(dark)")
      // A few test images may well lack a class.
      let warnings = try await predict("", in: folder).error
      #expect(warnings.contains("mnist-predict: \(dark)") && !warnings.contains("begin at"))
    }
  }
}
