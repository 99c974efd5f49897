import CPosix
import ParallelFor

/// Describes how a command ended.
enum CommandEnding {
  private static let signalNames: [Int32: String] = {
    let names = [
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", nil, "FPE", "KILL", nil, "SEGV", nil, "PIPE", "ALRM", "TERM",
    ]
    var table: [Int32: String] = [:]
    for (position, name) in names.enumerated() { table[Int32(position + 1)] = name }
    return table
  }()

  /// Returns the outcome of a command that was reaped.
  ///
  /// A command that we told to end counts as cancelled however it reacted. It may have cleaned up and exited with
  /// status 0, but it has not done its work.
  static func outcome(status: Int32, wasSignalled: Bool) -> Outcome {
    if wasSignalled { return .cancelled }
    let signal = cposix_ending_signal(status)
    if signal != 0 {
      let name = signalNames[signal].map { " (\($0))" } ?? ""
      return .failed(Failure("killed by signal \(signal)\(name)"))
    }
    let code = cposix_exit_status(status)
    return code == 0 ? .succeeded : .failed(Failure("exit status \(code)"))
  }

  /// Returns the exit status or the signal, and the usage.
  static func process(status: Int32, usage: ResourceUsage) -> ProcessEnding {
    let signal = cposix_ending_signal(status)
    return ProcessEnding(
      exitStatus: signal == 0 ? cposix_exit_status(status) : nil, signal: signal == 0 ? nil : signal, usage: usage)
  }
}
