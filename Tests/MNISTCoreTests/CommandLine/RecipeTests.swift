import Testing

@testable import MNISTCore

/// `--recipe` and `--show_augmentation`.
@Suite struct RecipeTests: ToolRuns {
  private func options(_ line: String) -> TrainOptions? {
    guard case .options(let options) = TrainOptions.parse(words("--model_fn m \(line)")) else {
      return nil
    }
    return options
  }

  private func sentence(_ line: String) -> String {
    guard case .mistake(let error) = TrainOptions.parse(words(line)) else { return "no mistake" }
    return error.sentence
  }

  @Test(arguments: [("best", 350, 10), ("quick", 70, 3)])
  func aRecipeIsItsFlags(_ name: String, _ epochs: Int, _ warmup: Int) throws {
    let recipe = try #require(options("--recipe \(name)"))
    let flags =
      "--train_ratio 0.9 --batch_size 512 --n_epochs \(epochs) --label_smoothing 0.1 "
      + "--augment affine,elastic --learning_rate 0.008 --weight_decay 0.025 "
      + "--decoupled_weight_decay --lr_schedule cosine --warmup_epochs \(warmup) --lr_per_batch"
    #expect(recipe.settings == options(flags)?.settings)
    #expect(
      TrainingText.recipe(recipe) == "mnist-train: --recipe \(name) stands for\n  \(flags)")
    #expect(TrainingText.recipe(try #require(options(flags))) == nil)
  }

  @Test func theCommandLineWins() throws {
    let found = try #require(
      options("--n_epochs 5 --recipe quick --augment stroke --lr 0.5 --hidden_sizes 9"))
    #expect(found.settings.epochCount == 5 && found.settings.learningRate == 0.5)
    #expect(found.settings.augmentationKinds == [.stroke] && found.givenWidths == [9])
    #expect(found.settings.batchSize == 512)
    let text = try #require(TrainingText.recipe(found))
    #expect(
      text.hasSuffix(
        "\n  --train_ratio 0.9 --batch_size 512 --label_smoothing 0.1 --weight_decay 0.025 "
          + "--decoupled_weight_decay --lr_schedule cosine --warmup_epochs 3 --lr_per_batch"))
  }

  @Test(
    arguments: [
      (
        "--model_fn m --recipe worst",
        "argument --recipe: invalid choice: 'worst' (choose from 'best', 'quick')"
      ),
      (
        "--model_fn m --recipe quick --config f",
        "argument --config: not allowed with argument --recipe"
      ),
      (
        "--model_fn m --config f --recipe quick",
        "argument --recipe: not allowed with argument --config"
      ),
      (
        "--model_fn m --recipe quick --n_epochs 3",
        "--recipe quick: argument --warmup_epochs: must be less than --n_epochs, 3, found 3"
      ),
      (
        "--show_augmentation a.png",
        "argument --show_augmentation: not allowed without argument --augment"
      ),
      (
        "--augment affine --show_augmentation a.jpg",
        "argument --show_augmentation: must be a name that ends in .png, found 'a.jpg'"
      ),
      (
        "--model_fn m --resume --augment affine --show_augmentation a.png",
        "argument --show_augmentation: not allowed with argument --resume"
      ),
      (
        "--recipe best --show_augmentation a.png --lr_find a.svg",
        "argument --show_augmentation: not allowed with argument --lr_find"
      ),
      (
        "--model_fn m --augment affine --show_augmentation a.png --print_config",
        "argument --show_augmentation: not allowed with argument --print_config"
      ),
    ] as [(String, String)])
  func whatMeansNothingIsRefused(_ line: String, _ expected: String) {
    #expect(sentence(line) == expected)
  }

  @Test func aRecipeCanBePrintedAsAFile() throws {
    guard case .answer(let text) = TrainOptions.parse(["--recipe", "quick", "--print_config"])
    else {
      Issue.record("expected an answer")
      return
    }
    let lines = text.split(separator: "\n")
    #expect(lines.contains("n_epochs = 70") && lines.contains("augment = affine,elastic"))
    #expect(!text.contains("recipe"))
  }

  /// It tells its flags, and a run that goes on with it is the same.
  @Test func aRecipeTrainsAndGoesOn() async throws {
    try await withSet { folder async throws in
      let line = "--recipe quick --n_epochs 5 --seed 1"
      let whole = try await train(line, in: folder)
      #expect(whole.exitCode == 0, "\(whole.error)")
      #expect(whole.error.hasPrefix("mnist-train: --recipe quick stands for\n  --train_ratio 0.9 "))
      let model = try SmallSets.content("\(folder)/m")
      _ = try await train("\(line) --overwrite --stop_after 2", in: folder)
      let rest = try await train("--recipe quick --n_epochs 5 --resume", in: folder)
      #expect(rest.exitCode == 0 && !rest.error.contains("stands for"), "\(rest.error)")
      #expect(try SmallSets.content("\(folder)/m") == model)
    }
  }

  @Test func aSheetIsWrittenAndNothingTrained() async throws {
    try await withSet { folder async throws in
      let run = try await BuiltTool.train.run(
        words(
          "--data_dir d --recipe quick --augment stroke --seed 1 --show_augmentation new/a.png"),
        in: folder)
      #expect(run.exitCode == 0 && run.output == "")
      #expect(
        run.error.hasSuffix(
          "\nmnist-train: new/a.png has 10 images, and beside each ten variants\n"), "\(run.error)")
      #expect(!run.error.contains("repeat this run"))
      let images = try SetFolder.load("\(folder)/d", isTrain: true)
      var settings = try #require(options("--recipe quick --augment stroke")).settings
      settings.setData(images)
      settings.seed = 1
      settings.hiddenSizes = [9]
      let sheet = AugmentationSheet(TrainingRun(settings, images: images), images: images)
      #expect(try SmallSets.content("\(folder)/new/a.png") == sheet.png)
      #expect(try SmallSets.names(folder) == ["d", "new"])
      let other = try await BuiltTool.train.run(
        words("--data_dir d --augment affine --train_ratio 0.2 --show_augmentation b.png"),
        in: folder)
      let told =
        /repeat this run with --seed \d+\)\n.* b.png has 4 images, and beside each ten variants\n/
      #expect(other.error.contains(told), "\(other.error)")
    }
  }
}
