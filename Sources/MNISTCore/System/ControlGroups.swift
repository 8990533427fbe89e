/// What the control groups of this process leave it of the machine (Linux): a container is such a group, and
/// so is a job of Slurm or a service of systemd.
///
/// Groups lie in each other. Of the process's own and all around it that it can see, the smallest limit counts.
/// Both versions are read, also where a system has them side by side. What cannot be read limits nothing.
struct ControlGroups: Equatable {
  /// Nil where no group has a limit.
  private(set) var memoryBytes: Int?
  /// How many processors' time the groups give: with 1.5, two threads may compute three quarters of the time.
  /// Nil where no group has a limit.
  private(set) var processors: Double?

  /// Those of this process, as they were when it asked for the first time.
  static let own = ControlGroups(root: "")

  /// - Parameter root: the folder that holds the system's `/proc` and `/sys`.
  init(root: String) {
    for folder in Self.folders(root) {
      // Beyond `memory.high` a process is not killed, but held up at every step. Version 1 spells "no limit"
      // as a number near the largest.
      for name in ["memory.max", "memory.high", "memory.limit_in_bytes"] {
        guard let limit = Self.numbers("\(folder)/\(name)").first, 1..<1 << 60 ~= limit else {
          continue
        }
        memoryBytes = min(limit, memoryBytes ?? .max)
      }
      let (quota, period) = ("\(folder)/cpu.cfs_quota_us", "\(folder)/cpu.cfs_period_us")
      for share in [
        Self.numbers("\(folder)/cpu.max"), Self.numbers(quota) + Self.numbers(period),
      ] where share.count == 2 && share.allSatisfy({ $0 > 0 }) {
        processors = min(Double(share[0]) / Double(share[1]), processors ?? .infinity)
      }
    }
  }

  /// The numbers in a file, up to the first word that is none, such as `max`.
  private static func numbers(_ path: String) -> [Int] {
    let words = SystemFile.text(path)?.split(whereSeparator: \.isWhitespace) ?? []
    return words.map { Int($0) }.prefix { $0 != nil }.compactMap(\.self)
  }

  // MARK: - Where they are

  /// The folders of all groups that this process is in.
  private static func folders(_ root: String) -> [String] {
    let mounts = SystemFile.text(root + "/proc/self/mountinfo").map(mounts) ?? usualMounts
    let groups = SystemFile.text(root + "/proc/self/cgroup")?.split(separator: "\n") ?? []
    return mounts.flatMap { mount in
      var folder = root + mount.point
      var folders = [folder]
      for name in mount.way(to: groups) {
        folder += "/" + name
        folders.append(folder)
      }
      return folders
    }
  }

  /// A tree of groups, or a part of one.
  private struct Mount {
    /// The group that lies at `point`.
    let root: Substring
    let point: Substring
    /// What it limits, among other words; empty for version 2, whose one tree limits everything.
    let controllers: [Substring]

    /// The names of the folders that lead from `point` to the process's own group. Where that does not lie
    /// below `root`, as a container may be shown another name than its group has, `point` is the best guess.
    func way(to groups: [Substring]) -> [Substring] {
      // `4:cpu,cpuacct:/a/b`, and of version 2 `0::/a/b`.
      let parts = groups.map {
        $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      }
      let own = parts.first { parts in
        parts.count == 3
          && (controllers.isEmpty
            ? parts[1].isEmpty
            : parts[1].split(separator: ",").contains { controllers.contains($0) })
      }
      guard let own else { return [] }
      let (names, start) = (own[2].split(separator: "/"), root.split(separator: "/"))
      guard names.starts(with: start), !names.contains("..") else { return [] }
      return Array(names.dropFirst(start.count))
    }
  }

  /// Out of lines `36 35 98:0 ROOT POINT rw - TYPE SOURCE CONTROLLERS`; before the dash there may be more.
  private static func mounts(_ text: String) -> [Mount] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard let dash = words.firstIndex(of: "-"), dash > 4, dash + 3 < words.count else {
        return nil
      }
      switch words[dash + 1] {
      case "cgroup2":
        return Mount(root: words[3], point: words[4], controllers: [])
      case "cgroup":
        return Mount(
          root: words[3], point: words[4], controllers: words[dash + 3].split(separator: ","))
      default: return nil
      }
    }
  }

  /// Without `/proc`: where everybody mounts them.
  private static let usualMounts = ["", "/unified", "/memory", "/cpu", "/cpu,cpuacct"].map {
    Mount(root: "/", point: "/sys/fs/cgroup\($0)", controllers: [])
  }
}
