/// What a terminal shows of a program outside of its screen: a title, and progress in its tab or in the task bar.
package struct TerminalStatus: Equatable, Sendable {
  /// How far the program is, in percent.
  package enum Progress: Equatable, Sendable {
    /// No progress is shown.
    case none
    /// It is not known how far it is.
    case unknown
    case normal(Int)
    /// Something went wrong.
    case failing(Int)
    case paused(Int)
  }

  /// A text without control characters.
  package var title: String
  package var progress: Progress

  package init(title: String, progress: Progress) {
    self.title = title
    self.progress = progress
  }

  /// What of it a terminal understands.
  struct Signs: Equatable {
    var hasTitle = false
    var hasProgress = false

    static let none = Signs()

    /// The types of terminals with a title. Others show the sequence, or worse.
    private static let titled = [
      "xterm", "screen", "tmux", "rxvt", "alacritty", "kitty", "foot", "wezterm", "ghostty", "contour", "konsole",
      "gnome", "vte", "iterm", "st-",
    ]
    /// The first versions that know progress. Earlier ones show the sequence as a notification.
    private static let firstVersion = ["iTerm.app": 3_006, "WezTerm": 20_250_000, "ghostty": 1_002]
    private static let firstVTE = 7_900
  }

  /// Keeps the present title for ``end(_:)``.
  static func begin(_ signs: Signs) -> String { signs.hasTitle ? "\u{1B}[22;0t" : "" }

  /// Clears the progress and brings the former title back.
  static func end(_ signs: Signs) -> String {
    (signs.hasProgress ? "\u{1B}]9;4;0;0\u{7}" : "") + (signs.hasTitle ? "\u{1B}[23;0t" : "")
  }

  /// The sequences that show it (OSC 0, and OSC 9;4 of ConEmu).
  func sequence(_ signs: Signs) -> String {
    let (state, percent) = state
    return (signs.hasTitle ? "\u{1B}]0;\(title)\u{7}" : "")
      + (signs.hasProgress ? "\u{1B}]9;4;\(state);\(min(100, max(0, percent)))\u{7}" : "")
  }

  private var state: (Int, Int) {
    switch progress {
    case .none: (0, 0)
    case .normal(let percent): (1, percent)
    case .failing(let percent): (2, percent)
    case .unknown: (3, 0)
    case .paused(let percent): (4, percent)
    }
  }
}

extension TerminalStatus.Signs {
  /// What the terminal of an environment understands. Inside a multiplexer, progress belongs to nobody.
  init(_ environment: [String: String]) {
    let type = environment["TERM"] ?? ""
    hasTitle = Self.titled.contains { type.hasPrefix($0) }
    guard hasTitle, !type.hasPrefix("screen"), !type.hasPrefix("tmux"), environment["TMUX"] == nil else { return }
    let program = environment["TERM_PROGRAM"].flatMap { Self.firstVersion[$0] }
    let version = Self.number(environment["TERM_PROGRAM_VERSION"] ?? "")
    hasProgress =
      environment["WT_SESSION"] != nil || environment["ConEmuANSI"] == "ON"
      || program.map { version >= $0 } ?? false
      || (environment["VTE_VERSION"].flatMap { Int($0) } ?? 0) >= Self.firstVTE
  }

  /// The first two parts of a version as one number: 3.6.1 is 3,006. A date stays as it is.
  private static func number(_ version: String) -> Int {
    let parts = version.split { !("0"..."9").contains($0) }.prefix(2).map { Int($0) ?? 0 }
    guard let first = parts.first, first < 1_000_000 else { return parts.first ?? 0 }
    return first * 1_000 + min(999, parts.dropFirst().first ?? 0)
  }
}
