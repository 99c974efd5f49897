/// Why the terminal cannot be used for the dashboard.
public enum TerminalError: Error, Equatable, Sendable {
  /// There is no controlling terminal to draw on.
  case noTerminal
  /// The terminal type is unknown or cannot place the cursor.
  case unsuitable(String)
}

extension TerminalError: CustomStringConvertible {
  /// The reason as a message for the user.
  public var description: String {
    switch self {
    case .noTerminal: "there is no terminal to draw on"
    case .unsuitable(let reason): reason
    }
  }
}
