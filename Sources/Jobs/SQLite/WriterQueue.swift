import ParallelFor
import SQLite

/// Lets the workers of a run write to their database one after another, each in its turn.
///
/// SQLite lets one connection write at a time. The others retry at intervals, and one of many may retry for seconds
/// without success. Workers of one run need not retry: they know of each other, and only wait for other programs. A
/// worker may write for a few milliseconds before its turn ends, because waking the next thread takes longer than many
/// short writes.
final class WriterQueue: @unchecked Sendable {
  /// A worker's place in the queue.
  final class Place {
    fileprivate let condition = Condition()
    fileprivate var isCalled = false
    /// Whether the worker was woken and has not checked yet.
    fileprivate var isWoken = false
    /// Set when the worker's item must end.
    let stop: StopFlag

    init(stop: StopFlag) { self.stop = stop }
  }

  /// How long one worker may keep writing while others wait, in nanoseconds.
  private static let longestTurn: Int64 = 20_000_000

  private let monitor = Monitor()
  /// The monitor guards this and all of the following.
  private var waiting: [Place] = []
  private var isTaken = false
  private var turnBegan = Instant(nanoseconds: 0)

  /// Waits for the worker's turn.
  ///
  /// - Returns: false when the item must end; the worker has no turn then.
  func enter(_ place: Place) -> Bool {
    let now = MonotonicClock.now
    return monitor.withLock {
      if !isTaken && (waiting.isEmpty || !isOver(at: now)) {
        take(at: now, isNew: waiting.isEmpty)
        return true
      }
      return wait(place)
    }
  }

  /// Ends the write that started with ``enter(_:)``.
  func leave() {
    let now = MonotonicClock.now
    monitor.withLock {
      isTaken = false
      guard let first = waiting.first else { return }
      if isOver(at: now) {
        waiting.removeFirst()
        first.isCalled = true
        take(at: now, isNew: true)
      }
      wake(first)
    }
  }

  /// Makes every waiting worker check whether it must still wait; safe from any thread.
  func recheck() { monitor.withLock { for place in waiting { wake(place) } } }

  private func wake(_ place: Place) {
    guard !place.isWoken else { return }
    place.isWoken = true
    place.condition.signal()
  }

  private func isOver(at now: Instant) -> Bool { now.nanoseconds(since: turnBegan) > Self.longestTurn }

  private func take(at now: Instant, isNew: Bool) {
    isTaken = true
    if isNew { turnBegan = now }
  }

  private func wait(_ place: Place) -> Bool {
    waiting.append(place)
    place.isWoken = false
    defer { place.isCalled = false }
    while !place.isCalled {
      if place.stop.isSet {
        waiting.removeAll { $0 === place }
        // The leaving worker may have woken this one. It leaves too, so it wakes the next.
        if !isTaken, let first = waiting.first { wake(first) }
        return false
      }
      if !isTaken && waiting.first === place {
        waiting.removeFirst()
        take(at: MonotonicClock.now, isNew: true)
        return true
      }
      monitor.wait(for: place.condition)
      place.isWoken = false
    }
    return true
  }
}
