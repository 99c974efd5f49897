import Attempts
import Dashboard
import Jobs
import OSText
import ParallelFor
import ParallelForDashboard
import RunStore

/// A recorded run for the dashboard's loop: its events come from the file, up to the place of the replay.
final class ReplayedRun: WatchedRun {
  /// The number of items to read at once.
  private static let page = 1_000
  /// About the most events per call, so that keys are read in between.
  private static let mostEvents = 20_000

  let waker: Waker
  let record: RunRecord
  private let reader: RunReader
  private let changes: [RunChange]
  private let ended: RunFileArchive
  private let command: RecordedCommand
  private var timeline: ReplayTimeline
  private var nextNumber = 1
  private var place: Int64 = 0
  private(set) var isBehind = false
  private(set) var inputProblem: String?
  private(set) var failures = FailureGroups()
  private(set) var reasons = ReasonGroups()
  /// The reasons of items whose ends have not been emitted.
  private var reasonsAhead: [ItemID: [Reason]] = [:]

  /// Opens a run; it emits no events before it is played.
  ///
  /// - Throws: if the file is not a run file, or is damaged.
  init(_ reader: RunReader) throws(AppError) {
    self.reader = reader
    waker = try Waker()
    do throws(RunStoreError) {
      record = try reader.record()
      changes = try reader.changes()
    } catch {
      throw AppError(error.description)
    }
    ended = RunFileArchive(reader)
    command = RecordedCommand(record)
    timeline = ReplayTimeline(record, changes)
  }

  // MARK: - For the loop

  var steering: any SteeredRun { NothingToSteer() }
  var archive: (any ItemArchive)? { ended }
  var isDelivered: Bool { true }

  func start() {}
  func giveUpReaders(after milliseconds: Int) {}

  var length: Int64 { timeline.sessions.length }

  func play(to place: Int64) -> Bool {
    defer { self.place = place }
    guard place < self.place else { return false }
    timeline = ReplayTimeline(record, changes, sessions: timeline.sessions)
    failures = FailureGroups()
    reasons = ReasonGroups()
    reasonsAhead = [:]
    nextNumber = 1
    return true
  }

  func takeEvents() -> [RunEvent] {
    var events: [RunEvent] = []
    // At the end, all events are emitted, even if the wall clock was set back during the run.
    let place = place >= length ? .max : place
    repeat {
      while inputProblem == nil, timeline.wantsItems(before: place) { readPage() }
      let before = events.count
      events += timeline.take(before: place, limit: Self.mostEvents - events.count)
      // The time between sessions is skipped, which brings more items within reach.
      isBehind = events.count >= Self.mostEvents
      if events.count == before { break }
    } while !isBehind
    ended.show(until: timeline.latest, events)
    for event in events { note(event.kind) }
    return events
  }

  private func note(_ kind: RunEvent.Kind) {
    switch kind {
    case .itemFinished(let item):
      if let reason = ended.failureReason(of: item) { failures.add(item.id, reason) }
      if let found = reasonsAhead.removeValue(forKey: item.id) {
        reasons.add(item.id, found, latency: item.nanoseconds)
      }
    case .itemRequeued(let item, _): if let reason = ended.failureReason(of: item) { failures.remove(reason) }
    default: return
    }
  }

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String {
    command.invocation(of: Item(item), id, worker)
  }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    guard let kept = ended.item(item.id) else { return nil }
    return (kept, invocation(of: kept, id: item.id, worker: item.worker))
  }

  var runFile: String? { OSFile.absolute(reader.path) }

  func values(inLine line: String) -> [ItemDetail.Field] { command.rowText?.fields(of: line) ?? [] }

  private func readPage() {
    do throws(RunStoreError) {
      let items = try reader.items(from: nextNumber, limit: Self.page)
      if let number = items.last?.number { nextNumber = number + 1 }
      for item in items {
        if let number = item.number, let found = item.attempt?.reasons, !found.isEmpty {
          reasonsAhead[ItemID(number - 1)] = found
        }
      }
      timeline.add(
        try items.map { (item) throws(RunStoreError) in
          (item, item.attempts > 1 || item.attempt == nil ? try reader.earlierAttempts(of: item).map(\.attempt) : [])
        })
    } catch {
      inputProblem = error.description
      timeline.add([])
    }
  }
}

/// Ignores all commands, because a recorded run is over.
private struct NothingToSteer: SteeredRun {
  func setThreads(_ count: Int) {}
  func setThreads(_ choice: AutomaticThreads) {}
  func pause() {}
  func resume() {}
  func finish() {}
  func stop(_ urgency: StopUrgency) {}
  func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool { false }
}
