public import ParallelFor

/// One worker as the screen shows it; its slot is its identity.
public struct WorkerRow: Equatable, Sendable {
  /// What a worker is doing. A draining worker leaves after its item.
  public enum State: Equatable, Sendable, CaseIterable { case idle, running, draining, stopped }

  /// The slot that the worker has.
  public let id: WorkerID
  /// The item that it runs, if any.
  public internal(set) var item: StartedItem?
  /// How many items ended in this slot.
  public internal(set) var itemsDone = 0
  /// Nanoseconds that this slot spent on items that have ended.
  public private(set) var busy: Int64 = 0
  var isAlive = false
  var isLeaving = false

  init(id: WorkerID) { self.id = id }

  /// Counts time on an item; what a damaged run file says of many items must not overflow.
  mutating func addBusy(_ time: Int64) {
    let (sum, isTooLong) = busy.addingReportingOverflow(time)
    busy = isTooLong ? .max : sum
  }

  /// What the worker is doing.
  public var state: State {
    if !isAlive { .stopped } else if isLeaving { .draining } else if item != nil { .running } else { .idle }
  }

  /// The mean latency of the items that ended in this slot, or nil before the first.
  public var mean: Int64? { itemsDone == 0 ? nil : busy / Int64(itemsDone) }

  /// Nanoseconds since the worker's item began; nil while it has none.
  public func elapsed(at now: Instant) -> Int64? {
    item.map { max(0, now.nanoseconds(since: $0.start)) }
  }
}

/// The order in which workers are shown.
public enum WorkerOrder: Equatable, Sendable, CaseIterable {
  case bySlot, longestFirst
}
