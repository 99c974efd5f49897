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
    // Copying the whole ending would cost items that run here, which are most.
    guard let node = attempt.output?.ending.process.node, !attempt.isRevised else { return }
    let isLost = attempt.ending.isLost
    noted.withLock { $0.add(node, attempt.ended.outcome, latency: attempt.ended.nanoseconds, isLost: isLost) }
  }
}
