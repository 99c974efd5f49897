/// Why the terminal cannot be used for the dashboard.
public enum TerminalError: Error, Equatable, Sendable {
  /// There is no controlling terminal to draw on.
  case noTerminal
  /// The terminal type is unknown or cannot place the cursor.
  case unsuitable(String)
}
