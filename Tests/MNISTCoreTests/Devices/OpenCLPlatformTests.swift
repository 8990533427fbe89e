import Foundation
import Testing

@testable import MNISTCore

/// Against what the loader answers when it is asked here: were a device not found, every other test of OpenCL would be
/// skipped.
@Suite(.enabled(if: OpenCLLibrary.shared != nil, TestedGPU.isMissing))
struct OpenCLPlatformTests {
  private typealias Handle = OpenCLLibrary.Handle

  private let library: OpenCLLibrary

  init() throws { library = try #require(OpenCLLibrary.shared) }

  @Test(arguments: [(false, 4), (true, 0xFFFF_FFFF)] as [(Bool, UInt64)])
  func everyDeviceThatTheLoaderKnowsIsFoundAndDescribed(
    _ includingProcessors: Bool, _ type: UInt64
  ) throws {
    let expected = devices(type)
    let found = try OpenCLPlatform.devices(library, includingProcessors: includingProcessors)
    #expect(found.map(\.handle) == expected.map(\.device))
    for (found, (platform, device)) in zip(found, expected) {
      func number(_ query: UInt32) -> Int { self.number(query, device) }
      func text(_ query: UInt32) -> String { self.text(query, library.getDeviceInfo, device) }
      let version = text(0x102F)
      let canBeUsed =
        !version.hasPrefix("OpenCL 1.0") && !version.hasPrefix("OpenCL 1.1")
        && number(0x1027) == 1 && number(0x1028) == 1 && number(0x1004) >= 256
        && number(0x1023) >= 24_576
      #expect((found.description.problem == nil) == canBeUsed)
      #expect(
        found.description
          == OpenCLDescription(
            name: text(0x102B), platform: self.text(0x0902, library.getPlatformInfo, platform),
            driver: text(0x102D), version: version, isGPU: number(0x1000) & 4 != 0,
            computeUnitCount: number(0x1002), memoryByteCount: number(0x101F),
            largestAllocation: number(0x1010), roundsDivisions: number(0x101B) & 128 != 0,
            problem: found.description.problem))
    }
  }

  @Test func aDeviceThatCanBeUsedIsUsed() throws {
    let first = try OpenCLPlatform.devices(library, includingProcessors: true).first
    guard let first, first.description.problem == nil else { return }
    #expect(TestedGPU.device != nil)
  }

