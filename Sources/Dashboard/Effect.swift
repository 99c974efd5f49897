package import ParallelFor

/// What the dashboard asks of its surroundings.
package enum Effect: Equatable, Sendable {
  /// A request to the run. Its consequences return as events.
  case run(RunEffect)
  /// Try failed items again, and give the answer to ``Dashboard/retryAnswered(_:taken:at:)``.
  case retry([ItemID])
  /// A request to the event loop.
  case screen(ScreenEffect)
}

extension Effect {
  /// Whether the effect changes the run, and not only the screen.
  var concernsRun: Bool {
    switch self {
    case .run, .retry: true
    case .screen: false
    }
  }
}

/// What the dashboard asks of the run.
package enum RunEffect: Equatable, Sendable {
  /// Change the number of threads. With 0, running items end and the rest wait.
  case setThreads(Int)
  /// Choose the number of threads by measuring.
  case chooseThreads
  /// Hand out no items until `resume`.
  case pause
  /// Hand out items again.
  case resume
  /// Hand out no further items, and let running items end.
  case finish
  /// Ask all running items to end.
  case stop(StopUrgency)
  case interrupt(ItemID, StopUrgency)
}

/// A program of the user's that takes the terminal for a while.
package enum TerminalUser: Equatable, Sendable {
  case pager, editor
  /// A line for the shell, which finds the item and its outputs in its environment.
  case line(String)
}

/// What the dashboard asks of the event loop that shows it.
package enum ScreenEffect: Equatable, Sendable {
  /// Load the details of an item and give them to ``Dashboard/showDetail(_:)``.
  case loadDetail(ItemID)
  /// Search names and outputs for a text, from the item `from` on and once around, and give the answer to
  /// ``Dashboard/searchEnded(found:)``.
  case search(text: String, from: ItemID, forward: Bool)
  /// Find the items that a filter shows, in slices, and give them to ``Dashboard/filterMatched(_:scanned:done:)``.
  ///
  /// This ends an earlier scan. ``ResultFilter/all`` does nothing else.
  case scanFilter(ResultFilter)
  /// Give an item to ``Dashboard/filterMatched(_:)`` if the filter shows it.
  case matchFilter(ItemID)
  /// Find the failed items that a filter shows, in slices, and give them to ``Dashboard/markFound(_:done:at:)``.
  case findFailed(ResultFilter)
  /// Ask for the plan of an item, or measure it, and give it to ``Dashboard/showPlan(_:)``.
  case explain(ItemID, isMeasured: Bool)
  case nextTheme
  /// Draw everything again.
  case redraw
  /// Suspend the program, as Ctrl-Z suspends others.
  case suspend
  /// Lend the terminal to a program that shows the outputs of an item.
  case lend(TerminalUser, ItemID)
  /// Write a list of items, or the groups of failures, to a new file.
  case save([ItemID], of: Int, String)
  case saveFailures(String)
  /// Leave the full screen for plain lines about what happens, until the user returns.
  case stream
  /// Put a text into the terminal's clipboard.
  case copy(String)
  /// Leave, and run the failed items again in a new session of the run.
  case runAgain
  case quit
}
