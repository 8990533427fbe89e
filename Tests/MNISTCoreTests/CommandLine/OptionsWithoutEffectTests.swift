import Foundation
import Testing

@testable import MNISTCore

/// An option that another one makes void is not silent.
@Suite struct OptionsWithoutEffectTests: ToolRuns {
  @Test(
    arguments: [
      ("--dropout 0.5", ["--dropout_p has no effect without --use_dropout"]),
      ("--dropout_p 0.3", ["--dropout_p has no effect without --use_dropout"]),
      ("--dropout_p 0.5 --use_dropout", []),
      (
        "--dataset digits --data_dir d --mirror http://x",
        [
          "--data_dir has no effect with --dataset digits",
          "--mirror has no effect with --dataset digits",
        ]
      ),
      ("--dataset mnist --data_dir d --mirror http://x", []),
      ("--patience 19", ["--patience has no effect with --n_epochs 20"]),
      ("--patience 9223372036854775807", ["--patience has no effect with --n_epochs 20"]),
      ("--patience 18", []),
      ("--patience 1 --n_epochs 2", ["--patience has no effect with --n_epochs 2"]),
      ("--patience 1 --n_epochs 3", []),
      ("--lr_schedule cosine --n_epochs 1", ["--lr_schedule has no effect with --n_epochs 1"]),
      (
        "--lr_schedule cosine --n_epochs 3 --warmup_epochs 2",
        ["--lr_schedule has no effect with --n_epochs 3 and --warmup_epochs 2"]
      ),
      ("--lr_schedule cosine --n_epochs 3 --warmup_epochs 1", []),
      ("--lr_schedule constant --n_epochs 1", []),
      ("--overwrite", []),
    ] as [(String, [String])])
  func whatIsVoidInTrainingIsNamed(_ line: String, _ sentences: [String]) {
    guard case .options(let options) = TrainOptions.parse(words("--model_fn m \(line)")) else {
      Issue.record("expected options")
      return
    }
    #expect(options.optionsWithoutEffect == sentences)
  }

  @Test(
    arguments: [
      ("--data_dir d", ["--data_dir"]), ("--batch_size 3", ["--batch_size"]),
      ("--dataset mnist --mirror http://x", ["--dataset", "--mirror"]),
      ("--n_threads 2 --show --gpu_id -1", []),
    ] as [(String, [String])])
  func picturesMakeWhatIsAboutTestImagesVoid(_ line: String, _ flags: [String]) {
    func found(_ line: String) -> [String]? {
      guard case .options(let options) = PredictOptions.parse(words("--model_fn m \(line)")) else {
        return nil
      }
      return options.optionsWithoutEffect
    }
    #expect(
      found("\(line) a.png")
        == flags.map { "\($0) has no effect with pictures: no test images are read" })
    #expect(found(line) == [])
  }

  /// Neither the rates nor the end of a run are others: what is called void is so.
  @Test func whatIsVoidChangesNothing() {
    var settings = TrainingSettings()
    (settings.epochCount, settings.warmupEpochCount) = (3, 2)
    func rates() -> [Double] {
      var schedule = RunSchedule(settings, batchCount: 2)
      return (0..<settings.epochCount).map {
        schedule.rate(of: TrainingStep(epoch: $0, batch: 1), after: [])
      }
    }
    let constant = rates()
    settings.learningRateSchedule = .cosine
    #expect(rates() == constant)
    settings.epochCount = 4
    #expect(rates()[3] != constant[2])
  }

  /// The mirrored text's own command.
  @Test func dropoutWithoutUseDropoutWorksAndIsWarnedOfTwice() async throws {
    try await withSet { folder async throws in
      let warning = "mnist-train: WARNING: --dropout_p has no effect without --use_dropout\n"
      let run = try await train("--seed 1 --dropout 0.3", in: folder)
      #expect(run.exitCode == 0 && run.error == warning + warning)
      let model = try SmallSets.content("\(folder)/m")
      let plain = try await train("--seed 1", in: folder)
      #expect(plain.error == "" && plain.output == run.output)
      #expect(try SmallSets.content("\(folder)/m") == model)
    }
  }

  @Test func aRunThatGoesOnReplacesOnlyItself() {
    guard
      case .options(let options) = TrainOptions.parse(words("--model_fn m --resume --overwrite"))
    else {
      Issue.record("expected options")
      return
    }
    #expect(
      options.optionsWithoutEffect(resuming: TrainingSettings())
        == ["--overwrite has no effect with --resume: a run that goes on replaces only itself"])
  }

  /// Then the file says whether there is dropout.
  @Test func ofARunThatGoesOnTheFileDecides() async throws {
    try await withSet { folder async throws in
      #expect(try await train("--seed 1", in: folder).exitCode == 0)
      let plain = try await train("--resume --n_epochs 3 --dropout_p 0.9", in: folder)
      let warning = "mnist-train: WARNING: --dropout_p has no effect without --use_dropout\n"
      #expect(plain.exitCode == 0)
      #expect(plain.error == warning + "mnist-train: going on with m in epoch 3 of 3\n" + warning)

      let line = "--seed 1 --use_dropout --dropout_p 0.5"
      #expect(try await train(line, in: folder).error == "")
      let dropout = try await train("--resume --n_epochs 3 --dropout_p 0.5", in: folder)
      #expect(dropout.error == "mnist-train: going on with m in epoch 3 of 3\n")
      let other = try await train("--resume --n_epochs 3 --dropout_p 0.9", in: folder)
      #expect(other.exitCode == 2)
    }
  }

  @Test func aMirrorThatIsNotAskedAndMoreImagesThanThereAreAreTold() async throws {
    try await withSet { folder async throws in
      let note = "--mirror has no effect: the data was there (d)\n"
      let run = try await train("--seed 1 --mirror http://127.0.0.1:9/", in: folder)
      #expect(run.exitCode == 0 && run.error == "mnist-train: \(note)")
      let prediction = try await predict("--n_test 10 --mirror http://127.0.0.1:9/", in: folder)
      #expect(
        prediction.error.hasPrefix(
          "Data: IDX files in d (not the published MNIST)\nmnist-predict: \(note)"
            + "mnist-predict: --n_test 10 is more than the test images: all 9 are measured\n"))
      #expect(try await predict("--n_test 9", in: folder).error.contains("mnist-predict") == false)
    }
  }
}