  @Test(arguments: [false, true])
  func thereIsNoDeviceBeyondThoseThatAreFound(_ includingProcessors: Bool) throws {
    let count = try OpenCLPlatform.devices(
      library, includingProcessors: includingProcessors
    ).count
    for number in [-1, count, count + 1] {
      let expected =
        count == 0 ? DeviceError.noDevice : .noSuchDevice(number: number, count: count)
      #expect(throws: expected) {
        _ = try GPU.device(number, includingProcessors: includingProcessors)
      }
    }
  }

  @Test func processorsCountWhereTheEnvironmentSaysSo() throws {
    let includesProcessors = ProcessInfo.processInfo.environment["MNIST_OPENCL"] == "all"
    #expect(GPU.includesProcessors == includesProcessors)
    let all = try OpenCLPlatform.devices(library, includingProcessors: includesProcessors)
      .map(\.description)
    #expect(try GPU.all() == all)
    #expect(GPU.firstUsable() == all.firstIndex { $0.problem == nil })
  }

  // MARK: The loader's answers

  /// Of all platforms, in their order.
  private func devices(_ type: UInt64) -> [(platform: Handle, device: Handle)] {
    typealias Ask = (UInt32, UnsafeMutablePointer<Handle?>?, UnsafeMutablePointer<UInt32>) -> Int32
    func all(_ ask: Ask) -> [Handle] {
      var count: UInt32 = 0
      guard ask(0, nil, &count) == 0, count > 0 else { return [] }
      var handles = [Handle?](repeating: nil, count: Int(count))
      guard ask(UInt32(handles.count), &handles, &count) == 0 else { return [] }
      return handles.compactMap(\.self)
    }
    return all { library.getPlatformIDs($0, $1, $2) }.flatMap { platform in
      all { library.getDeviceIDs(platform, type, $0, $1, $2) }.map { (platform, $0) }
    }
  }

  /// Of at most eight bytes.
  private func number(_ query: UInt32, _ device: Handle) -> Int {
    var number: UInt64 = 0
    let code = library.getDeviceInfo(device, query, 8, &number, nil)
    return code == 0 ? Int(clamping: number) : 0
  }

  private func text(
    _ query: UInt32, _ ask: OpenCLLibrary.Information, _ handle: Handle
  ) -> String {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    guard ask(handle, query, 4_096, &bytes, nil) == 0 else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// Which devices are usable.
@Suite struct OpenCLDescriptionTests {
  private func problem(
    name: String = "X", version: String = "OpenCL 1.2", isAvailable: Bool = true,
    hasCompiler: Bool = true, groupSize: Int = 256, localByteCount: Int = 24_576
  ) -> String? {
    OpenCLDescription.problem(
      name: name, version: version, isAvailable: isAvailable, hasCompiler: hasCompiler,
      groupSize: groupSize, localByteCount: localByteCount)
  }

  @Test(arguments: ["OpenCL 1.2", "OpenCL 1.2 pocl", "OpenCL 2.1 NEO", "OpenCL 3.0 CUDA 12.4"])
  func aDeviceOfVersion12IsUsable(_ version: String) {
    #expect(problem(version: version) == nil)
  }

  @Test func whatADeviceLacksIsTold() {
    #expect(problem(version: "OpenCL 1.0") == "it knows OpenCL 1.0, not 1.2")
    #expect(problem(version: "OpenCL 1.1 Old") == "it knows OpenCL 1.1, not 1.2")
    #expect(problem(version: "") == "it knows no OpenCL, not 1.2")
    #expect(problem(name: "") == "its driver does not say what it is called")
    #expect(problem(isAvailable: false) == "its driver says that it is not available")
    #expect(problem(hasCompiler: false) == "its driver has no compiler")
    #expect(problem(groupSize: 255) == "its groups have 255 items, not 256")
    #expect(problem(localByteCount: 24_575) == "its groups share 24575 bytes, not 24576")
  }
}

/// What a driver says in words. The handle of this one is the length of its answer.
@Suite struct OpenCLTextTests {
  private static let ask: OpenCLLibrary.Information = { handle, query, size, value, needed in
    let length = Int(bitPattern: handle)
    needed?.pointee = length
    guard let value else { return 0 }
    guard size >= length else { return -30 }
    let bytes = value.assumingMemoryBound(to: UInt8.self)
    for index in 0..<length { bytes[index] = index % 2 == 0 ? 0x41 : 0x0A }
    bytes[length - 1] = 0
    return query == OpenCLLibrary.Query.driverVersion.rawValue ? -6 : 0
  }

  private func text(_ length: Int, _ query: OpenCLLibrary.Query = .deviceName) throws -> String {
    OpenCLPlatform.text(query, Self.ask, try #require(OpaquePointer(bitPattern: length)))
  }

  @Test func controlCharactersSeparateWords() throws {
    #expect(try text(1) == "")
    #expect(try text(2) == "A")
    #expect(try text(6) == "A A A")
  }

  @Test func anAnswerOfUpTo65536BytesIsBelieved() throws {
    #expect(try text(65_536).count == 65_535)
    #expect(try text(65_537) == "")
  }

  @Test func anAnswerThatFailsIsEmpty() throws {
    #expect(try text(6, .driverVersion) == "")
  }
}

/// What a loader or a driver lists, asked first how many there are.
@Suite struct OpenCLHandlesTests {
  /// One that has `count`, and answers with these codes.
  private struct Lister {
    let count: UInt32
    var codes: [Int32]
    /// How many handles it was given room for, each time.
    var rooms: [UInt32] = []

    mutating func answer(
      _ room: UInt32, _ target: UnsafeMutablePointer<OpaquePointer?>?,
      _ found: UnsafeMutablePointer<UInt32>
    ) -> Int32 {
      rooms.append(room)
      found.pointee = count
      for index in 0..<Int(room) { target?[index] = OpaquePointer(bitPattern: index + 1) }
      return codes.removeFirst()
    }
  }

  @Test(
    arguments: [
      (0, [0], [0], 0, 0), (1, [0, 0], [0, 1], 1, 0), (3, [0, 0], [0, 3], 3, 0),
      (1_024, [0, 0], [0, 1_024], 1_024, 0), (1_025, [0, 0], [0, 1_024], 1_024, 0),
      (3, [-1, 0], [0], 0, -1), (3, [0, -5], [0, 3], 0, -5),
    ] as [(UInt32, [Int32], [UInt32], Int, Int32)])
  func upTo1024AreBelievedAndNoneAfterAnError(
    _ count: UInt32, _ codes: [Int32], _ rooms: [UInt32], _ found: Int, _ code: Int32
  ) {
    var lister = Lister(count: count, codes: codes)
    let answer = OpenCLPlatform.handles { lister.answer($0, $1, $2) }
    #expect(answer.handles == (0..<found).map { OpaquePointer(bitPattern: $0 + 1) })
    #expect(answer.code == code)
    #expect(lister.rooms == rooms)
  }

  @Test func noPlatformIsNoFailure() throws {
    func count(_ codes: [Int32]) throws(DeviceError) -> Int {
      var lister = Lister(count: 2, codes: codes)
      return try OpenCLPlatform.platforms { lister.answer($0, $1, $2) }.count
    }
    #expect(try count([0, 0]) == 2)
    #expect(try count([-1001]) == 0)
    for codes in [[-6], [0, -6]] as [[Int32]] {
      #expect(
        throws: DeviceError.failed(device: "OpenCL's loader", call: "clGetPlatformIDs", code: -6)
      ) { try count(codes) }
    }
  }
}

/// What a driver says of a device. The handle of this one is the length of its names; of its numbers, those of an odd
/// one have all bits set.
@Suite struct OpenCLAnswersTests {
  private static let letters = (0..<300).map { UInt8(0x41 + $0 % 26) }

  private static let ask: OpenCLLibrary.Information = { handle, query, size, value, needed in
    let length = Int(bitPattern: handle)
    let texts: [OpenCLLibrary.Query] = [.deviceName, .deviceVersion, .driverVersion]
    if texts.map(\.rawValue).contains(query) {
      needed?.pointee = length
      value?.copyMemory(from: letters, byteCount: length)
      return 0
    }
    value?.initializeMemory(as: UInt8.self, repeating: length % 2 == 0 ? 1 : 0xFF, count: size)
    return query == OpenCLLibrary.Query.largestAllocation.rawValue ? -30 : 0
  }

  private func description(_ length: Int) throws -> OpenCLDescription {
    OpenCLPlatform.description(Self.ask, try #require(OpaquePointer(bitPattern: length)), "P")
  }

  @Test(arguments: [(199, 199), (200, 200), (201, 200), (300, 200)])
  func aNameHas200LettersAtMost(_ length: Int, _ nameLength: Int) throws {
    let about = try description(length)
    #expect(Array(about.name.utf8) == Array(Self.letters.prefix(nameLength)))
    #expect(about.driver.utf8.count == length)
  }

  @Test func anAnswerThatFailsIsZero() throws {
    let about = try description(2)
    #expect(about.computeUnitCount == 0x0101_0101)
    #expect(about.largestAllocation == 0)
    #expect(about.problem == nil)
  }

  @Test func abilitiesAreBits() throws {
    for (length, areSet) in [(2, false), (3, true)] {
      let about = try description(length)
      #expect(about.isGPU == areSet && about.roundsDivisions == areSet)
    }
  }
}

/// Which GPU computes where none was asked for.
@Suite struct FirstUsableGPUTests {
  private func firstUsable(
    _ problems: [String?], _ includingProcessors: Bool, _ hardwareMayBeThere: Bool
  ) -> Int? {
    GPU.firstUsable(
      includingProcessors: includingProcessors, hardwareMayBeThere: hardwareMayBeThere
    ) { () throws(DeviceError) in
      problems.map {
        OpenCLDescription(
          name: "X", platform: "P", driver: "1", version: "OpenCL 1.2", isGPU: true,
          computeUnitCount: 1, memoryByteCount: 1 << 30, largestAllocation: 1 << 28,
          roundsDivisions: true, problem: $0)
      }
    }
  }

  @Test(arguments: [(false, true), (true, false), (true, true)])
  func itIsTheFirstWithoutAProblem(_ includingProcessors: Bool, _ hardwareMayBeThere: Bool) {
    #expect(firstUsable(["old", nil, nil, "old"], includingProcessors, hardwareMayBeThere) == 1)
    #expect(firstUsable(["old"], includingProcessors, hardwareMayBeThere) == nil)
    #expect(firstUsable([], includingProcessors, hardwareMayBeThere) == nil)
  }

  @Test func withoutASignOfOneThereIsNone() {
    #expect(firstUsable([nil], false, false) == nil)
  }
}
