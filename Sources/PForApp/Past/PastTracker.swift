import Dashboard
import ParallelFor

/// Tracks the work that remains according to the times of an earlier run.
///
/// These times become known during the run. Until then, the tracker only notes which items have ended.
final class PastTracker: @unchecked Sendable {
  /// The most items whose times are kept for comparison until the earlier times are known. Later ones are all compared.
  private static let mostCompared = 10_000

  private let lock = Lock()
  /// A bit for each position: whether its item has ended.
  private var ended: [UInt64] = []
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
        end(item.id.position, latency: item.outcome == .cancelled ? nil : item.latency)
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
      for position in 0..<ended.count * UInt64.bitWidth where hasEnded(position) {
        work?.ended(position, latency: latencies[position])
      }
      known = work
      isOver = work == nil
      early = []
      if isOver { ended = [] }
    }
  }

  /// Notes the end of an item. An item that is tried again by hand ends twice; only the first end counts.
  private func end(_ position: Int, latency: Int64?) {
    guard !isOver, !hasEnded(position) else { return }
    let word = position / UInt64.bitWidth
    if word >= ended.count { ended += repeatElement(0, count: word + 1 - ended.count) }
    ended[word] |= 1 << UInt64(position % UInt64.bitWidth)
    if known != nil {
      known?.ended(position, latency: latency)
    } else if let latency, early.count < Self.mostCompared {
      early.append((position, latency))
    }
  }

  private func hasEnded(_ position: Int) -> Bool {
    let word = position / UInt64.bitWidth
    return word < ended.count && ended[word] >> UInt64(position % UInt64.bitWidth) & 1 == 1
  }
}
