import ParallelForDashboard

/// The exit statuses of the program. A test compares them with the page on exit codes.
enum ExitCode {
  /// Every item succeeded.
  static let success: Int32 = 0
  /// More failures than ``failures(_:)`` can express.
  static let manyFailures: Int32 = 101
  /// The time budget ran out before every item had started; the status that `timeout` uses.
  static let outOfTime: Int32 = 124
  /// The reader closed the output, as `| head` does (128 + SIGPIPE).
  static let outputClosed: Int32 = 141
  /// The terminal was closed (128 + SIGHUP).
  static let hangup: Int32 = 129
  /// Interrupted, or stopped from the dashboard before every item had run (128 + SIGINT).
  static let interrupted: Int32 = 130
  /// Terminated (128 + SIGTERM).
  static let terminated: Int32 = 143
  /// The run could not start or continue: wrong options, unreadable items, no space for results.
  static let couldNotRun: Int32 = 255

  /// The number of failed items up to 100, and 101 for more, as in GNU parallel.
  static func failures(_ count: Int) -> Int32 { count > 100 ? manyFailures : Int32(count) }
}

extension StopReason {
  /// The exit status of a run that left items undone for this reason.
  var exitCode: Int32 {
    switch self {
    case .interrupted: ExitCode.interrupted
    case .hungUp: ExitCode.hangup
    case .terminated: ExitCode.terminated
    case .signal(let number): 128 + number
    }
  }
}

/// The reason why the program cannot do what was asked, without the program's name in front.
typealias AppError = DashboardError
