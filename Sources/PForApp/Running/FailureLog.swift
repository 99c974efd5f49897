import Attempts
import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import Synchronization

/// Why items failed: the groups of all failures, and for the summary the last error lines of the first ones.
final class FailureLog: Sendable {
  /// The number of items whose lines are kept, because the summary names only the first ones.
  private static let mostLines = 2_048

  private struct Notes {
    var lines: [ItemID: String] = [:]
    var groups = FailureGroups()
  }

  private let notes = Mutex(Notes())

  /// The failures so far, in groups.
  var groups: FailureGroups { notes.withLock { $0.groups } }

  /// The last line on standard error of an item; nil if it is not known.
  func line(of id: ItemID) -> String? { notes.withLock { $0.lines[id] } }

  /// Notes that an item has failed. Does nothing for any other outcome.
  func note(_ id: ItemID, _ outcome: Outcome, _ errors: CapturedBytes, label: String) {
    let line = OutputText.lastLine(of: errors)
    guard let reason = FailureReason(outcome, line: line, label: label) else { return }
    notes.withLock {
      $0.groups.add(id, reason)
      if $0.lines.count < Self.mostLines || $0.lines[id] != nil { $0.lines[id] = line }
    }
  }

  /// Forgets a failure, because its item is tried again.
  func forget(_ reason: FailureReason) { notes.withLock { $0.groups.remove(reason) } }
}
