import Dashboard
import ParallelFor
import ParallelForDashboard
import Screen
import TestSupport
import Testing

@testable import PForApp

/// Replays in which more events happen in a moment than one call returns, as with many brief items.
@Suite struct DenseReplayTests {
  static let speeds = [0.1, 1, 10, 1_000, .infinity]

  @Test(arguments: [10, 10_000], speeds)
  func everyItemIsShownAtEverySpeed(items: Int, speed: Double) throws {
    let facts = try show(DenseReplay(items: items), speed)
    #expect(facts.tally.succeeded == items)
    #expect(facts.state == .done)
  }

  @Test func aMillionItemsAreShown() throws {
    #expect(try show(DenseReplay(items: 1_000_000), .infinity).tally.succeeded == 1_000_000)
  }

  /// Shows the replay in the program's own loop, driven by a script.
  private func show(_ run: DenseReplay, _ speed: Double) throws -> RunFacts {
    let display = ScriptDisplay(try Script(":wait finished\n4Gq", name: "steps"), environment: [:])
    let replay = ReplayClock(speed: speed, length: run.length, at: MonotonicClock.now)
    let loop = DashboardLoop(
      run, Dashboard(title: "dense", source: "items", replay: replay), controller: RunController(run, grace: 0),
      on: display, signals: -1, themes: ThemeRing(environment: [:]), glyphs: .unicode, leavesAtEnd: false)
    _ = loop.run()
    if let failure = display.failure { throw failure }
    return loop.dashboard.live
  }
}

/// A past run of many items within ten milliseconds. Its events come in parts, as from a run file.
private final class DenseReplay: WatchedRun {
  private static let most = 20_000

  let waker: Waker
  let length: Int64 = 10_000_000
  let steering: any SteeredRun = Unsteered()
  private let items: Int
  private var told = 0
  private var sequence: UInt64 = 0
  private var place: Int64 = 0
  private(set) var isBehind = false

  init(items: Int) throws {
    self.items = items
    waker = try Waker()
  }

  var archive: (any ItemArchive)? { nil }
  var isDelivered: Bool { true }
  var inputProblem: String? { nil }

  func start() {}
  func giveUpReaders(after milliseconds: Int) {}
  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String { "" }
  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? { nil }

  func play(to place: Int64) -> Bool {
    self.place = place
    return false
  }

  func takeEvents() -> [RunEvent] {
    var events: [RunEvent] = []
    if sequence == 0 { events += [event(.runStarted(targetWorkers: 1), at: 0), event(.totalKnown(items), at: 0)] }
    let due = Int(Double(items) * Double(place) / Double(length))
    let end = min(due, told + Self.most)
    isBehind = end < due
    for position in told..<end {
      let instant = length * Int64(position) / Int64(items)
      events.append(event(.itemFinished(Self.item(position, at: instant)), at: instant))
    }
    if told < items, end == items { events.append(event(.runFinished(.completed), at: length)) }
    told = end
    return events
  }

  private static func item(_ position: Int, at instant: Int64) -> FinishedItem {
    FinishedItem(
      id: ItemID(position), worker: WorkerID(1), attempt: 1, start: Instant(nanoseconds: instant),
      end: Instant(nanoseconds: instant), outcome: .succeeded, label: "item")
  }

  private func event(_ kind: RunEvent.Kind, at instant: Int64) -> RunEvent {
    defer { sequence += 1 }
    return RunEvent(sequence: sequence, instant: Instant(nanoseconds: instant), kind: kind)
  }
}

private struct Unsteered: SteeredRun {
  func setThreads(_ count: Int) {}
  func pause() {}
  func resume() {}
  func finish() {}
  func stop(_ urgency: StopUrgency) {}
  func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool { false }
}
