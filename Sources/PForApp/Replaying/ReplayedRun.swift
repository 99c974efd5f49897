import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// A run file as the dashboard's loop sees a run: its events come from the file, as far as it is played.
final class ReplayedRun: WatchedRun {
  /// How many items are read at once.
  private static let page = 1_000
  /// About how many events are told in one go, so that keys are heard in between.
  private static let mostEvents = 20_000

  let waker: Waker
  let record: RunRecord
  private let reader: RunReader
  private let changes: [RunChange]
  private let ended: RunFileArchive
  private let job: (any Job)?
  private var timeline: ReplayTimeline
  private var nextNumber = 1
  private var place: Int64 = 0
  private(set) var isBehind = false
  private(set) var inputProblem: String?

  /// Opens a run; nothing is told before it is played.
  ///
  /// - Throws: when the file is no run file, or damaged.
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
    job = RecordedJob.of(record)
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
    nextNumber = 1
    return true
  }

  func takeEvents() -> [RunEvent] {
    var events: [RunEvent] = []
    // At the end everything is told, though clocks on the wall may have been set back.
    let place = place >= length ? .max : place
    repeat {
      while inputProblem == nil, timeline.wantsItems(before: place) { readPage() }
      let before = events.count
      events += timeline.take(before: place, limit: Self.mostEvents - events.count)
      // Between sessions time is skipped, and more items come within reach.
      isBehind = events.count >= Self.mostEvents
      if events.count == before { break }
    } while !isBehind
    ended.show(until: timeline.latest, events)
    return events
  }

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String {
    job?.invocation(of: Item(item), id: id, worker: worker) ?? record.title
  }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    guard let kept = ended.item(item.id) else { return nil }
    return (kept, invocation(of: kept, id: item.id, worker: item.worker))
  }

  private func readPage() {
    do throws(RunStoreError) {
      let items = try reader.items(from: nextNumber, limit: Self.page)
      if let number = items.last?.number { nextNumber = number + 1 }
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

/// A run that is over obeys nobody.
private struct NothingToSteer: SteeredRun {
  func setThreads(_ count: Int) {}
  func pause() {}
  func resume() {}
  func finish() {}
  func stop(_ urgency: StopUrgency) {}
  func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool { false }
}

/// The job of a recorded run, to say what was done to an item.
private enum RecordedJob {
  /// Nil for a query, whose database need not be there any more: its text says enough.
  static func of(_ record: RunRecord) -> (any Job)? {
    switch record.kind {
    case "command": CommandJob(Template(arguments: record.command))
    case "shell": record.command.last.map { CommandJob(Template(shell: $0)) }
    default: nil
    }
  }
}
