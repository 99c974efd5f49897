import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Distinguishes a command's memory from this program's.
///
/// On Linux, a command's process is a copy of this program until it executes the command, and its peak includes that
/// time: even `true` seems to use as much as this program. A reported peak is meaningful only when it is clearly above
/// our own.
enum OwnMemory {
  /// The peak of this program in bytes when it was last read; it only grows.
  private static let peak = Atomic<Int64>(0)

  /// Returns the peak memory of a command in bytes, from the reported value; nil when that may be this program's.
  static func peak(ofCommand reported: Int64) -> Int64? {
    #if os(Linux)
      if isClear(reported) { peak.max(current() ?? .max, ordering: .relaxed) }
      return isClear(reported) ? reported : nil
    #else
      return reported
    #endif
  }

  #if os(Linux)
    /// Whether a peak is clearly above ours; the kernel's counts are off by a few pages per processor.
    private static func isClear(_ bytes: Int64) -> Bool { bytes - bytes / 4 > peak.load(ordering: .relaxed) }

    /// Reads this program's peak from a line such as `VmHWM:    12345 kB` of its status file.
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
