import Dashboard
import ParallelFor

/// A library user's run as the loops see it; collects its results and keeps its ended items for the screen.
final class ObservedRun<Input: Sendable, Value: Sendable>: WatchedRun {
  /// What is kept of a value's text.
  private static var longestText: Int { 1 << 20 }

  /// How often one that must be waited for is looked after, in nanoseconds.
  private static var look: Int64 { 50_000_000 }

  let waker: Waker
  private let kept: ResultArchive?
  private let run: ParallelRun<Input, Result<Value, any Error>>
  private let title: String
  private var untold: [RunEvent]
  /// What has been delivered so far.
  private(set) var results: [ItemID: Result<Value, any Error>] = [:]
  private(set) var isDelivered = false

  /// - Throws: when the run has no events, or there is no room for what the screen shows.
  init(_ run: ParallelRun<Input, Result<Value, any Error>>, title: String, keepsResults: Bool) throws(DashboardError) {
    self.run = run
    self.title = title
    waker = try Waker()
    kept = keepsResults ? try ResultArchive() : nil
    untold = run.takeEvents()
    // An observed run begins with an event.
    guard case .runStarted? = untold.first?.kind else {
      throw DashboardError("the run cannot be shown: start it with isObserved: true and leave its events alone")
    }
    for event in untold { keep(event) }
  }

  var steering: any SteeredRun { run }
  var archive: (any ItemArchive)? { kept }
  var inputProblem: String? { nil }

  /// The run began when it was made.
  func start() {}

  func takeEvents() -> [RunEvent] {
    let events = run.takeEvents()
    for event in events { keep(event) }
    takeResults()
    defer { untold = [] }
    return untold + events
  }

  func retry(_ ids: [ItemID]) -> Int { ids.count { run.retryKept($0, mayBeLate: true) } }

  /// Nobody but this takes the results.
  func giveUpReaders(after milliseconds: Int) {}

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String { title }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    (ArchivedItem(text: Array(item.label.utf8)), title)
  }

  /// Waits for items that do not heed being asked to end: nothing may be left running.
  func waitUntilOver() {
    // A run is not over before its results have been taken.
    while !run.waitUntilOver(nanoseconds: Self.look) { takeResults() }
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
    guard let kept, case .itemFinished(let item) = event.kind else { return }
    kept.keep(ArchivedItem(text: Array(item.label.utf8)), item, output: text(of: item.id), errors: [])
  }

  /// The value in words; an error's words are the outcome's reason.
  private func text(of id: ItemID) -> [UInt8] {
    let result = run.undeliveredRetry(of: id) ?? results[id] ?? run.undeliveredOutput(of: id)
    guard case .success(let value)? = result, Value.self != Void.self else { return [] }
    return Array("\(value)".utf8.prefix(Self.longestText))
  }
}
