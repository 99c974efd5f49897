#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a command has used, its children included as far as it waited for them.
public struct ResourceUsage: Sendable, Equatable {
  /// Nanoseconds of processor time, in the program and in the system.
  public var processorTime: Int64
  /// The most memory that any one of its processes had at a time, in bytes; nil when that was not more than ours, on
  /// Linux, where it cannot be told then.
  public var peakMemory: Int64?

  /// Makes a usage.
  public init(processorTime: Int64, peakMemory: Int64?) {
    self.processorTime = processorTime
    self.peakMemory = peakMemory
  }

  /// That of what never began.
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
