import Testing

@testable import MNISTCore

@Suite struct ThreadChoiceTests {
  private func choice(_ environment: [String: String]) -> ThreadChoice {
    ThreadChoice(processors: 6) { environment[$0] }
  }

  @Test(arguments: [
    ([:], 6), (["OMP_NUM_THREADS": "3"], 3), (["SLURM_CPUS_PER_TASK": "4"], 4),
    (["OMP_NUM_THREADS": "3", "SLURM_CPUS_PER_TASK": "4"], 3),
    (["OMP_NUM_THREADS": "", "SLURM_CPUS_PER_TASK": "4"], 4),
    (["OMP_NUM_THREADS": "4,2"], 4), (["OMP_NUM_THREADS": " 2 , 1"], 2),
    (["OMP_NUM_THREADS": "1024"], 1_024),
  ])
  func theEnvironmentChoosesAndElseTheProcessors(_ environment: [String: String], _ count: Int) {
    #expect(choice(environment).count == count)
    #expect(choice(environment).warnings == [])
  }

  @Test(arguments: ["0", "-1", "1025", "two", ",2", "1.5", "99999999999999999999"])
  func whatIsNoNumberOfThreadsIsToldAndPassedOver(_ text: String) {
    let found = choice(["OMP_NUM_THREADS": text, "SLURM_CPUS_PER_TASK": "2"])
    #expect(found.count == 2)
    #expect(
      found.warnings == [
        "OMP_NUM_THREADS does not tell how many threads there should be (expected a number from 1 to "
          + "1024, found '\(text)')"
      ])
    #expect(choice(["OMP_NUM_THREADS": text, "SLURM_CPUS_PER_TASK": text]).count == 6)
    #expect(choice(["OMP_NUM_THREADS": text, "SLURM_CPUS_PER_TASK": text]).warnings.count == 2)
  }

  @Test func theCommandLineAsksNobody() {
    #expect(ThreadChoice(count: 9) == ThreadChoice(processors: 9) { _ in nil })
  }

  @Test func noMoreAreTakenThanTheCommandLineTakes() {
    #expect(ThreadChoice(processors: 4_096) { _ in nil }.count == 1_024)
  }
}
