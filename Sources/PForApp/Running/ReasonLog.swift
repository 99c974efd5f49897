import Dashboard
import Jobs
import ParallelFor
import Synchronization

/// Why items took their time: the reasons of all items that have ended in this session, in groups.
final class ReasonLog: AttemptObserver {
  private let noted = Mutex(ReasonGroups())

  /// The reasons so far, in groups.
  var groups: ReasonGroups { noted.withLock { $0 } }

  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    guard let reasons = attempt.output?.ending.reasons, !reasons.isEmpty, attempt.isLast else { return }
    noted.withLock { $0.add(attempt.ended.id, reasons, latency: attempt.ended.nanoseconds) }
  }
}
