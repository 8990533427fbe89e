/// Why a file was refused as a ZIP archive, or one of its entries.
package enum ZIPError: Error, Equatable, CustomStringConvertible {
  /// `found` is a noun with its article, such as `a web page`, or nil where the bytes tell nothing.
  case notAnArchive(path: String, found: String?)
  /// It begins as an archive does, but has no record of its end.
  case noEnd(path: String, foundBytes: Int)
  /// The end record and its twin in 64 bits differ.
  case endRecordsDisagree(path: String)
  /// A part of an archive on several disks.
  case severalDisks(path: String)
  /// The directory does not reach up to the end records.
  case directoryElsewhere(path: String, expectedEnd: Int, foundOffset: Int, foundBytes: Int)
  /// A directory longer than any that is read.
  case directoryTooLarge(path: String, limitBytes: Int, foundBytes: Int)
  /// What stands at `offset` is no record of the directory, or one too many.
  case damagedDirectory(path: String, offset: Int)
  /// A name that is not UTF-8 though it says so, or with more combining marks in a row than any text has.
  case unreadableName(path: String)
  /// Two entries of one name.
  case duplicateName(path: String, entry: String)
  /// No header of the entry where the directory says, or one that does not fit.
  case noHeader(path: String, entry: String, offset: Int)
  /// What stands with the entry is not what the directory says; both as they are written.
  case disagreement(path: String, entry: String, what: String, expected: String, found: String)
  /// The entry does not end where the next one begins; nil stands for the beginning of the archive.
  case notAdjacent(path: String, entry: String?, expectedOffset: Int, foundOffset: Int)
  /// A password protects the entry.
  case encrypted(path: String, entry: String)
  /// Packed by a method that is not read.
  case unsupportedMethod(path: String, entry: String, found: Int)
  /// So few packed bytes that they cannot unpack to what the directory promises.
  case unbacked(path: String, entry: String, neededBytes: Int, largestBytes: Int)
  /// Larger than whoever asked for it allows.
  case tooLarge(path: String, entry: String, limitBytes: Int, foundBytes: Int)
  /// `reason` is zlib's own text, such as `invalid distance too far back`.
  case cannotUnpack(path: String, entry: String, reason: String)
  /// `foundBytes` is nil where there is more than was promised.
  case wrongSize(path: String, entry: String, expectedBytes: Int, foundBytes: Int?)
  /// The content does not have the checksum that the directory holds.
  case wrongCRC32(path: String, entry: String, expected: UInt32, found: UInt32)
  /// A file that this program wrote is not as it was written; the first byte that differs.
  case brokenSeal(path: String, offset: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .notAnArchive(let path, let found):
      "\(path): not a ZIP archive (expected the bytes 50 4b 03 04, found "
        + (found ?? "others") + ")"
    case .noEnd(let path, let found):
      "\(path): truncated (expected a ZIP archive's end record, found none in \(found) bytes)"
    case .endRecordsDisagree(let path):
      "\(path): damaged: the ZIP archive's end records disagree (expected the same numbers in both)"
    case .severalDisks(let path):
      "\(path): a part of a ZIP archive (expected all of it in one file)"
    case .directoryElsewhere(let path, let end, let offset, let bytes):
      "\(path): damaged: the ZIP archive's directory is not before its end record (expected its end "
        + "at byte \(end), found \(bytes) bytes at \(offset))"
    case .directoryTooLarge(let path, let limit, let found):
      "\(path): the ZIP archive's directory is too large (expected at most \(limit) bytes, found "
        + "\(found))"
    case .damagedDirectory(let path, let offset):
      "\(path): damaged: no entry of the ZIP archive's directory at byte \(offset)"
    case .unreadableName(let path):
      "\(path): an entry of the ZIP archive has a name that cannot be read (expected UTF-8)"
    case .duplicateName(let path, let entry):
      "\(path): two entries called \(JSONText.excerpt(entry)) (expected different names)"
    case .noHeader(let path, let entry, let offset):
      "\(Self.name(path, entry)) is damaged (expected its header at byte \(offset))"
    case .disagreement(let path, let entry, let what, let expected, let found):
      "\(Self.name(path, entry)) is damaged (expected the \(what) \(expected) of the directory, found "
        + "\(found))"
    case .notAdjacent(let path, nil, _, let found):
      "\(path): bytes before the ZIP archive (expected its first entry at byte 0, found it at "
        + "\(found))"
    case .notAdjacent(let path, let entry?, let expected, let found):
      "\(Self.name(path, entry)) does not reach to what follows it (expected its end at byte "
        + "\(found), found \(expected))"
    case .encrypted(let path, let entry):
      "\(Self.name(path, entry)) is encrypted (expected one without a password)"
    case .unsupportedMethod(let path, let entry, let found):
      "\(Self.name(path, entry)) is packed by an unknown method (expected 0, stored, or 8, deflated, "
        + "found \(found))"
    case .unbacked(let path, let entry, let needed, let largest):
      "\(Self.name(path, entry)) promises more than is there (expected \(needed) bytes, found packed "
        + "data for at most \(largest))"
    case .tooLarge(let path, let entry, let limit, let found):
      "\(Self.name(path, entry)) is too large (expected at most \(limit) bytes, found \(found))"
    case .cannotUnpack(let path, let entry, let reason):
      "\(Self.name(path, entry)) cannot be unpacked: \(reason)"
    case .wrongSize(let path, let entry, let expected, let found):
      "\(Self.name(path, entry)) unpacks to another size (expected \(expected) bytes, found "
        + (found.map(String.init) ?? "more") + ")"
    case .wrongCRC32(let path, let entry, let expected, let found):
      "\(Self.name(path, entry)) has the wrong CRC-32 (expected \(hexadecimal(expected)), found "
        + "\(hexadecimal(found)))"
    case .brokenSeal(let path, let offset):
      "\(path): damaged at byte \(offset) (expected what mnist-train wrote there, found something "
        + "else)"
    }
  }

  private static func name(_ path: String, _ entry: String) -> String {
    "\(path): entry \(JSONText.excerpt(entry))"
  }
}
