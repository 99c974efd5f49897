public import ParallelFor

/// What the dashboard asks of the world; what comes of it returns as events.
public enum Effect: Equatable, Sendable {
  /// Ask for a number of workers; 0 lets the running items end and holds the rest.
  case setTargetWorkers(Int)
  /// Hand out no items until `resume`.
  case pause
  /// Hand out items again.
  case resume
  /// Hand out no further item, and let what runs end.
  case finish
  /// Ask everything that runs to end.
  case stop(StopUrgency)
  /// Ask one running item to end.
  case interrupt(ItemID, StopUrgency)
  /// Try items again that have failed; the answer goes to ``Dashboard/retryAnswered(_:taken:at:)``.
  case retry([ItemID])
  /// Look through all results for those that failed and that a filter shows, in slices, and give them to
  /// ``Dashboard/markFound(_:done:at:)``.
  case findFailed(ResultFilter)
  /// Fetch all about an item and give it to ``Dashboard/showDetail(_:)``.
  case loadDetail(ItemID)
  /// Look for a text in names and outputs, beginning with the item `from` and going round at the end; the answer goes
  /// to ``Dashboard/searchEnded(found:)``.
  case search(text: String, from: ItemID, forward: Bool)
  /// Look through all results for those that a filter shows, in slices, and give them to
  /// ``Dashboard/filterMatched(_:scanned:done:)``. Ends an earlier scan; ``ResultFilter/all`` only ends it.
  case scanFilter(ResultFilter)
  /// Use the next theme.
  case nextTheme
  /// Draw everything again.
  case redraw
  /// Stop like other programs on Ctrl-Z.
  case suspend
  /// Leave the program.
  case quit
}
