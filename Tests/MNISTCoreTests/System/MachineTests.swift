import Foundation
import Synchronization
import Testing

@testable import MNISTCore

@Suite struct MachineTests {
  /// Noon in Greenwich is the same day nearly everywhere; 2024 had a 29th of February.
  @Test func aDayIsYearMonthAndDay() {
    #expect(["2024-02-29", "2024-03-01"].contains(SystemClock.localDay(at: 1_709_208_000)))
    #expect(["1970-01-01", "1970-01-02"].contains(SystemClock.localDay(at: 43_200)))
    #expect(SystemClock.localDay >= "2025-01-01")
  }

  @Test func thereIsAtLeastOneProcessor() {
    #expect(Processor.count >= 1)
  }

  /// The tests run, so the processor can do what the library was compiled for.
  @Test func nothingIsMissingWhereTheTestsRun() {
    #expect(ProcessorCheck.missingInstructions == [])
  }

  /// Each where the makers' manuals have it.
  @Test func whatIsAskedOfAProcessorHasItsPlace() {
    let places: [String: [UInt32]] = [
      "avx512f": [1, 1, 16], "avx512bw": [1, 1, 30], "avx512cd": [1, 1, 28],
      "avx512dq": [1, 1, 17], "avx512vl": [1, 1, 31], "avx2": [1, 1, 5], "fma": [0, 2, 12],
      "bmi1": [1, 1, 3], "bmi2": [1, 1, 8], "f16c": [0, 2, 29], "movbe": [0, 2, 22],
      "abm": [2, 2, 5],
    ]
    for (name, leaf, register, bit) in ProcessorCheck.needed {
      #expect(places[name] == [leaf, UInt32(register), bit], "\(name)")
    }
  }

  @Test(arguments: [(0, 0, false), (2, 4, true), (1, 4, false), (3, 7, false), (31, 1 << 31, true)])
  func aProcessorsBitIsSet(_ bit: UInt32, _ register: UInt32, _ isSet: Bool) {
    #expect(ProcessorCheck.has(bit, register) == isSet)
  }

  @Test func whatIsNotAmongAProcessorsFlagsIsMissing() {
    let names = ProcessorCheck.needed.map(\.name)
    func description(_ flags: some Sequence<String>) -> String {
      "processor\t: 0\nflags\t\t: fpu \(flags.joined(separator: " "))\nbugs\t\t:\n"
    }
    #expect(ProcessorCheck.missing(in: description(names)) == [])
    #expect(ProcessorCheck.missing(in: description(names.dropLast())) == Array(names.suffix(1)))
    #expect(ProcessorCheck.missing(in: description([])) == names)
    #expect(ProcessorCheck.missing(in: "processor\t: 0\n") == [])
  }

