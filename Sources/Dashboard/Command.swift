/// What a user can ask for with a key, a script or a signal.
package enum Command: Hashable, Sendable {
  case moreThreads, fewerThreads, manyMoreThreads, manyFewerThreads, promptThreads
  /// Ask for a number of threads; for scripts.
  case setThreads(Int)
  case togglePause, killItem
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
