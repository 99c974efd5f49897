/// What a user can ask for with a key, a script or a signal.
public enum Command: Hashable, Sendable {
  case moreThreads, fewerThreads, manyMoreThreads, manyFewerThreads, promptThreads
  /// Ask for a number of threads; for scripts.
  case setThreads(Int)
  case togglePause, killItem
  /// Show one page.
  case show(Page)
  case nextPanel, previousPanel
  case moveUp, moveDown, pageUp, pageDown, moveToStart, moveToEnd
  case open, back
  /// Try failed items again, or mark them for that.
  case retry, toggleMark, markFailed, unmarkAll
  case search, searchNext, searchPrevious, filter, sort
  case toggleFreeze, nextTheme, help, redraw, suspend
  case quit, interrupt
  /// Answer a dialog or a menu with a letter.
  case choose(Character)
}

/// One of the pages that number keys show.
public enum Page: Int, CaseIterable, Sendable {
  case overview = 1
  case workers, slow, results, latency

  /// The panel that fills the page; nil for the overview.
  public var panel: Panel? {
    switch self {
    case .overview: nil
    case .workers: .workers
    case .slow: .slow
    case .results: .results
    case .latency: .latency
    }
  }
}

/// A part of the screen that can have the focus.
public enum Panel: CaseIterable, Sendable {
  case workers, latency, slow, results

  var page: Page {
    switch self {
    case .workers: .workers
    case .latency: .latency
    case .slow: .slow
    case .results: .results
    }
  }
}
