/// What one worker has claimed, is running, and has ended since the last harvest; a value.
struct LaneState {
  /// A running item.
  struct Running {
    var position: Int
    var attempt: Int
    var start: Instant
    var label: String
    /// Whether ``RunEvent/Kind/itemStarted(_:)`` has reported it.
    var isAnnounced = false
  }

  /// Neighbouring items that succeeded at the first attempt. Only their positions and times are kept.
  struct Succeeded: Equatable {
    var positions: Range<Int>
    var start: Instant
    var end: Instant
  }

  let worker: WorkerID
  private let keepsRecords: Bool
  /// Items that are claimed and not started.
  private(set) var rest: Range<Int> = 0..<0
  private(set) var running: Running?
  private(set) var ended: [SettledItem] = []
  private var succeeded: Succeeded?
  /// The last attempts at claimed items that were tried before.
  private var tried: [Int: TriedItem] = [:]

  /// - Parameter keepsRecords: whether every item has a record; otherwise successful items are only counted.
  init(worker: WorkerID, keepsRecords: Bool = true) {
    self.worker = worker
    self.keepsRecords = keepsRecords
  }

  /// Takes a claim. The previous one must be used up.
  ///
  /// - Parameter tried: the last attempts at items of the claim that were tried before.
  mutating func claim(_ range: Range<Int>, tried: [Int: TriedItem] = [:]) {
    precondition(rest.isEmpty && running == nil, "worker \(worker): claim \(range) while \(rest) is left")
    rest = range
    self.tried = tried
  }

  /// Starts the next claimed item. Returns nil when the claim is used up.
  mutating func begin(at now: Instant, label: (ItemID) -> String) -> BegunItem? {
    precondition(running == nil, "worker \(worker): began an item inside another")
    guard let position = rest.popFirst() else { return nil }
    let id = ItemID(position)
    let last = tried.isEmpty ? nil : tried[position]
    let attempt = (last?.last.attempt ?? 0) + 1
    // Without records, no label is needed.
    let name = last?.last.label ?? (keepsRecords ? label(id) : "")
    running = Running(position: position, attempt: attempt, start: now, label: name)
    return BegunItem(id: id, attempt: attempt, start: now, due: last?.due)
  }

  /// Ends the running item.
  ///
  /// - Parameter settlement: what follows, as the machine decided.
  mutating func end(_ outcome: Outcome, note: String?, settlement: Settlement = .final, at now: Instant) {
    guard let item = running else { preconditionFailure("worker \(worker): ended an item it does not run") }
    running = nil
    if !keepsRecords, outcome.isSuccess, count(item, until: now) { return }
    let finished = FinishedItem(
      id: ItemID(item.position), worker: worker, attempt: item.attempt, start: item.start, end: now, outcome: outcome,
      label: item.label, note: note)
    ended.append(SettledItem(item: finished, settlement: settlement))
  }

  /// Counts an item together with its neighbours. Returns false if it must have a record, because it is not a neighbour
  /// or needed several attempts.
  private mutating func count(_ item: Running, until end: Instant) -> Bool {
    guard item.attempt == 1 else { return false }
    guard let before = succeeded else {
      succeeded = Succeeded(positions: item.position..<item.position + 1, start: item.start, end: end)
      return true
    }
    guard before.positions.upperBound == item.position else { return false }
    succeeded = Succeeded(positions: before.positions.lowerBound..<item.position + 1, start: before.start, end: end)
    return true
  }

  /// Takes the items that were only counted.
  mutating func takeSucceeded() -> Succeeded? { succeeded.take() }

  /// Gives back the last `count` items that have not started, or all of them.
  mutating func takeBack(_ count: Int = .max) -> Range<Int> {
    let kept = max(0, rest.count - count)
    let given = rest.dropFirst(kept)
    rest = rest.prefix(kept)
    return given
  }

  /// Hands over the ended items, in order, in exchange for an empty list.
  ///
  /// - Parameter list: an empty list, whose memory is reused; receives the ended items.
  mutating func harvest(into list: inout [SettledItem]) { swap(&list, &ended) }

  /// Returns the running item if its start has not been reported yet, and marks it as reported.
  mutating func announce() -> StartedItem? {
    guard let item = running, !item.isAnnounced else { return nil }
    running?.isAnnounced = true
    return StartedItem(
      id: ItemID(item.position), worker: worker, attempt: item.attempt, start: item.start, label: item.label)
  }
}

/// An item that a worker must run now, with the number of the attempt.
@usableFromInline
struct BegunItem: Equatable {
  @usableFromInline var id: ItemID
  @usableFromInline var attempt: Int
  @usableFromInline var start: Instant
  /// The earliest time at which this attempt could start; nil for an item's first attempt.
  @usableFromInline var due: Instant?
}
