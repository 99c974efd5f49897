import OSText
import Testing

@Suite struct ProcessorsTests {
  private static let second = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
  private static let first = """
    32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
    34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset

    """
  /// As seen from a container whose group is mounted as the root.
  private static let inside = "30 23 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"

  private static let cases: [(mounts: String, groups: String, files: [String: String], quota: Double?)] = [
    (second, "0::/user.slice/a.scope\n", ["/sys/fs/cgroup/user.slice/a.scope/cpu.max": "150000 100000\n"], 1.5),
    (second, "0::/user.slice/a.scope\n", ["/sys/fs/cgroup/user.slice/cpu.max": "50000 100000\n"], 0.5),
    (
      second, "0::/a/b\n",
      ["/sys/fs/cgroup/a/cpu.max": "200000 100000\n", "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n"], 2
    ),
    (second, "0::/\n", ["/sys/fs/cgroup/cpu.max": "max 100000\n"], nil),
    (second, "0::/\n", [:], nil),
    (inside, "0::/docker/ab\n", ["/sys/fs/cgroup/cpu.max": "300000 100000\n"], 3),
    (inside, "0::/../cd\n", ["/sys/fs/cgroup/cpu.max": "300000 100000\n"], 3),
    (
      first, "4:cpu,cpuacct:/docker/x\n3:cpuset:/y\n0::/\n",
      [
        "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "25000\n",
        "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
      ], 0.25
    ),
    (
      first, "4:cpu,cpuacct:/\n",
      [
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      ], nil
    ),
    ("nonsense\n1 2 3 4 5 6 -\n", "nonsense\n", [:], nil),
  ]

  @Test(arguments: cases.indices) func quotasAreFound(number: Int) {
    let (mounts, groups, files, quota) = Self.cases[number]
    let system = ["/proc/self/mountinfo": mounts, "/proc/self/cgroup": groups].merging(files) { $1 }
    #expect(Processors.quota { system[$0] } == quota)
  }

  @Test func thereIsSomeProcessor() { #expect(Processors.usable > 0) }
}
