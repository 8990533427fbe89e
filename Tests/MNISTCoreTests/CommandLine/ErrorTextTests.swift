import Testing

@testable import MNISTCore

@Suite struct ErrorTextTests {
  private let layout = SmallSets.settings(SmallSets.fields(4)).layout

  @Test func tooLittleMemoryIsASentenceAndTheToolsSayWhatHelps() {
    let training = MemoryNeed(.training, layout, batchSize: 256)
    #expect(
      training.description
        == "too little memory to train a model of 1387 parameters in batches of 256 images "
        + "(expected about 32 MiB)")
    #expect(
      ErrorText.sentence(training)
        == "too little memory to train a model of 1387 parameters in batches of 256 images "
        + "(expected about 32 MiB; try a smaller --batch_size or fewer layers)")
    #expect(
      ErrorText.sentence(MemoryNeed(.prediction, layout, batchSize: 2))
        == "too little memory to use a model of 1387 parameters in batches of 2 images "
        + "(expected about 32 MiB; try a smaller --batch_size)")
    let one = MemoryNeed(.prediction, layout, batchSize: 1)
    #expect(ErrorText.sentence(one) == one.description)
  }

  @Test func aFolderWithoutARunIsOneThatNoRunWasLoggedTo() {
    #expect(
      ErrorText.sentence(RunFolderError.noRun(path: "d"))
        == "d: not the folder of a run (expected config.json and metrics.csv in it, as "
        + "mnist-train --log_dir writes them)")
  }

  @Test func everyOtherErrorSaysAllItself() {
    let error = RunFolderError.noEpoch(path: "d")
    #expect(ErrorText.sentence(error) == error.description)
  }
}
