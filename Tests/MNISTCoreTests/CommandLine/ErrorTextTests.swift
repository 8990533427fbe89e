import Testing

@testable import MNISTCore

@Suite struct ErrorTextTests {
  @Test func tooLittleMemoryIsASentenceAndTheToolsSayWhatHelps() {
    let settings = SmallSets.settings(SmallSets.fields(4), batchSize: 256)
    var training = MemoryNeed(training: settings, imageCount: 400)
    #expect(
      training.description
        == "too little memory to train a model of 1387 parameters in batches of 256 images "
        + "(expected about 16 MiB)")
    training.limitBytes = 15 << 20
    #expect(
      ErrorText.sentence(training)
        == "too little memory to train a model of 1387 parameters in batches of 256 images "
        + "(expected about 16 MiB, found 15 MiB; try a smaller --batch_size or fewer layers)")
    func predicting(_ batchSize: Int) -> MemoryNeed {
      MemoryNeed(predicting: settings.layout, batchSize: batchSize, imageCount: 400)
    }
    #expect(
      ErrorText.sentence(predicting(2))
        == "too little memory to use a model of 1387 parameters in batches of 2 images "
        + "(expected about 16 MiB; try a smaller --batch_size)")
    #expect(ErrorText.sentence(predicting(1)) == predicting(1).description)
  }

  @Test func aFolderWithoutARunIsOneThatNoRunWasLoggedTo() {
    #expect(
      ErrorText.sentence(RunFolderError.noRun(path: "d"))
        == "d: not the folder of a run (expected config.json and metrics.csv in it, as "
        + "mnist-train --log_dir writes them)")
  }

  @Test func aModelThatCannotBeKeptMayBeGivenUp() {
    #expect(
      ErrorText.sentence(FileError.cannotKeep(path: "m", .notReplaced(path: "n", what: "x")))
        == "m: the model there cannot be kept: n: not replaced: x; move that away, or give "
        + "--overwrite to keep no model")
  }

  @Test func aFolderInPlaceOfAModelMayBeARuns() throws {
    try SmallSets.withFolder(["a/model.ckpt": [], "b/m": []]) { folder in
      func sentence(_ name: String) -> String {
        ErrorText.sentence(
          FileError.notARegularFile(path: "\(folder)/\(name)", kind: "a folder"))
      }
      #expect(
        sentence("a/")
          == "\(folder)/a/: not a file (expected a regular file, found a folder; its model is "
          + "\(folder)/a/model.ckpt, and --run_dir takes a run's folder)")
      #expect(
        sentence("b")
          == "\(folder)/b: not a file (expected a regular file, found a folder)")
    }
  }

  @Test func everyOtherErrorSaysAllItself() {
    let error = RunFolderError.noEpoch(path: "d")
    #expect(ErrorText.sentence(error) == error.description)
  }
}
