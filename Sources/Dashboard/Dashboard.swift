public import ParallelFor

/// Everything that the screen shows, as a value: what is known of the run, and what a person looks at.
///
/// Facts enter by ``apply(_:)`` only, and wishes by ``perform(_:at:)`` and ``type(_:at:)``, which ask for effects and
/// never touch a fact: a key cannot make the screen show what is not so. Times are arguments.
public struct Dashboard: Equatable, Sendable {
  /// How many rows the lists have on the screen; paging depends on it.
  public struct Rows: Equatable, Sendable {
    /// Rows of workers.
    public var workers = 10
    /// Rows of slow items.
    public var slow = 10
    /// Rows of results.
    public var results = 10
    /// Lines of an open item.
    public var detail = 10
    /// Lines of the help.
    public var help = 20

    /// Makes the default numbers.
    public init() {}
  }

  /// What the job does, in a line; may hold a stranger's text.
  public let title: String
  /// Where the items come from.
  public let source: String
  /// Where results are safe, for the dialog on leaving: `out.txt`, `standard output`; nil to leave it out.
  public var destination: String?
  /// What is known now.
  public internal(set) var live: RunFacts
  /// What was known when the display was frozen, and when that was.
  public internal(set) var frozen: Frozen?
  /// The command line that runs again what failed, when the run is over; nil if there is none.
  public var resumeCommand: String?
  /// How the run is replayed; nil for one that goes on now. It is changed from here alone: to change a part of it from
  /// outside would lay claim to the whole dashboard while the new value is being looked up in it.
  public internal(set) var replay: ReplayClock?
  /// The rows of the lists on the screen; set it before commands and frames.
  public var rows = Rows()

  /// Which page is shown.
  public internal(set) var page = Page.overview
  /// Which panel the keys go to.
  public internal(set) var focus = Panel.workers
  /// What lies over the panels.
  public internal(set) var overlay: Overlay?
  /// How workers are sorted.
  public internal(set) var workerOrder = WorkerOrder.bySlot
  /// The selected worker.
  public internal(set) var workerSelection = ListSelection<WorkerID>()
  /// The selected slow item.
  public internal(set) var slowSelection = ListSelection<ItemID>()
  /// The results.
  public internal(set) var results = ResultList()
  /// The item that is open.
  public internal(set) var openItem: ItemID?
  /// All about the open item, once loaded.
  public internal(set) var detail: ItemDetail?
  /// The first line shown of the open item.
  public internal(set) var detailTop = 0
  /// The items that are marked, to be tried again.
  public internal(set) var marks: Set<ItemID> = []
  /// Whether failed items are being looked for, to be marked.
  public internal(set) var isMarking = false
  /// What was searched for last.
  public internal(set) var searchText: String?
  /// Whether a search goes on.
  public internal(set) var isSearching = false
  /// Whether a search, a filter or the marking of failed items has not looked at everything yet.
  public var isLooking: Bool { isSearching || results.isScanning || isMarking }
  /// Whether the program is left when the run is over.
  public internal(set) var leavesWhenDone = false

  var lastNotice: Notice?
  var wishedTargets: [Int] = []
  var askedToStop: StopUrgency?
  var pending: [Effect] = []

  /// What was known at a moment.
  public struct Frozen: Equatable, Sendable {
    /// What was known.
    public let facts: RunFacts
    /// When.
    public let instant: Instant
  }

  /// Makes the dashboard of a run that has not begun.
  ///
  /// - Parameters:
  ///   - title: What the job does, in a line.
  ///   - source: Where the items come from.
  ///   - slow: From when on an item counts as slow.
  ///   - replay: How a past run is played; nil for one that goes on now.
  public init(
    title: String, source: String, slow: SlowThreshold = SlowThreshold(), replay: ReplayClock? = nil
  ) {
    self.title = title
    self.source = source
    self.replay = replay
    live = RunFacts(slow: slow)
  }

  /// What the screen shows: the facts now, or those of the moment it was frozen.
  public var facts: RunFacts { frozen?.facts ?? live }

  /// The time that the screen shows.
  public func shownInstant(_ now: Instant) -> Instant { frozen?.instant ?? replay?.shownInstant(now) ?? now }

  /// Takes in one fact; facts must come in order. Takes well under a microsecond for an item.
  public mutating func apply(_ event: RunEvent) {
    live.apply(event)
    // A comparison with nil would copy all that was known.
    if case nil = frozen { results.grow(to: live.begun) }
    switch event.kind {
    case .itemStarted(let item):
      results.noteLabel(item.label)
      if results.filter == .running { results.addMatch(item.id) }
      if openItem == item.id, detail == nil { pending.append(.loadDetail(item.id)) }
    case .itemFinished(let item): noteFinish(item)
    case .itemRequeued(let item, _): noteRequeue(item)
    case .attemptFailed(let item, _), .itemInterrupted(let item):
      if openItem == item.id { pending.append(.loadDetail(item.id)) }
    case .targetWorkersChanged(let count): forgetWish(count)
    case .runFinished: if leavesWhenDone { pending.append(.quit) }
    default: return
    }
  }

  /// Takes in what an earlier run of the same items tells; nil for nothing.
  public mutating func learn(_ past: PastWork?) { live.past = past }

  /// Takes in how far what records the run has come; nil when nothing does.
  public mutating func observe(_ recorder: RecordingLag.Sample?, at now: Instant) {
    if let recorder { live.recording.observe(recorder, at: now) }
  }

  /// What facts, not commands, have given reason to ask for since the last call; to be asked once a frame.
  public mutating func takeEffects() -> [Effect] {
    defer { pending = [] }
    return pending
  }

  /// Shows a line of warning for a while.
  public mutating func notice(_ text: String, at now: Instant) {
    lastNotice = Notice(text: text, instant: now)
  }

  /// The notice to show at `now`, if any.
  public func currentNotice(at now: Instant) -> Notice? {
    lastNotice.flatMap { now.nanoseconds(since: $0.instant) < Notice.duration ? $0 : nil }
  }

  private mutating func noteFinish(_ item: FinishedItem) {
    results.noteLabel(item.label)
    if openItem == item.id { pending.append(.loadDetail(item.id)) }
    if !marks.isEmpty, item.outcome.isSuccess { marks.remove(item.id) }
    switch results.filter {
    case .all: return
    case .running: results.removeMatch(item.id)
    case .failed: if !item.outcome.isSuccess { results.addMatch(item.id) }
    case .slow: if live.isSlow(item.latency) { results.addMatch(item.id) }
    case .text(let text): if ResultFilter.text(text, isIn: item.label) { results.addMatch(item.id) }
    }
  }

  private mutating func noteRequeue(_ item: FinishedItem) {
    marks.remove(item.id)
    if results.filter == .failed { results.removeMatch(item.id) }
  }

  /// A wish that came true, and those before it, need not be remembered; an answer nobody wished for ends all wishes.
  private mutating func forgetWish(_ count: Int) {
    let kept = wishedTargets.firstIndex(of: count).map { $0 + 1 } ?? wishedTargets.count
    wishedTargets.removeFirst(kept)
  }
}
