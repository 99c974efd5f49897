import Attempts
import CPosix
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ProcessEnding {
  private static let signalNames: [Int32: String] = {
    let names = [
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", nil, "FPE", "KILL", nil, "SEGV", nil, "PIPE", "ALRM", "TERM",
    ]
    var table: [Int32: String] = [:]
    for (position, name) in names.enumerated() { table[Int32(position + 1)] = name }
    return table
  }()

  /// Reads what the system reports when a child is reaped.
  init(status: Int32, usage: rusage) {
    let signal = cposix_ending_signal(status)
    self.init(
      exitStatus: signal == 0 ? cposix_exit_status(status) : nil, signal: signal == 0 ? nil : signal,
      cpu: Self.nanoseconds(usage.ru_utime) + Self.nanoseconds(usage.ru_stime))
    #if canImport(Glibc)
      // Unknown unless it exceeds this program's own.
      peakMemory = OwnMemory.peak(ofCommand: Int64(usage.ru_maxrss) * 1024)
    #else
      peakMemory = Int64(usage.ru_maxrss)
    #endif
  }

  private static func nanoseconds(_ time: timeval) -> Int64 {
    Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_usec) * 1_000
  }

  /// Returns the outcome of a command.
  ///
  /// A command that we told to end counts as cancelled however it reacted. It may have cleaned up and exited with
  /// status 0, but it has not done its work.
  func outcome(wasSignalled: Bool) -> Outcome {
    if wasSignalled { return .cancelled }
    if let signal {
      let name = Self.signalNames[signal].map { " (\($0))" } ?? ""
      return .failed(Failure("killed by signal \(signal)\(name)"))
    }
    return exitStatus == 0 ? .succeeded : .failed(Failure("exit status \(exitStatus ?? 0)"))
  }
}
