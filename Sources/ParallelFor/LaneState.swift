/// What one worker has claimed, runs now and has ended since somebody last looked: decided as a value.
struct LaneState {
  /// An item that runs.
  struct Running {
    var position: Int
    var attempt: Int
    var start: Instant
    var label: String
    /// Whether an ``RunEvent/Kind/itemStarted(_:)`` has told of it.
    var isAnnounced = false
  }

  /// Neighbouring items that succeeded at the first attempt; only their number and time are kept.
  struct Succeeded: Equatable {
    var positions: Range<Int>
    var start: Instant
    var end: Instant
  }

  let worker: WorkerID
  private let keepsRecords: Bool
  /// Claimed and not begun.
  private(set) var rest: Range<Int> = 0..<0
  private(set) var running: Running?
  private(set) var ended: [SettledItem] = []
  private var succeeded: Succeeded?
  /// The last attempts at those claimed items that were tried before.
  private var tried: [Int: TriedItem] = [:]

  /// - Parameter keepsRecords: whether there is a record of every item; else those that succeed are only counted.
  init(worker: WorkerID, keepsRecords: Bool = true) {
    self.worker = worker
    self.keepsRecords = keepsRecords
  }

  /// Takes a claim; the last one must be used up.
  ///
  /// - Parameter tried: the last attempts at items of the claim that were tried before.
  mutating func claim(_ range: Range<Int>, tried: [Int: TriedItem] = [:]) {
    precondition(rest.isEmpty && running == nil, "worker \(worker): claim \(range) while \(rest) is left")
    rest = range
    self.tried = tried
  }

  /// Begins the next claimed item; nil when the claim is used up.
  mutating func begin(at now: Instant, label: (ItemID) -> String) -> BegunItem? {
    precondition(running == nil, "worker \(worker): began an item inside another")
    guard let position = rest.popFirst() else { return nil }
    let id = ItemID(position)
    let last = tried.isEmpty ? nil : tried[position]
    let attempt = (last?.last.attempt ?? 0) + 1
    // Where there are no records, nobody asks for a name.
    let name = last?.last.label ?? (keepsRecords ? label(id) : "")
    running = Running(position: position, attempt: attempt, start: now, label: name)
    return BegunItem(id: id, attempt: attempt, start: now, due: last?.due)
  }

  /// Ends the running item.
  ///
  /// - Parameter settlement: what follows, as the machine says.
  mutating func end(_ outcome: Outcome, note: String?, settlement: Settlement = .final, at now: Instant) {
    guard let item = running else { preconditionFailure("worker \(worker): ended an item it does not run") }
    running = nil
    if !keepsRecords, outcome.isSuccess, count(item, until: now) { return }
    let finished = FinishedItem(
      id: ItemID(item.position), worker: worker, attempt: item.attempt, start: item.start, end: now, outcome: outcome,
      label: item.label, note: note)
    ended.append(SettledItem(item: finished, settlement: settlement))
  }

  /// Counts an item among its neighbours; false if it is none, or needed several attempts, and must have a record.
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

  /// Hands over what was only counted.
  mutating func takeSucceeded() -> Succeeded? { succeeded.take() }

  /// Gives up the last `count` items of the untouched rest, or all of it.
  mutating func takeBack(_ count: Int = .max) -> Range<Int> {
    let kept = max(0, rest.count - count)
    let given = rest.dropFirst(kept)
    rest = rest.prefix(kept)
    return given
  }

  /// Hands over what has ended, in order, and takes an empty list in its place.
  ///
  /// - Parameter list: an empty list, whose memory is used again; then what has ended.
  mutating func harvest(into list: inout [SettledItem]) { swap(&list, &ended) }

  /// The running item, if nobody has told of it yet; from now on it counts as told.
  mutating func announce() -> StartedItem? {
    guard let item = running, !item.isAnnounced else { return nil }
    running?.isAnnounced = true
    return StartedItem(
      id: ItemID(item.position), worker: worker, attempt: item.attempt, start: item.start, label: item.label)
  }
}

/// An item that a worker is to run now, and which attempt at it that is.
@usableFromInline
struct BegunItem: Equatable {
  @usableFromInline var id: ItemID
  @usableFromInline var attempt: Int
  @usableFromInline var start: Instant
  /// From when on this attempt could have begun; nil for an item's first attempt.
  @usableFromInline var due: Instant?
}
