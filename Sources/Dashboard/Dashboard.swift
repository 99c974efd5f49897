package import Attempts
package import ParallelFor

/// Everything that the screen shows, as a value: the facts about the run, and the user's view of them.
///
/// Events enter by ``apply(_:)``, and keys by ``perform(_:at:)`` and ``type(_:at:)``. Keys ask for effects and never
/// change a fact, so a key cannot make the screen show something untrue. Times are arguments.
package struct Dashboard: Equatable, Sendable {
  /// The number of rows that each list has on the screen; paging depends on it.
  package struct Rows: Equatable, Sendable {
    /// Rows of the lists in the panels. A panel that is not shown has none.
    package var lists = Dictionary(uniqueKeysWithValues: Panel.allCases.map { ($0, 10) })
    /// Lines of an open item that fit.
    package var detail = 10
    /// All lines of an open item.
    package var wholeDetail = 10
    /// The lines of an open item before its outputs.
    package var detailHead = 0
    /// The rows of the open item's outputs.
    package var page: PageRows?
    /// Lines of the help that fit.
    package var help = 20
    /// All lines of the help.
    package var wholeHelp = 20

    package init() {}

    package subscript(panel: Panel) -> Int { lists[panel] ?? 0 }
  }

  /// The facts at one moment.
  package struct Frozen: Equatable, Sendable {
    package let facts: RunFacts
    package let instant: Instant
  }

  /// What the job does, in one line; may contain untrusted text.
  package let title: String
  /// Where the items come from.
  package let source: String
  /// Where results are safe, for the dialog on leaving, such as `out.txt` or `standard output`; nil to leave it out.
  package var destination: String?
  /// The processors that the items' commands share; nil if items start no commands. A user who types many more threads
  /// than these is asked.
  package var processors: Int?
  /// Whether items may be records with fields.
  package var hasRecords = false
  /// The command line that retries the failed items after the run; nil if there is none.
  package var resumeCommand: String?
  /// The command line that leads on after the run; nil if nothing is left to do.
  package var nextCommand: String? { live.state == .done && live.hasFailures ? resumeCommand : nil }
  /// Whether the program itself can run that command after the run, in this dashboard.
  package var canRunAgain = false

  /// The facts known now.
  package internal(set) var live: RunFacts
  /// The facts when the display was frozen; nil while it is not frozen.
  package internal(set) var frozen: Frozen?
  /// The clock of a replay; nil for a live run.
  ///
  /// Only this module changes it. A change from outside would need exclusive access to the whole dashboard while the
  /// new value is read from it.
  package internal(set) var replay: ReplayClock?

  /// The rows of the lists on the screen; set it before commands and frames.
  package var rows = Rows() { didSet { settlePage() } }
  package internal(set) var page = Page.overview
  /// The page to show when the run is over, unless the user has given a command; nil to stay.
  package var pageAtEnd: Page?
  package internal(set) var focus = Panel.workers
  /// What covers the panels.
  package internal(set) var overlay: Overlay?
  package internal(set) var workerOrder = WorkerOrder.byNumber
  package internal(set) var workerSelection = ListSelection<WorkerID>()
  package internal(set) var slowSelection = ListSelection<ItemID>()
  package internal(set) var failureSelection = ListSelection<String>()
  package internal(set) var whySelection = ListSelection<String>()
  package internal(set) var nodeSelection = ListSelection<String>()
  package internal(set) var results = ResultList()
  package internal(set) var openItem: ItemID?
  /// The details of the open item, once loaded.
  package internal(set) var detail: ItemDetail?
  /// The plan of the open item; nil if nobody asked for it.
  package internal(set) var plan: ItemPlan?
  /// The number of times that the lines of the page have changed.
  package internal(set) var detailNumber = 0
  /// The lines of the outputs of the open item.
  package internal(set) var pageLines: [PageLine] = []
  /// The first line shown of the open item.
  package internal(set) var detailTop = 0
  /// The first column shown of the open item while its lines are not wrapped.
  package internal(set) var detailLeft = 0
  /// Whether long lines of an open item are wrapped.
  package internal(set) var wrapsLines = true
  /// The match of the search in the open item that was shown last.
  package internal(set) var pageMatch: Int?
  /// Whether the open item stays at its end while it grows.
  var followsPage = false
  /// Whether the first match is to be shown as soon as the matches are known.
  var awaitsMatch = false
  /// The items that are marked for another attempt.
  package internal(set) var marks: Set<ItemID> = []
  /// The text of the last search.
  package internal(set) var searchText: String?
  /// Whether the program ends when the run is over.
  package internal(set) var leavesWhenDone = false

  var isSearching = false
  /// Whether the failed items are being searched, to mark them.
  var isMarking = false
  var lastNotice: Notice?
  var askedToStop: StopUrgency?
  var pending: [Effect] = []

  /// Makes the dashboard of a run that has not started.
  ///
  /// - Parameters:
  ///   - title: What the job does, in one line.
  ///   - source: Where the items come from.
  ///   - slow: When an item counts as slow.
  ///   - replay: The clock of a replay; nil for a live run.
  package init(title: String, source: String, slow: SlowThreshold = SlowThreshold(), replay: ReplayClock? = nil) {
    self.title = title
    self.source = source
    self.replay = replay
    live = RunFacts(slow: slow)
  }

  /// The most threads that may be asked for. A greater number is a typing mistake.
  package static let mostThreads = 10_000

  /// The facts that the screen shows: those of now, or of the moment when it was frozen.
  package var facts: RunFacts { frozen?.facts ?? live }

  /// Whether the display is frozen and shows an item as running.
  package func isFrozenRunning(_ id: ItemID) -> Bool { frozen?.facts.runningItem(id) != nil }

  /// Whether a search, a filter or the marking of failed items is still in progress.
  package var isScanning: Bool { isSearching || results.isScanning || isMarking }

  /// Returns the time that the screen shows.
  package func shownInstant(_ now: Instant) -> Instant { frozen?.instant ?? replay?.shownInstant(now) ?? now }

  /// Returns the effects that events have caused since the last call, as opposed to commands. Call it once per frame.
  package mutating func takeEffects() -> [Effect] {
    defer { pending = [] }
    return pending
  }
}

