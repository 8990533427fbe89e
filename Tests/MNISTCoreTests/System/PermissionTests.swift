import Foundation
import Testing

@testable import MNISTCore

#if os(Linux)
  /// What the system forbids. It forbids root nothing, so that a process of its own looks, which gives that up.
  @Suite(.enabled(if: geteuid() == 0, "only root can become somebody else"))
  struct PermissionTests {
    @Test func whatIsAnothersIsNotWrittenOver() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        try makeFiles(
          of: [("own", 0o777), ("sticky", 0o1777), ("both", 0o1555), ("fixed", 0o555)], folder)
        #expect(chmod("\(folder)/own/m", 0o644) == 0)
        try SmallSets.write([1], "\(folder)/own/b.bak")
        #expect(chmod("\(folder)/own/b.bak", 0o644) == 0)
        await #expect(processExitsWith: .success) { [folder = folder as String] in
          try becomeNobody(in: folder)
          let denied = SystemError.text(EACCES)
          for (path, reason) in [
            ("own/m", denied), ("fixed/m", denied), ("both/m", denied),
            (
              "sticky/m",
              "\(SystemError.text(EPERM)) (it is another user's, and its folder lets only owners "
                + "replace files)"
            ),
          ] {
            let error = FileError.cannotWrite(path: path, reason: reason)
            try #require(
              refusal { () throws(FileError) in try OutputFile.checkWritable(path, byteCount: 1) }
                == error)
          }
          try #require(
            refusal { () throws(FileError) in try OutputTarget("own/b").checkBackupReplaceable() }
              == .cannotWrite(path: "own/b.bak", reason: denied))
        }
      }
    }

    /// The first folder that cannot be made tells why, not those in it.
    @Test func aFolderThatMayNotBeMadeIsRefused() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        try makeFiles(of: [("fixed", 0o555)], folder)
        await #expect(processExitsWith: .success) { [folder = folder as String] in
          try becomeNobody(in: folder)
          let error = FileError.cannotWrite(path: "fixed/a/b/m", reason: SystemError.text(EACCES))
          try #require(
            refusal { () throws(FileError) in try NewFolder.checkWritable("fixed/a/b/m") } == error)
          try #require(
            refusal { () throws(FileError) in _ = try MadeFolders(around: "fixed/a/b/m") } == error)
        }
      }
    }

    @Test func anothersLockIsTakenWhereItCanBeRead() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        try makeFiles(of: [("own", 0o777)], folder)
        for (name, permissions) in [(".n.lock", 0o444), (".o.lock", 0o600)] as [(String, mode_t)] {
          try SmallSets.write([], "\(folder)/own/\(name)")
          #expect(chmod("\(folder)/own/\(name)", permissions) == 0)
        }
        await #expect(processExitsWith: .success) { [folder = folder as String] in
          try becomeNobody(in: folder)
          let readable = try FileLock("own/n")
          try #require(readable.isHeld && OpenFiles.inherited(of: "own/.n.lock") == [])
          withExtendedLifetime(readable) {}
          try #require(
            refusal { () throws(FileError) in _ = try FileLock("own/o") }
              == .cannotLock(
                path: "own/o", lock: "own/.o.lock", reason: SystemError.text(EACCES)))
          // A process of root's is there, though it cannot be sent a signal.
          let lock = try FileLock("own/p")
          let file = open("own/.p.lock", O_WRONLY | O_TRUNC)
          try #require(Foundation.write(file, "1\n", 2) == 2 && close(file) == 0)
          try #require(
            refusal { () throws(FileError) in _ = try FileLock("own/p") }
              == .locked(path: "own/p", process: 1))
          withExtendedLifetime(lock) {}
        }
      }
    }

    /// Who cannot give the file away gives it at least its group.
    @Test func theGroupOfAnExistingFileIsKept() async throws {
      try await SmallSets.withFolderAsync { folder async throws in
        try makeFiles(of: [("own", 0o777)], folder)
        await #expect(processExitsWith: .success) { [folder = folder as String] in
          try becomeNobody(in: folder)
          try OutputFile.write([2], to: "own/m")
          var status = stat()
          try #require(stat("own/m", &status) == 0)
          try #require(status.st_uid == 65_534 && status.st_gid == 0)
        }
      }
    }

    /// Folders with these permissions, and in each a file `m` that everybody may write.
    private func makeFiles(of folders: [(name: String, permissions: mode_t)], _ folder: String)
      throws
    {
      #expect(chmod(folder, 0o777) == 0)
      for (name, permissions) in folders {
        try SmallSets.put(["\(name)/m": [1]], in: folder)
        #expect(chmod("\(folder)/\(name)/m", 0o666) == 0)
        #expect(chmod("\(folder)/\(name)", permissions) == 0)
      }
    }
  }

  /// Goes on as a user who owns nothing, and is in root's group, in this folder. What is around it need not be open
  /// to that user.
  private func becomeNobody(in folder: String) throws {
    try #require(chdir(folder) == 0)
    typealias Groups = @convention(c) (Int, UnsafePointer<gid_t>) -> Int32
    let setGroups: Groups = try #require(CLibrary.function("setgroups"))
    // Some containers know nobody else.
    guard setGroups(1, [0]) == 0, setgid(65_534) == 0, setuid(65_534) == 0 else { exit(0) }
  }

  private func refusal(_ body: () throws(FileError) -> Void) -> FileError? {
    do throws(FileError) {
      try body()
      return nil
    } catch {
      return error
    }
  }
#endif
