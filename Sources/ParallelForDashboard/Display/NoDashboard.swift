package import Terminal

/// Why a run has no dashboard although one was wanted.
package enum NoDashboard: Error, Equatable {
  /// The environment says that this is continuous integration, where no user watches.
  case automated
  /// The program was started in the background, where touching the terminal would stop it.
  case background
  /// The items are typed in the terminal, so its keys are not free.
  case itemsAreTyped
  /// There is no terminal, or it cannot be drawn on.
  case unsuitable(TerminalError)

  /// The reason as a message for the user; nil in continuous integration.
  package var reason: String? {
    switch self {
    case .automated: nil
    case .background: "the program runs in the background"
    case .itemsAreTyped: "the items are typed in this terminal (Ctrl-D ends them)"
    case .unsuitable(let error): error.description
    }
  }

  /// Tells the user the reason, if there is one to tell.
  package func tell() {
    if let reason { StandardError.write("no dashboard: \(reason); plain lines instead") }
  }
}
