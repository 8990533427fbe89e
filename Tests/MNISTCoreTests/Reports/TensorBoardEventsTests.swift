import Testing

@testable import MNISTCore

@Suite struct TensorBoardEventsTests {
  @Test func theChecksumIsTheStandardsAndMasked() {
    let digits = Array("123456789".utf8)
    #expect(CRC32C.checksum(digits) == 0xE306_9283)
    #expect(CRC32C.masked(digits) == 0xC78A_B0E5)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test func recordsAreByteForByteTensorBoards() {
    #expect(
      hexadecimal(TensorBoardEvents.version(wallTime: 1)).filter { $0 != " " }
        == "1800000000000000a37f4b22"
        + "09000000000000f03f1a0d627261696e2e4576656e743a32" + "86bf577a")
    #expect(
      hexadecimal(TensorBoardEvents.scalar("loss/train", 0.5, step: 3, wallTime: 2))
        .filter { $0 != " " }
        == "200000000000000029eda950"
        + "09000000000000004010032a130a110a0a6c6f73732f747261696e150000003f" + "80c7314a")
  }

  /// Field 7 is the state of the session, whose 1 is that it starts.
  @Test func aRestartIsByteForByteTensorBoards() {
    #expect(
      hexadecimal(TensorBoardEvents.restart(step: 3, wallTime: 2)).filter { $0 != " " }
        == "0f000000000000006d532b09" + "09000000000000004010033a020801" + "4a313ef8")
  }

  @Test func aStepOfMoreThanSevenBitsTakesMoreBytes() {
    let small = TensorBoardEvents.scalar("a", 1, step: 127, wallTime: 0)
    let large = TensorBoardEvents.scalar("a", 1, step: 300, wallTime: 0)
    #expect(large.count == small.count + 1)
    // After the length and its checksum, the time's field of 9 bytes and the step's number.
    #expect(Array(large[22..<24]) == [0xAC, 0x02])
  }

  @Test func anEpochIsFourScalars() {
    var row = SampleRuns.row(7, train: 0.5, valid: 0.25, accuracy: 0.75)
    #expect(
      TensorBoardEvents.epoch(row, wallTime: 5)
        == TensorBoardEvents.scalar("train/loss", 0.5, step: 7, wallTime: 5)
        + TensorBoardEvents.scalar("valid/loss", 0.25, step: 7, wallTime: 5)
        + TensorBoardEvents.scalar("valid/accuracy", 0.75, step: 7, wallTime: 5)
        + TensorBoardEvents.scalar("learning_rate", 0.001, step: 7, wallTime: 5))
    let whole = TensorBoardEvents.epoch(row, wallTime: 5)
    row.learningRate = .nan
    #expect(whole.starts(with: TensorBoardEvents.epoch(row, wallTime: 5)))
    #expect(whole.count > TensorBoardEvents.epoch(row, wallTime: 5).count)
  }

  @Test func aFileIsNamedByTimeHostProcessAndUser() {
    #expect(
      TensorBoardEvents.fileName(wallTime: 1234567.9, host: "a/b", process: 42, user: 0)
        == "events.out.tfevents.0001234567.a_b.42.0")
    #expect(
      TensorBoardEvents.fileName(wallTime: 12_345_678_901, host: "a\0b", process: 1, user: 1_000)
        == "events.out.tfevents.12345678901.a_b.1.1000")
  }
}
