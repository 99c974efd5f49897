#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The resources that a command used, including the children that it waited for.
public struct ResourceUsage: Sendable, Equatable {
  /// The processor time in nanoseconds, in the program and in the system.
  public var processorTime: Int64
  /// The largest peak memory of any one of its processes, in bytes. On Linux, it is nil when it did not exceed this
  /// program's own, because it is unknown then.
  public var peakMemory: Int64?

  /// Makes a usage.
  public init(processorTime: Int64, peakMemory: Int64?) {
    self.processorTime = processorTime
    self.peakMemory = peakMemory
  }

  /// The usage of a command that never started.
  static let none = ResourceUsage(processorTime: 0, peakMemory: nil)

  init(_ usage: rusage) {
    processorTime = Self.nanoseconds(usage.ru_utime) + Self.nanoseconds(usage.ru_stime)
    #if canImport(Glibc)
      peakMemory = OwnMemory.peak(ofCommand: Int64(usage.ru_maxrss) * 1024)
    #else
      peakMemory = Int64(usage.ru_maxrss)
    #endif
  }

  private static func nanoseconds(_ time: timeval) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1_000
  }
}
