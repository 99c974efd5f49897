import CPosix
import ParallelFor
import PostgreSQL
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Decides how a query is cancelled, as requests arrive and time passes. A value; it reads no clock.
///
/// The request to cancel is sent once, by a separate thread, because sending may hang. The worker reads to the end of
/// the query, and then waits for that thread, because a request that is still on its way would hit the next query. If
/// either takes longer than the grace time, the connection is closed.
struct CancelSteps {
  /// How long a query may continue after KILL, in nanoseconds.
  private static let afterKill: Int64 = 1_000_000_000

  let grace: Int64
  /// When the connection must be closed; nil if the query was not asked to end.
  private(set) var deadline: Instant?

  init(grace: Int64) { self.grace = grace }

  /// Whether the query was asked to end.
  var wasAsked: Bool { deadline != nil }

  /// Notes a request to end the query.
  ///
  /// - Returns: whether the server must be asked now.
  mutating func asked(_ urgency: StopUrgency, at now: Instant) -> Bool {
    let isFirst = deadline == nil
    let latest = now + (urgency == .kill ? Self.afterKill : grace)
    deadline = min(deadline ?? latest, latest)
    return isFirst
  }

  /// Whether waiting no longer makes sense.
  func isOver(at now: Instant) -> Bool { deadline.map { now >= $0 } ?? false }

  /// How long to wait for an answer, in milliseconds; -1 for no limit.
  func patience(at now: Instant) -> Int32 {
    guard let deadline else { return -1 }
    return Int32(clamping: max(0, deadline.nanoseconds(since: now)) / 1_000_000 + 1)
  }
}

/// Wakes a worker that waits for its server, from any thread.
final class ServerWake: Sendable {
  /// The descriptor that becomes readable after ``wake()``.
  let descriptor: Int32
  private let writing: Int32
  private let urgency = Atomic<Int>(-1)

  init?() {
    var ends: [Int32] = [-1, -1]
    guard cposix_pipe(&ends) == 0 else { return nil }
    (descriptor, writing) = (ends[0], ends[1])
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(descriptor)
    close(writing)
  }

  /// Asks the worker's item to end.
  func ask(_ urgency: StopUrgency) {
    self.urgency.store(urgency.rawValue, ordering: .releasing)
    wake()
  }

  /// The request to the item; nil if there is none.
  var asked: StopUrgency? { StopUrgency(rawValue: urgency.load(ordering: .acquiring)) }

  /// Forgets a request to an earlier item.
  func forget() { urgency.store(-1, ordering: .relaxed) }

  /// Ends the current wait, or the next one.
  func wake() {
    var byte: UInt8 = 1
    _ = write(writing, &byte, 1)
  }

  /// Clears earlier wake-ups, so that the next wait waits.
  func clear() {
    var bytes: (UInt64, UInt64) = (0, 0)
    while read(descriptor, &bytes, 16) > 0 {}
  }
}

/// A request to cancel that is on its way to the server.
final class SentCancel: Sendable {
  private let hasArrived = Atomic<Bool>(false)

  /// Sends the request on a separate thread, which wakes the worker when the server has the request.
  init(_ request: CancelRequest, waking wake: ServerWake) {
    let isStarted = WorkerThread.start(name: "pfor-cancel", .patient) {
      request.send()
      self.hasArrived.store(true, ordering: .releasing)
      wake.wake()
    }
    // Without a thread there is no request, and the connection is closed after the grace time.
    if !isStarted { hasArrived.store(true, ordering: .relaxed) }
  }

  /// Whether the request can no longer hit a later query.
  var isOver: Bool { hasArrived.load(ordering: .acquiring) }
}