  @Test func anotherProcessorIsASentence() {
    #expect(
      ProcessorCheck.sentence(missing: ["avx2", "fma"])
        == "this program was built for another processor (expected one with avx2, fma; "
        + "build it on this machine, or with MNIST_TARGET=x86-64 for any)")
  }

  @Test(arguments: [
    (["null", "tty", "zero"], false), (["null", "dri"], true), (["kfd"], true), (["dxg"], true),
    (["nvidia0", "nvidiactl"], true), (["mali0"], true), (["drive", "mkfd"], false), ([], false),
  ])
  func aDriverOfAGPUHasItsFile(_ names: [String], _ isThere: Bool) {
    #expect(GraphicsHardware.isAmong(names) == isThere)
  }

  @Test func memoryIsPromisedOnlyWhereItIsThere() {
    #expect(SystemMemory.has(1))
    #expect(!SystemMemory.has(.max))
    #expect(!SystemMemory.has(1 << 60))
    #expect(SystemMemory.byteCount > 64 << 20)
    #expect(!SystemMemory.has(SystemMemory.byteCount))
    // What is in use is not there, be it that the system would promise it.
    #expect(!SystemMemory.has(SystemMemory.byteCount - SystemMemory.usedByteCount / 8))
    #expect(SystemMemory.gives(1) && !SystemMemory.gives(.max))
    let machine = Int(ProcessInfo.processInfo.physicalMemory)
    #expect(
      SystemMemory.byteCount == min(machine, ControlGroups.own.memoryBytes ?? machine))
  }

  @Test func aCallThatASignalInterruptsIsMadeAgain() {
    func made(_ calls: [(result: Int32, code: Int32)]) -> [Int32] {
      var rest = calls[...]
      let result = SystemError.retrying {
        let call = rest.removeFirst()
        errno = call.code
        return call.result
      }
      return [result, Int32(calls.count - rest.count)]
    }
    #expect(made([(-1, EINTR), (-1, EINTR), (3, 0)]) == [3, 3])
    #expect(made([(-1, ENOENT), (3, 0)]) == [-1, 1])
    #expect(made([(0, EINTR), (3, 0)]) == [0, 1])
  }

  #if os(Linux)
    /// As `taskset` and batch systems leave it.
    @Test func onlyProcessorsThatTheProcessMayUseCount() async {
      await #expect(processExitsWith: .success) {
        typealias Affinity = @convention(c) (pid_t, Int, UnsafeMutableRawPointer?) -> Int32
        let get: Affinity = try #require(CLibrary.function("sched_getaffinity"))
        let set: Affinity = try #require(CLibrary.function("sched_setaffinity"))
        var words = [UInt](repeating: 0, count: 128)
        try #require(words.withUnsafeMutableBytes { get(0, $0.count, $0.baseAddress) } == 0)
        let index = try #require(words.firstIndex { $0 != 0 })
        var one = [UInt](repeating: 0, count: 128)
        one[index] = 1 << UInt(words[index].trailingZeroBitCount)
        try #require(one.withUnsafeMutableBytes { set(0, $0.count, $0.baseAddress) } == 0)
        try #require(Processor.count == 1)
      }
    }
  #endif

  @Test func aDescriptorIsWaitedForUntilItIsReady() {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(!SystemError.wait(for: POLLIN, on: ends[0], milliseconds: 1))
    #expect(SystemError.wait(for: POLLOUT, on: ends[1], milliseconds: 1))
    #expect(write(ends[1], "x", 1) == 1)
    #expect(SystemError.wait(for: POLLIN, on: ends[0], milliseconds: 1))
    #expect(SystemError.mayPass(EINTR) && SystemError.mayPass(EAGAIN))
    #expect(!SystemError.mayPass(EPIPE))
  }

  /// Who waits looks then whether the signal is for him.
  @Test func aSignalEndsTheWaitingButMakesNothingReady() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    ProcessSignal.handle(SIGURG) { _ in }
    let waiting = Frozen(pthread_self())
    let isOver = Mutex(false)
    let other = try #require(
      SystemThread {
        while !isOver.withLock({ $0 }) {
          pthread_kill(waiting.value, SIGURG)
          usleep(1_000)
        }
      })
    let start = ContinuousClock.now
    #expect(!SystemError.wait(for: POLLIN, on: ends[0], milliseconds: 60_000))
    #expect(ContinuousClock.now - start < .seconds(60))
    isOver.withLock { $0 = true }
    other.join()
  }

  @Test func theClocksGoForwardInSeconds() {
    // 2020 and 2100.
    #expect((1_577_836_800..<4_102_444_800).contains(SystemClock.wallTime))
    let start = SystemClock.monotonicTime
    StopSignal.wait(milliseconds: 20)
    #expect((0.02..<60).contains(SystemClock.monotonicTime - start))
    let before = SystemClock.monotonicTime
    let seconds = Double(SystemClock.monotonicNanoseconds) / 1e9
    #expect((before - 1e-6...SystemClock.monotonicTime + 1e-6).contains(seconds))
  }

  @Test func aLimitOnItsRateLetsThroughTheFirstAndThenAfterItsTime() {
    var limit = RateLimit(seconds: 2)
    let times: [Double] = [100, 100.5, 101.99, 102, 103.9, 110, 111, 112]
    #expect(
      times.map { limit.lets(through: $0) }
        == [true, false, false, true, false, true, false, true])
    var always = RateLimit(seconds: 0)
    #expect([5.0, 5, 5].map { always.lets(through: $0) } == [true, true, true])
  }

  @Test func whatIsUsedAlreadyIsNotThereAnyMore() {
    let used = SystemMemory.usedByteCount
    #expect((0..<SystemMemory.byteCount).contains(used))
    #if os(Linux)
      #expect(used > 1 << 20)
      // What is no file's, in kB. Other tests take and give memory meanwhile.
      let isKnown = (0..<50).contains { _ in
        guard let status = SystemFile.text("/proc/self/status"),
          let match = status.firstMatch(of: /RssAnon:\s+(\d+) kB/), let anonymous = Int(match.1)
        else { return true }
        return abs(SystemMemory.usedByteCount - anonymous << 10) < 8 << 20
      }
      #expect(isKnown)
    #endif
  }

  @Test func aFileOfTheSystemsIsReadAsFarAsItIsWanted() throws {
    let long = String(repeating: "0123456789", count: 1_000)
    let large = [UInt8](repeating: 0x61, count: 1 << 20 + 1)
    try SmallSets.withFolder([
      "f": Array("some text".utf8), "long": Array(long.utf8), "large": large,
    ]) { folder in
      #expect(SystemFile.text("\(folder)/large")?.utf8.count == 1_048_576)
      #expect(SystemFile.text("\(folder)/long", limit: 4_097) == String(long.prefix(4_097)))
      #expect(SystemFile.text("\(folder)/long") == long)
      #expect(SystemFile.text("\(folder)/long", limit: 5_000) == String(long.prefix(5_000)))
      #expect(SystemFile.text("\(folder)/f") == "some text")
      #expect(SystemFile.text("\(folder)/f", limit: 4) == "some")
      #expect(SystemFile.text("\(folder)/none") == nil)
      #expect(SystemFile.text(folder) == "" || SystemFile.text(folder) == nil)
    }
  }
}
