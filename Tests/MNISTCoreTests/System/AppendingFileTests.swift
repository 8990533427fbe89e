import Foundation
import Testing

@testable import MNISTCore

@Suite struct AppendingFileTests {
  /// To open it for writing could take for ever.
  @Test(.timeLimit(.minutes(1))) func aNamedPipeThatNobodyReadsIsRefusedAndNotWaitedFor() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      #expect(throws: FileError.cannotWrite(path: path, reason: SystemError.text(ENXIO))) {
        try AppendingFile(path)
      }
    }
  }

  @Test func whatWasThereStays() throws {
    try SmallSets.withFolder { folder throws in
      let path = "\(folder)/log"
      for byte in [1, 2] as [UInt8] { try AppendingFile(path).append([byte]) }
      #expect(try SmallSets.content(path) == [1, 2])
      #expect(try AppendingFile.make(path) == nil)
      try AppendingFile.make("\(folder)/other")?.append([3])
      #expect(try SmallSets.content("\(folder)/other") == [3])
      let lost = "\(folder)/no/log"
      #expect(throws: FileError.cannotWrite(path: lost, reason: SystemError.text(ENOENT))) {
        try AppendingFile.make(lost)
      }
    }
  }

  /// A program that the tool starts does not get the file.
  @Test func otherProgramsDoNotInheritIt() throws {
    try SmallSets.withFolder { folder throws in
      let file = try AppendingFile("\(folder)/log")
      let inherited = (0..<256).filter { descriptor in
        var (found, own) = (stat(), stat())
        return fstat(Int32(descriptor), &found) == 0 && stat("\(folder)/log", &own) == 0
          && found.st_ino == own.st_ino && fcntl(Int32(descriptor), F_GETFD) & FD_CLOEXEC == 0
      }
      withExtendedLifetime(file) { #expect(inherited.isEmpty) }
    }
  }

  @Test func whatIsNoFileIsRefused() {
    #expect(throws: FileError.notARegularFile(path: "/dev/null", kind: "a device")) {
      try AppendingFile("/dev/null")
    }
  }

  #if os(Linux)
    /// No line of a log is torn for ever.
    @Test(.timeLimit(.minutes(1))) func whatCouldNotBeWrittenComesFirstTheNextTime() throws {
      try SmallSets.withFolder { folder throws in
        let path = "\(folder)/log"
        let file = try AppendingFile(path)
        try FullFile.extend(path, room: 3)
        let error = FileError.cannotWrite(path: path, reason: SystemError.text(EFBIG))
        #expect(throws: error) { try file.append([1, 2, 3, 4, 5]) }
        #expect(throws: error) { try file.append([6]) }
        #expect(truncate(path, 0) == 0)
        try file.append([7])
        #expect(try SmallSets.content(path) == [4, 5, 6, 7])
      }
    }
  #endif
}
