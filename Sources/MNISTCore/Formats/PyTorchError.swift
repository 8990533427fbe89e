/// Why a file was refused as one of PyTorch. What is wrong with the archive itself is a `ZIPError`.
package enum PyTorchError: Error, Equatable, CustomStringConvertible {
  /// `found` is a noun with its article, such as `a Python pickle`, or nil where the bytes tell nothing.
  case otherFormat(path: String, found: String?)
  /// The form that `torch.save` wrote before version 1.6: pickles one after another.
  case formerForm(path: String)
  /// A compiled program (TorchScript).
  case compiled(path: String)
  /// `found` is how many pickles there are in the place of one.
  case noPickle(path: String, found: Int)
  /// What is wrong with the pickle that describes the content.
  case pickle(path: String, PickleError)
  /// Neither of the two orders of bytes.
  case unknownByteOrder(path: String, found: String)
  /// A tensor's numbers are not there.
  case missingStorage(path: String, key: String)
  /// A tensor's numbers are more or fewer than the pickle says.
  case wrongStorageSize(path: String, key: String, expectedBytes: Int, foundBytes: Int)
  /// A file that this program wrote has other entries than those it writes.
  case otherEntries(path: String, expected: Int, found: Int)

  /// One sentence with the path.
  package var description: String {
    switch self {
    case .otherFormat(let path, let found):
      "\(path): not a PyTorch file (expected the ZIP archive that torch.save writes, found "
        + (found ?? "other bytes") + ")"
    case .formerForm(let path):
      "\(path): a PyTorch file in the form from before version 1.6 (expected the ZIP archive that "
        + "torch.save writes since then)"
    case .compiled(let path):
      "\(path): a TorchScript archive, which holds a program (expected weights that torch.save wrote)"
    case .noPickle(let path, 0):
      "\(path): a ZIP archive of something else (expected PyTorch's data.pkl in a folder of its own, "
        + "found none)"
    case .noPickle(let path, let found):
      "\(path): more than one PyTorch file in an archive (expected one data.pkl, found \(found))"
    case .pickle(let path, let error): "\(path): \(error)"
    case .unknownByteOrder(let path, let found):
      "\(path): unknown byte order (expected little or big, found \(JSONText.excerpt(found)))"
    case .missingStorage(let path, let key):
      "\(path): damaged: numbers of a tensor are missing (expected the entry "
        + "\(JSONText.excerpt("data/\(key)")), found none)"
    case .wrongStorageSize(let path, let key, let expected, let found):
      "\(path): damaged: entry \(JSONText.excerpt("data/\(key)")) has the wrong size (expected "
        + "\(expected) bytes as its tensors need, found \(found))"
    case .otherEntries(let path, let expected, let found):
      "\(path): damaged: other entries than mnist-train writes (expected \(expected), found "
        + "\(found))"
    }
  }
}
