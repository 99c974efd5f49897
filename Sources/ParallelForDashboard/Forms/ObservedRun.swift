import Attempts
import Dashboard
import ParallelFor

/// A library user's run as the loops see it. It collects the results and keeps ended items for the screen.
final class ObservedRun<Input: Sendable, Value: Sendable>: WatchedRun {
  /// The most bytes of a value's text that are kept.
  private static var longestText: Int { 1 << 20 }

  /// How often results are taken while waiting for the end of the run.
  private static var pollTime: Duration { .milliseconds(50) }

  let waker: Waker
  private let kept: ResultArchive?
  private let run: ParallelRun<Input, Result<Value, any Error>>
  private let title: String
  private var firstEvents: [RunEvent]
  /// The results delivered so far.
  private(set) var results: [ItemID: Result<Value, any Error>] = [:]
  private(set) var isDelivered = false
  private(set) var failures = FailureGroups()

  /// - Throws: An error if the run has no events, or a pipe or a temporary file cannot be made.
  init(_ run: ParallelRun<Input, Result<Value, any Error>>, title: String, keepsResults: Bool) throws(DashboardError) {
    self.run = run
    self.title = title
    waker = try Waker()
    kept = keepsResults ? try ResultArchive() : nil
    firstEvents = run.takeEvents()
    // An observed run starts with an event.
    guard case .runStarted? = firstEvents.first?.kind else {
      throw DashboardError("the run cannot be shown: start it with isObserved: true and leave its events alone")
    }
    for event in firstEvents { keep(event) }
  }

  var steering: any SteeredRun { run }
  var archive: (any ItemArchive)? { kept }
  var inputProblem: String? { nil }

  /// Does nothing, because the run started when it was made.
  func start() {}

  func takeEvents() -> [RunEvent] {
    let events = run.takeEvents()
    for event in events { keep(event) }
    takeResults()
    defer { firstEvents = [] }
    return firstEvents + events
  }

  func retry(_ ids: [ItemID]) -> Int { ids.count { run.retryKept($0, mayBeLate: true) } }

  /// Does nothing, because only this object takes the results.
  func giveUpReaders(after milliseconds: Int) {}

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String { title }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    (ArchivedItem(text: Array(item.label.utf8)), title)
  }

  /// Waits for items that ignore the request to end, because nothing may be left running.
  func waitUntilOver() {
    // A run is not over before its results have been taken.
    while !run.waitUntilOver(within: Self.pollTime) { takeResults() }
  }

  private func takeResults() {
    while !isDelivered {
      guard let batch = run.takeReady(orCall: { [waker] in waker.wake() }) else {
        isDelivered = true
        return
      }
      if batch.isEmpty { return }
      for (id, result) in batch { results[id] = result }
    }
  }

  private func keep(_ event: RunEvent) {
    switch event.kind {
    case .itemFinished(let item): if let reason = Self.reason(item) { failures.add(item.id, reason) }
    case .itemRequeued(let item, _): if let reason = Self.reason(item) { failures.remove(reason) }
    default: break
    }
    guard let kept, case .itemFinished(let item) = event.kind else { return }
    kept.keep(ArchivedItem(text: Array(item.label.utf8)), item, output: .bytes(text(of: item.id)), errors: .empty)
  }

  private static func reason(_ item: FinishedItem) -> FailureReason? {
    FailureReason(item.outcome, line: "", label: item.label)
  }

  /// Returns the value as text; empty for an error, whose text is the outcome's reason.
  private func text(of id: ItemID) -> [UInt8] {
    let result = run.undeliveredRetry(of: id) ?? results[id] ?? run.undeliveredOutput(of: id)
    guard case .success(let value)? = result, Value.self != Void.self else { return [] }
    return Array("\(value)".utf8.prefix(Self.longestText))
  }
}
