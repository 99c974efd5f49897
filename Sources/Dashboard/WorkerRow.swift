package import ParallelFor

/// One worker as the screen shows it, identified by its number. A later worker may have the same number.
package struct WorkerRow: Equatable, Sendable {
  /// What a worker is doing. A draining worker leaves after its item.
  package enum State: Equatable, Sendable { case idle, running, draining, stopped }

  package let id: WorkerID
  /// The item that it runs, if any.
  package internal(set) var item: StartedItem?
  /// The number of items that ended on workers of this number.
  package internal(set) var itemsDone = 0
  /// The time that they spent on ended attempts, in nanoseconds.
  private(set) var busy: Int64 = 0
  var isAlive = false
  var isLeaving = false

  init(id: WorkerID) { self.id = id }

  /// Adds time spent on an item. Times from a damaged run file must not overflow the sum.
  mutating func addBusy(_ time: Int64) {
    let (sum, isTooLong) = busy.addingReportingOverflow(time)
    busy = isTooLong ? .max : sum
  }

  package var state: State {
    if !isAlive { .stopped } else if isLeaving { .draining } else if item != nil { .running } else { .idle }
  }

  package var isAliveAndIdle: Bool { isAlive && item == nil }

  /// The busy time per ended item, in nanoseconds; nil before the first.
  package var mean: Int64? { itemsDone == 0 ? nil : busy / Int64(itemsDone) }

  /// Returns the nanoseconds since the worker's item started; nil while it has none.
  package func elapsed(at now: Instant) -> Int64? {
    item.map { max(0, now.nanoseconds(since: $0.start)) }
  }
}

/// The order in which workers are shown.
package enum WorkerOrder: Equatable, Sendable { case byNumber, longestFirst }
