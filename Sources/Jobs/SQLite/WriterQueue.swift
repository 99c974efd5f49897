import ParallelFor
import SQLite

/// Lets the workers of a run write to their database one after another, each in its turn.
///
/// SQLite lets one connection write at a time. The others try again now and then, and one of many may try in vain for
/// seconds. Workers of one run need not try: they know of each other, and wait only for other programs. A worker may write
/// for some milliseconds before the turn passes on, because waking the next thread takes longer than many short writes.
final class WriterQueue: @unchecked Sendable {
  /// One worker's place in the queue.
  final class Place {
    fileprivate let condition = Condition()
    fileprivate var isCalled = false
    /// Told to look, and has not looked yet.
    fileprivate var isWoken = false
    /// Set when its item is to end.
    let stop: StopFlag

    init(stop: StopFlag) { self.stop = stop }
  }

  /// How long one worker may write again and again while others wait, in nanoseconds.
  private static let longestTurn: Int64 = 20_000_000

  private let monitor = Monitor()
  /// Guarded by the monitor, as all below.
  private var waiting: [Place] = []
  private var isTaken = false
  private var turnBegan = Instant(nanoseconds: 0)

  /// Waits for the turn.
  ///
  /// - Returns: false when the item is to end; then it is nobody's turn for that.
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

  /// Ends the write that began with ``enter(_:)``.
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

  /// Lets every waiting worker check whether it must still wait; safe from any thread.
  func lookAgain() { monitor.withLock { for place in waiting { wake(place) } } }

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
        // The worker that left may have woken this one, which leaves too.
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
