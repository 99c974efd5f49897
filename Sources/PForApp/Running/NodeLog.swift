import Attempts
import Dashboard
import Jobs
import ParallelFor
import Synchronization

/// What the items of this session did on each machine of a cluster.
final class NodeLog: AttemptObserver {
  private let noted = Mutex(NodeSums())

  /// The machines so far.
  var sums: NodeSums { noted.withLock { $0 } }

  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    guard !attempt.isRevised, let ending = attempt.output?.ending, let node = ending.process.node else { return }
    noted.withLock {
      $0.add(node, attempt.ended.outcome, latency: attempt.ended.nanoseconds, isLost: ending.isLost)
    }
  }
}
