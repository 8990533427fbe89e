/// Finds the folders of runs in a folder that may be one itself or hold some.
package struct RunSearch {
  /// In the order of their names, each once.
  package private(set) var runs: [String] = []
  /// Folders that could not be looked into.
  package private(set) var failures: [FileError] = []
  /// Folders that were looked at, without links.
  private var seen: Set<String> = []
  /// Whether a run or a folder seen before was met since that was last set.
  private var hasMet = false

  /// How many folders deep runs are looked for.
  static let depthLimit = 4

  package init() {}

  /// Adds the runs in `folder`: itself where it has a `config.json`, else the folders below it with a
  /// `config.json` of a run, but for hidden ones and what is in them. Where there are none, the folder
  /// itself stands for the sentence that reading it gives.
  package mutating func add(_ folder: String) {
    if FileSystem.exists(folder + "/config.json") {
      if seen.insert(FileSystem.place(of: folder)).inserted { runs.append(folder) }
    } else {
      hasMet = false
      look(in: RunFolder.name(folder))
      if !hasMet { runs.append(folder) }
    }
  }

  /// - Parameters:
  ///   - parent: the place of the folder around it. A link that leads back to that, or further up, is a loop.
  private mutating func look(in folder: String, of parent: String = "", depth: Int = 0) {
    let place = FileSystem.place(of: folder)
    let isLoop = FileSystem.withSlash(parent).hasPrefix(FileSystem.withSlash(place))
    guard (try? FileSystem.isDirectory(folder)) == true, parent.isEmpty || !isLoop else { return }
    guard seen.insert(place).inserted else {
      hasMet = true
      return
    }
    let configuration = FileSystem.withSlash(folder) + "config.json"
    // A run that has lost its metrics is told of when it is read.
    let isRun =
      FileSystem.exists(configuration)
      && (FileSystem.exists(FileSystem.withSlash(folder) + "metrics.csv")
        || (try? RunConfiguration.read(configuration)) != nil)
    if isRun {
      hasMet = true
      return runs.append(folder)
    }
    guard depth < Self.depthLimit else { return }
    do throws(FileError) {
      for name in try FileSystem.names(in: folder) where !name.hasPrefix(".") {
        look(in: FileSystem.withSlash(folder) + name, of: place, depth: depth + 1)
      }
    } catch {
      failures.append(error)
    }
  }
}
