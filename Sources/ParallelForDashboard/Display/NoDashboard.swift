package import Terminal

/// Why a run is shown without a dashboard though one was wanted.
package enum NoDashboard: Error, Equatable {
  /// The environment says that this is continuous integration, where nobody looks.
  case automated
  /// The program was begun in the background, where it would be stopped for touching the terminal.
  case background
  /// The keys of the terminal are items.
  case itemsAreTyped
  /// There is no terminal, or it cannot be drawn on.
  case unsuitable(TerminalError)

  /// The reason as a sentence for the user; nil where nobody asked for a dashboard.
  package var reason: String? {
    switch self {
    case .automated: nil
    case .background: "the program runs in the background"
    case .itemsAreTyped: "the items are typed in this terminal (Ctrl-D ends them)"
    case .unsuitable(let error): error.description
    }
  }

  /// Tells the user, if there is a reason to tell.
  package func tell() {
    if let reason { StandardError.write("no dashboard: \(reason); plain lines instead") }
  }
}
