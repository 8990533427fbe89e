import Testing

@testable import MNISTCore

/// Folders that look like what Linux shows in `/proc` and `/sys/fs/cgroup`.
@Suite struct ControlGroupsTests {
  private static let second =
    "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

  private func limits(_ files: [String: String]) throws -> ControlGroups {
    var found: ControlGroups?
    try SmallSets.withFolder(files.mapValues { Array($0.utf8) }) {
      found = ControlGroups(root: $0)
    }
    return try #require(found)
  }

  private func expect(
    _ memoryBytes: Int?, _ processors: Double?, _ files: [String: String],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let found = try limits(files)
    #expect(found.memoryBytes == memoryBytes, sourceLocation: location)
    #expect(found.processors == processors, sourceLocation: location)
  }

  @Test func aContainerOfVersionTwoHasItsLimitsAtTheMount() throws {
    try expect(
      104_857_600, 1.5,
      [
        "proc/self/mountinfo": Self.second, "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.max": "104857600\n", "sys/fs/cgroup/cpu.max": "150000 100000\n",
      ])
  }

  @Test func theSmallestLimitCountsFromTheOwnGroupToTheOutermost() throws {
    let start = ["proc/self/mountinfo": Self.second, "proc/self/cgroup": "0::/a/b.scope/c\n"]
    let folder = "sys/fs/cgroup"
    try expect(
      300, 2,
      start.merging([
        "\(folder)/a/memory.max": "300", "\(folder)/a/cpu.max": "400000 100000",
        "\(folder)/a/b.scope/memory.max": "max", "\(folder)/a/b.scope/cpu.max": "200000 100000",
        "\(folder)/a/b.scope/c/memory.max": "500", "\(folder)/a/b.scope/c/cpu.max": "max 100000",
        // Another process's.
        "\(folder)/a/b.scope/d/memory.max": "7", "\(folder)/d/cpu.max": "1000 100000",
      ]) { $1 })
    // The group in which the process is held up counts as well.
    try expect(
      200, nil,
      start.merging(["\(folder)/a/memory.max": "300", "\(folder)/a/memory.high": "200"]) { $1 })
  }

  private static let first = """
    22 27 0:21 / /proc rw,relatime - proc proc rw
    32 31 0:29 ROOT /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
    35 31 0:32 ROOT /sys/fs/cgroup/memory rw,relatime master:1 - cgroup cgroup rw,memory
    36 31 0:33 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
    41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

    """
  private static let firstGroups = """
    9:name=systemd:/other
    4:memory:/docker/1f/x
    1:cpuacct,cpu:/docker/1f
    0::/

    """

  @Test func versionOneHasATreeForEachController() throws {
    try expect(
      99, 0.5,
      [
        "proc/self/mountinfo": Self.first.replacing("ROOT", with: "/"),
        "proc/self/cgroup": Self.firstGroups,
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
        "sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes": "99\n",
        "sys/fs/cgroup/memory/docker/1f/x/memory.limit_in_bytes": "100\n",
        "sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_quota_us": "-1\n",
        "sys/fs/cgroup/cpu,cpuacct/docker/cpu.cfs_period_us": "100000\n",
        "sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_quota_us": "25000\n",
        "sys/fs/cgroup/cpu,cpuacct/docker/1f/cpu.cfs_period_us": "50000\n",
      ])
  }

  /// As in Docker without namespaces: the mount is the container's group, whose name is that of the outside.
  @Test func whatLiesAtTheMountIsFoundByItsRoot() throws {
    try expect(
      100, 3,
      [
        "proc/self/mountinfo": Self.first.replacing("ROOT", with: "/docker/1f"),
        "proc/self/cgroup": Self.firstGroups,
        "sys/fs/cgroup/memory/x/memory.limit_in_bytes": "100\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "300000\n",
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      ])
  }

  @Test(arguments: [
    "0::/elsewhere/x", "0::/elsewhere/y/x", "0::/../../y", "0::", "", "nonsense", "4:memory:/x",
  ])
  func whereTheOwnGroupCannotBeSeenTheMountCounts(_ group: String) throws {
    try expect(
      64, nil,
      [
        "proc/self/mountinfo": Self.second.replacing(" / ", with: " /kubepods/pod "),
        "proc/self/cgroup": group + "\n", "sys/fs/cgroup/memory.max": "64\n",
        "sys/fs/cgroup/x/memory.max": "1\n",
      ])
  }

  @Test func withoutProcTheUsualPlacesAreLookedAt() throws {
    try expect(64, 2, ["sys/fs/cgroup/memory.max": "64", "sys/fs/cgroup/cpu.max": "20 10"])
    try expect(
      65, 4,
      [
        "sys/fs/cgroup/memory/memory.limit_in_bytes": "65",
        "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "400", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100",
      ])
  }

  /// Version 1 spells "no limit" as a number near the largest.
  @Test(
    arguments: [
      ("1", 1), ("1152921504606846975", 1_152_921_504_606_846_975), ("1152921504606846976", nil),
    ] as [(String, Int?)])
  func aLimitBeyondAnyMachineIsNone(_ text: String, _ bytes: Int?) throws {
    try expect(bytes, 0.5, ["sys/fs/cgroup/memory.max": text, "sys/fs/cgroup/cpu.max": "1 2"])
  }

  @Test func aGroupsNameMayHoldAColonAndWhatIsMountedMayBeADash() throws {
    try expect(
      64, nil,
      [
        "proc/self/mountinfo": Self.second.replacing("cgroup2 cgroup2", with: "cgroup2 -"),
        "proc/self/cgroup": "0::/a:b\n", "sys/fs/cgroup/a:b/memory.max": "64",
      ])
  }

  @Test(arguments: [" shared:4 ", " rw,nosuid shared:4 "])
  func betweenAMountsPlaceAndItsDashThereMayBeNothing(_ words: String) throws {
    try expect(
      64, nil,
      [
        "proc/self/mountinfo": Self.second.replacing(words, with: " "),
        "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "64",
      ])
  }

  @Test func whatSaysNothingLimitsNothing() throws {
    try expect(nil, nil, [:])
    try expect(nil, nil, ["proc/self/mountinfo": Self.second, "proc/self/cgroup": "0::/\n"])
    for (memory, share) in [
      ("max", "max 100000"), ("", ""), ("-1", "0 100000"), ("0", "100000 0"), ("x", "x"),
      ("99999999999999999999", "100000"), ("9223372036854771712", "-1 100000"),
    ] {
      try expect(
        nil, nil,
        [
          "proc/self/mountinfo": Self.second
            + "broken\n- - -\n1 2 3:4 / /x rw - cgroup cgroup\n", "proc/self/cgroup": "0::/\n",
          "sys/fs/cgroup/memory.max": memory, "sys/fs/cgroup/cpu.max": share,
        ])
    }
  }

  @Test func aPartOfAProcessorIsWorthNoThread() {
    for (quota, count) in [
      (nil, 64), (64, 64), (1, 1), (0.5, 1), (1.9, 1), (2, 2), (2.5, 2), (0.1, 1), (1_000, 64),
    ] as [(Double?, Int)] {
      #expect(Processor.count(allowed: 64, quota: quota) == count, "\(quota ?? 0)")
    }
    #expect(Processor.count(allowed: 2, quota: 8) == 2)
    #expect(Processor.count(allowed: 0, quota: nil) == 1)
  }
}
