/// Files that are not what was asked for by name.
public enum DataSourceError: Error, Equatable, CustomStringConvertible {
  case notPublished(path: String, set: String, expected: UInt32, found: UInt32)

  public var description: String {
    switch self {
    case .notPublished(let path, let set, let expected, let found):
      "\(path): not \(set) as it was published, or damaged (expected CRC-32 of the content "
        + "\(hexadecimal(expected)), found \(hexadecimal(found)); move it away to have it "
        + "downloaded, or use --dataset auto to take it as it is)"
    }
  }
}
