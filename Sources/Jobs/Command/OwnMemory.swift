import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Tells a command's memory from ours.
///
/// On Linux a command's process is this program until it becomes the command, and its peak counts from there: `true`
/// seems to have had as much as we. What the system reports says something only when it is clearly above our own peak.
enum OwnMemory {
  /// The most that this program has had, as far as was asked, in bytes; it only grows.
  private static let peak = Atomic<Int64>(0)

  /// What a command had at most, by what the system says of its process, in bytes; nil when that may be ours.
  static func peak(ofCommand reported: Int64) -> Int64? {
    #if os(Linux)
      if isClear(reported) { peak.max(current() ?? .max, ordering: .relaxed) }
      return isClear(reported) ? reported : nil
    #else
      return reported
    #endif
  }

  #if os(Linux)
    /// The kernel's counts are not exact to some pages for each processor.
    private static func isClear(_ bytes: Int64) -> Bool { bytes - bytes / 4 > peak.load(ordering: .relaxed) }

    /// From the line `VmHWM:    12345 kB` of the process's status.
    private static func current() -> Int64? {
      let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      defer { close(file) }
      let text = withUnsafeTemporaryAllocation(byteCount: 4_096, alignment: 1) { buffer in
        String(decoding: buffer.prefix(max(0, read(file, buffer.baseAddress, buffer.count))), as: UTF8.self)
      }
      let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return line.flatMap { Int64($0.filter(\.isNumber)) }.map { $0 * 1024 }
    }
  #endif
}
