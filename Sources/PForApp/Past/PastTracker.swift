import Dashboard
import ParallelFor

/// Tracks the work that remains according to the times of an earlier run.
///
/// These times become known during the run. Until then, the tracker only notes which items have ended.
final class PastTracker: @unchecked Sendable {
  /// The most items whose times are kept for comparison until the earlier times are known. Later ones are all compared.
  private static let mostCompared = 10_000

  private let lock = Lock()
  /// The positions whose items have ended.
  private var ended = PositionSet()
  private var early: [(position: Int, latency: Int64)] = []
  private var known: PastWork?
  private var isOver = false

  /// The remaining work; nil if it is not known.
  var work: PastWork? { lock.withLock { known } }

  /// Notes the items that have ended.
  func note(_ events: [RunEvent]) {
    lock.withLock {
      for event in events {
        guard case .itemFinished(let item) = event.kind else { continue }
        end(item.id.position, latency: item.outcome == .cancelled ? nil : item.nanoseconds)
      }
    }
  }

  /// Notes an item that was done in an earlier session.
  func kept(_ position: Int) { lock.withLock { end(position, latency: nil) } }

  /// Sets the times from the earlier run; nil if there are none.
  func learn(_ times: ItemTimes?) {
    var work = times.map { PastWork($0) }
    lock.withLock {
      let latencies = Dictionary(early.map { ($0.position, $0.latency) }) { first, _ in first }
      ended.forEach { work?.ended($0, latency: latencies[$0]) }
      known = work
      isOver = work == nil
      early = []
      if isOver { ended = PositionSet() }
    }
  }

  /// Notes the end of an item. An item that is tried again by hand ends twice; only the first end counts.
  private func end(_ position: Int, latency: Int64?) {
    guard !isOver, ended.insert(position) else { return }
    if known != nil {
      known?.ended(position, latency: latency)
    } else if let latency, early.count < Self.mostCompared {
      early.append((position, latency))
    }
  }
}
