import ParallelForDashboard

/// The exit statuses of the program. A test compares them with the page on exit codes.
enum ExitCode {
  /// Every item succeeded.
  static let success: Int32 = 0
  /// More failures than ``failures(_:)`` can say.
  static let manyFailures: Int32 = 101
  /// The time budget was spent before every item had begun, as `timeout` has it.
  static let outOfTime: Int32 = 124
  /// The output was closed by its reader (128 + SIGPIPE), as `| head` does.
  static let outputClosed: Int32 = 141
  /// The terminal was closed (128 + SIGHUP).
  static let hangup: Int32 = 129
  /// Interrupted, or stopped from the dashboard before every item had run (128 + SIGINT).
  static let interrupted: Int32 = 130
  /// Terminated (128 + SIGTERM).
  static let terminated: Int32 = 143
  /// The run could not begin, or could not go on: wrong options, unreadable items, no room for results.
  static let couldNotRun: Int32 = 255

  /// How many items failed, up to 100; 101 for more, as GNU parallel has it.
  static func failures(_ count: Int) -> Int32 { count > 100 ? manyFailures : Int32(count) }
}

extension StopReason {
  /// What the program exits with for it, if it left something undone.
  var exitCode: Int32 {
    switch self {
    case .interrupted: ExitCode.interrupted
    case .hungUp: ExitCode.hangup
    case .terminated: ExitCode.terminated
    case .signal(let number): 128 + number
    }
  }
}

/// A reason why the program cannot do what was asked, without the program's name.
typealias AppError = DashboardError
