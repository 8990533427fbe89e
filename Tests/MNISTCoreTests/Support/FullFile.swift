import Foundation
import Testing

/// Files that cannot grow. They are as long as their file system lets a file be, and take no room.
enum FullFile {
  /// Makes the file so long that only `room` bytes more fit behind its end.
  static func extend(_ path: String, room: Int) throws {
    var (low, high) = (0, Int.max)
    while low < high {
      let middle = low + (high - low) / 2 + 1
      if truncate(path, off_t(middle)) == 0 { low = middle } else { high = middle - 1 }
    }
    try #require(truncate(path, off_t(low - room)) == 0)
  }
}
