import CPosix

/// The processors that this process may use. They may be fewer than the machine has.
public enum Processors {
  /// The number of usable processors, from the process's affinity (`taskset`, a cpuset) and the quotas of its control
  /// groups, as in containers. A quota may be a fraction of a processor.
  public static var usable: Double {
    let allowed = Double(max(1, cposix_allowed_processors()))
    let quota = quota { path in OSFile.contents(path).map { String(decoding: $0, as: UTF8.self) } }
    return min(allowed, quota ?? allowed)
  }

  /// Returns the quota of this process's control groups, in processors; nil if they set no limit.
  ///
  /// - Parameter read: reads a file of the system; returns nil if there is none.
  public static func quota(read: (String) -> String?) -> Double? {
    guard let groups = read("/proc/self/cgroup"), let mounts = read("/proc/self/mountinfo") else { return nil }
    let hierarchies = mounts.split(separator: "\n").compactMap { Hierarchy(mount: $0, groups: groups) }
    return hierarchies.flatMap { hierarchy in hierarchy.folders.compactMap { hierarchy.limit(in: $0, read) } }.min()
  }

  /// A mounted tree of control groups with processor quotas, and this process's place in it.
  private struct Hierarchy {
    private let isSecondVersion: Bool
    private let mountPoint: String
    /// The names of the enclosing groups and of the group itself, relative to the mount.
    private let path: [Substring]

    /// Parses a line of `/proc/self/mountinfo` and the contents of `/proc/self/cgroup`.
    init?(mount: Substring, groups: String) {
      // 31 23 0:28 ROOT MOUNTPOINT rw,relatime shared:1 - cgroup2 SOURCE rw,nsdelegate
      let parts = mount.split(separator: " ")
      guard let dash = parts.firstIndex(of: "-"), parts.count > dash + 3, dash > 5 else { return nil }
      isSecondVersion = parts[dash + 1] == "cgroup2"
      let hasQuotas = parts[dash + 1] == "cgroup" && parts[dash + 3].split(separator: ",").contains("cpu")
      guard isSecondVersion || hasQuotas else { return nil }
      mountPoint = String(parts[4])
      guard let group = Self.group(in: groups, isSecondVersion: isSecondVersion) else { return nil }
      let root = parts[3].split(separator: "/")
      let names = group.split(separator: "/")
      // In a container, groups outside the mount are not visible.
      path = names.starts(with: root) ? Array(names.dropFirst(root.count)) : []
    }

    /// Returns the group of this process from lines such as `0::/user.slice` and `4:cpu,cpuacct:/`.
    private static func group(in groups: String, isSecondVersion: Bool) -> Substring? {
      for line in groups.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { continue }
        let controllers = parts[1].split(separator: ",")
        if isSecondVersion ? parts[0] == "0" && controllers.isEmpty : controllers.contains("cpu") { return parts[2] }
      }
      return nil
    }

    /// The folders of the group and of the groups around it. Each may set a limit.
    var folders: [String] {
      (0...path.count).map { ([mountPoint[...]] + path.prefix($0)).joined(separator: "/") }
    }

    func limit(in folder: String, _ read: (String) -> String?) -> Double? {
      let words =
        isSecondVersion
        ? read("\(folder)/cpu.max").map(Self.words)
        : read("\(folder)/cpu.cfs_quota_us").map(Self.words).flatMap { quota in
          read("\(folder)/cpu.cfs_period_us").map { quota + Self.words($0) }
        }
      // `max`, or -1, means no limit.
      guard let words, words.count >= 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0,
        period > 0
      else { return nil }
      return quota / period
    }

    private static func words(_ text: String) -> [Substring] { text.split { $0 == " " || $0 == "\n" } }
  }
}