// MARK: - Facts

extension Dashboard {
  /// Applies one event. Events must arrive in order. One takes well under a microsecond.
  package mutating func apply(_ event: RunEvent) {
    live.apply(event)
    // A comparison with nil would copy all frozen facts.
    if case nil = frozen { results.grow(to: live.begun) }
    switch event.kind {
    case .itemStarted(let item):
      results.noteLabel(item.label)
      if results.filter == .running { results.addMatch(item.id) }
      if detail == nil { reload(item.id) }
    case .itemFinished(let item): noteFinish(item)
    case .itemRequeued(let item, _): noteRequeue(item)
    case .attemptFailed(let item, _), .itemInterrupted(let item): reload(item.id)
    case .runFinished: endRun()
    default: return
    }
  }

  private mutating func endRun() {
    if leavesWhenDone { pending.append(.screen(.quit)) }
    if let pageAtEnd { _ = perform(.show(pageAtEnd)) }
  }

  /// Loads the page of an item again, if it is open. A page that was opened while the display is frozen stays as it is.
  private mutating func reload(_ id: ItemID) {
    if openItem == id, case nil = frozen { pending.append(.screen(.loadDetail(id))) }
  }

  private mutating func noteFinish(_ item: FinishedItem) {
    results.noteLabel(item.label)
    reload(item.id)
    if !marks.isEmpty, item.outcome.isSuccess { marks.remove(item.id) }
    switch results.filter {
    case .all: return
    case .running: results.removeMatch(item.id)
    case .failed: if !item.outcome.isSuccess { results.addMatch(item.id) }
    case .slow: if live.isSlow(item.nanoseconds) { results.addMatch(item.id) }
    case .failure: if !item.outcome.isSuccess { pending.append(.screen(.matchFilter(item.id))) }
    case .text(let text): if ResultFilter.text(text, isIn: item.label) { results.addMatch(item.id) }
    }
  }

  private mutating func noteRequeue(_ item: FinishedItem) {
    marks.remove(item.id)
    if results.filter.showsFailures { results.removeMatch(item.id) }
  }

  /// Takes the times from an earlier run of the same items; nil if there are none.
  package mutating func learn(_ past: PastWork?) { live.past = past }

  /// Notes that items do not start in the order of the input, so that the last ones are not the last to start.
  package mutating func itemsStartInAnotherOrder() { live.startsInInputOrder = false }

  /// Prepares what a frame shows, which costs less than if each part of the frame did so for itself.
  package mutating func prepareFrame(at now: Instant) { if case nil = frozen { live.refreshForecast(at: now) } }

  /// Takes how busy the machine is.
  package mutating func learn(_ machine: MachineFacts) { live.machine = machine }

  /// Notes how many results may wait. At the limit, workers wait too.
  package mutating func learn(deliveryWindow: Int) { live.deliveryWindow = deliveryWindow }

  /// Takes the failures so far, in groups.
  package mutating func learn(_ failures: FailureGroups) { live.failureGroups = failures }

  /// Takes the reasons of the items so far, in groups.
  package mutating func learn(_ reasons: ReasonGroups) { live.reasonGroups = reasons }

  /// Takes the machines of the workers, and what the items so far did on each.
  package mutating func learn(_ nodes: [WorkerID: String], _ sums: NodeSums) {
    live.nodes = nodes
    live.nodeSums = sums
  }

  /// Takes why running items take their time, and what the server of a database has done for the run.
  package mutating func learn(running reasons: [ItemID: Reason], _ activity: ServerActivity?) {
    live.runningReasons = reasons
    live.serverActivity = activity
  }

  /// Takes what slow items have in common.
  package mutating func learn(_ traits: [SlowTrait]) { live.slowTraits = traits }

  /// Takes the items whose commands are stopped.
  package mutating func learn(_ stopped: [StoppedItem]) { live.stopped = stopped }

  /// Takes the workers that wait for a connection, each with the reason.
  package mutating func learn(connecting: [WorkerID: String]) { live.connecting = connecting }

  /// Takes the progress of the recorder; nil if the run is not recorded.
  package mutating func observe(_ recorder: RecordingLag.Sample?, at now: Instant) {
    if let recorder { live.recording.observe(recorder, at: now) }
  }
}

// MARK: - Notices

/// A one-line warning or answer that is shown for a while.
package struct Notice: Equatable, Sendable {
  /// How long a notice is shown, in nanoseconds.
  package static let duration: Int64 = 8_000_000_000

  /// May contain untrusted text.
  package var text: String
  /// When it was first shown.
  package var instant: Instant
}

extension Dashboard {
  /// Shows a notice for a while.
  package mutating func notice(_ text: String, at now: Instant) { lastNotice = Notice(text: text, instant: now) }

  /// Shows a notice as the only effect of a command.
  mutating func reply(_ text: String, at now: Instant) -> [Effect] {
    notice(text, at: now)
    return []
  }

  /// Returns the notice to show at `now`, if any.
  package func currentNotice(at now: Instant) -> Notice? {
    lastNotice.flatMap { now.nanoseconds(since: $0.instant) < Notice.duration ? $0 : nil }
  }
}
