import OSText
import ParallelForDashboard
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The width of help texts and of messages about wrong options.
///
/// The argument parser takes the width from `COLUMNS` or the terminal. It ends the program if that leaves no space
/// beside the names of the options.
enum HelpWidth {
  private static let least = 40

  /// Sets a width that the argument parser can use; call it just before the program prints such a text and ends.
  static func prepare(_ environment: [String: String] = OSProcess.environment) {
    setenv("COLUMNS", "\(columns(environment, terminal: CommandOutput.columns ?? StandardError.columns))", 1)
  }

  /// The width that the environment or the terminal gives, but at least the minimum.
  static func columns(_ environment: [String: String], terminal: Int?) -> Int {
    max(least, Terminal.columns(of: environment) ?? terminal ?? 80)
  }
}
