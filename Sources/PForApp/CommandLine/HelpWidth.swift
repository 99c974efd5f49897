import OSText
import ParallelForDashboard
import Terminal

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// How wide help and explanations of wrong options are.
///
/// The argument parser asks `COLUMNS` and then the terminal, and ends the program where that leaves no room beside the
/// names of options.
enum HelpWidth {
  private static let least = 40

  /// Gives the argument parser a width that it can use; for a program that is about to end with such a text.
  static func prepare(_ environment: [String: String] = OSProcess.environment) {
    setenv("COLUMNS", "\(columns(environment, terminal: CommandOutput.columns ?? StandardError.columns))", 1)
  }

  /// The width for what the environment and the terminal say.
  static func columns(_ environment: [String: String], terminal: Int?) -> Int {
    max(least, Terminal.columns(of: environment) ?? terminal ?? 80)
  }
}
