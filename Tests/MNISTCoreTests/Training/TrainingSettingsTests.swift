import Testing

@testable import MNISTCore

@Suite struct TrainingSettingsTests {
  @Test func theUsualSettings() {
    let usual = TrainingSettings(
      imageHeight: 0, imageWidth: 0, fittedPictures: false, isTransposed: false, outputSize: 0,
      classNames: nil, hiddenSizes: [], useDropout: false, dropoutProbability: 0.3,
      trainRatio: 0.8, batchSize: 256, epochCount: 20, seed: 0, imagesCRC32: 0, labelsCRC32: 0,
      dataset: .auto, learningRate: 0.001, weightDecay: 0, decoupledWeightDecay: false,
      learningRateSchedule: .constant, warmupEpochCount: 0, isScheduledPerBatch: false,
      learningRateStepSize: 10, learningRateFactor: 0.1, learningRatePatience: 10,
      learningRateCooldown: 0, patience: nil, monitor: .validLoss,
      classWeighting: .equal, labelSmoothing: 0, gradientNormLimit: nil, startCRC32: nil,
      augmentationKinds: [], augmentationStrength: 1,
      device: "CPU")
    #expect(TrainingSettings() == usual)
    #expect(TrainingSettings().isOnCPU)
    #expect(!TrainingSettings(device: "X").isOnCPU)
  }

  @Test func onlyWhatDependsOnTheNumberOfEpochsFixesIt() {
    func fixed(_ change: (inout TrainingSettings) -> Void) -> String? {
      var settings = TrainingSettings()
      change(&settings)
      return settings.whatHasItsLength
    }
    #expect(fixed { $0.warmupEpochCount = 2 } == nil)
    #expect(fixed { $0.learningRateSchedule = .step } == nil)
    #expect(fixed { $0.learningRateSchedule = .plateau } == nil)
    #expect(fixed { $0.learningRateSchedule = .cosine } == "cosine schedule")
    #expect(fixed { $0.learningRateSchedule = .oneCycle } == "one-cycle schedule")
    #expect(fixed { $0.augmentationKinds = [.stroke] } == "augmentation")
  }

  @Test func theImagesDecideTheirSizesAndChecksums() {
    let images = SmallSets.fields(6, height: 2, width: 5, classes: 3)
    let settings = TrainingSettings(for: images, hiddenSizes: [7], seed: 4)
    #expect(
      settings
        == TrainingSettings(
          imageHeight: 2, imageWidth: 5, outputSize: 3, hiddenSizes: [7], seed: 4,
          imagesCRC32: images.imagesCRC32, labelsCRC32: images.labelsCRC32))
    #expect(settings.inputSize == 10)
    #expect(settings.imageSize == ImageSize(height: 2, width: 5))
  }

  @Test(
    arguments: [
      (.constant, 0, false), (.constant, 1, true), (.constant, 2, true), (.cosine, 0, true),
      (.cosine, 1, true), (.step, 0, true), (.plateau, 0, true), (.oneCycle, 0, true),
    ] as [(LearningRateSchedule, Int, Bool)])
  func aScheduleIsAnythingButAConstantRateWithoutAWarmUp(
    _ schedule: LearningRateSchedule, _ warmup: Int, _ hasSchedule: Bool
  ) {
    let settings = TrainingSettings(learningRateSchedule: schedule, warmupEpochCount: warmup)
    #expect(settings.hasSchedule == hasSchedule)
  }
}
