import Dashboard
import DashboardView
import Foundation
import ParallelFor
import ParallelForDashboard
import RunStore
import Screen
import TestSupport
import Testing

@testable import PForApp

/// A replay shows the same at any moment, however it got there.
@Suite struct ReplayedRunTests {
  static let seeds: [UInt64] = Array(1...24)

  @Test(arguments: seeds)
  func everyMomentIsAsItWas(seed: UInt64) throws {
    let made = MadeUpRun(seed: seed)
    let player = try Player(made)
    var random = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let place = Int64.random(in: 0..<made.length, using: &random)
      player.go(to: place)
      expect(player, shows: made, at: place)
    }
  }

  /// Going forward in small steps, jumping, and going back and forth.
  @Test(arguments: seeds)
  func seekingShowsWhatPlayingShows(seed: UInt64) throws {
    let made = MadeUpRun(seed: seed)
    var random = SeededGenerator(seed: seed)
    let places = (0..<12).map { _ in Int64.random(in: 0...made.length, using: &random) }
    let steady = try Player(made), restless = try Player(made)
    for place in places { restless.go(to: place) }
    var screens: [Int64: [CellGrid]] = [:]
    for place in places.sorted() {
      for step in 1...5 { steady.go(to: steady.place + (place - steady.place) * Int64(step) / 5) }
      screens[place] = steady.screens
    }
    for place in places.shuffled(using: &random) {
      restless.go(to: place)
      let direct = try Player(made)
      direct.go(to: place)
      #expect(restless.dashboard.facts == direct.dashboard.facts)
      #expect(restless.screens == direct.screens)
      #expect(screens[place] == direct.screens)
    }
  }

  @Test(arguments: seeds)
  func aReplayEndsWithTheLastEvent(seed: UInt64) throws {
    let made = MadeUpRun(seed: seed)
    let player = try Player(made)
    player.go(to: made.length - 1)
    #expect(player.dashboard.facts.state != .done)
    player.go(to: made.length)
    let facts = player.dashboard.facts
    #expect(facts.state == .done)
    #expect(facts.latest.nanoseconds == made.length)
    #expect(player.run.length == made.length)
    #expect(facts.liveWorkers == 0)
    #expect(facts.ending == .completed)
  }

  /// Before anything is played, the length is too long at most by the time that ended sessions stayed open, never by
  /// the gap after a kill.
  @Test(arguments: seeds)
  func theLengthIsKnownBeforeAndExactAfterwards(seed: UInt64) throws {
    let made = MadeUpRun(seed: seed)
    let player = try Player(made)
    #expect(player.run.length == made.length + made.openTime)
    player.go(to: made.length)
    player.go(to: 0)
    #expect(player.run.length == made.length)
  }

  @Test func theEventsKeepTheirPromises() throws {
    for seed in Self.seeds {
      let made = MadeUpRun(seed: seed)
      let player = try Player(made)
      _ = player.run.play(to: made.length)
      var last = Instant(nanoseconds: 0)
      var busy: Set<WorkerID> = []
      var alive: Set<WorkerID> = []
      for (index, event) in player.run.takeEvents().enumerated() {
        #expect(event.sequence == UInt64(index))
        #expect(event.instant >= last)
        last = event.instant
        switch event.kind {
        case .workerStarted(let id): #expect(alive.insert(id).inserted)
        case .workerStopped(let id):
          #expect(alive.remove(id) != nil)
          #expect(!busy.contains(id))
        case .itemStarted(let item):
          #expect(alive.contains(item.worker))
          #expect(busy.insert(item.worker).inserted)
        case .itemFinished(let item), .attemptFailed(let item, _): #expect(busy.remove(item.worker) != nil)
        default: break
        }
      }
      #expect(alive.isEmpty)
    }
  }

  @Test func anOpenItemIsReloadedWhereItHasNotEndedYet() throws {
    let made = MadeUpRun(seed: 3, sessions: 1)
    let player = try Player(made)
    player.go(to: made.length)
    _ = player.dashboard.perform(.show(.results))
    _ = player.dashboard.perform(.open)
    let id = try #require(player.dashboard.openItem)
    player.dashboard.showDetail(ItemDetail(id: id, label: "ended"))
    player.go(to: 1)
    #expect(player.dashboard.openItem == id)
    #expect(player.dashboard.detail == nil)
    let first = try #require(made.attempts.filter { $0.number == id.number }.min { $0.start < $1.start })
    player.go(to: first.start)
    #expect(player.effects.contains(.screen(.loadDetail(id))))
  }

  private func expect(_ player: Player, shows made: MadeUpRun, at place: Int64) {
    let facts = player.dashboard.facts
    let states = (1...made.items).map { made.state(of: $0, at: place) }
    let count = { (wanted: (MadeUpRun.State) -> Bool) in states.count(where: wanted) }
    #expect(facts.tally.succeeded == count { $0 == .ended(.succeeded) })
    #expect(facts.tally.failed == count { $0 == .ended(.failed(Failure("no"))) })
    #expect(facts.tally.timedOut == count { $0 == .ended(.timedOut) })
    #expect(facts.tally.cancelled == count { $0 == .ended(.cancelled) })
    #expect(facts.tally.running == count { $0 == .running })
    #expect(facts.tally.waiting == count { $0 == .waiting })
    #expect(facts.tally.queued == count { $0 == .unknown })
    #expect(facts.total == made.items)
    let latencies = made.latencies(at: place)
    #expect(facts.latency.count == latencies.count)
    #expect(facts.latency.maximum == latencies.max())
    #expect(facts.targetWorkers == made.targets.last { $0.place <= place }?.threads)
    if made.attempts.allSatisfy({ $0.start <= place }) {
      #expect(facts.liveWorkers == facts.tally.running)
    } else {
      #expect(facts.liveWorkers - facts.drainingWorkers == facts.targetWorkers)
    }
    let isPaused = made.pauses.contains { $0.begin <= place && place < $0.end }
    #expect((facts.state == .paused) == isPaused)
    let paused = made.pauses.reduce(0) { $0 + max(0, min($1.end, place) - $1.begin) }
    #expect(facts.stopwatch.wall(at: Instant(nanoseconds: place)) == place)
    #expect(facts.stopwatch.active(at: Instant(nanoseconds: place)) == place - paused)
    for row in player.rows { #expect(row.line == "out \(row.id.number)") }
  }
}

/// Plays a made-up run as the dashboard's loop does.
private final class Player {
  let run: ReplayedRun
  var dashboard = Dashboard(title: "made up", source: "items")
  private(set) var place: Int64 = 0
  private(set) var effects: [Effect] = []
  private let reader: RunReader
  private let folder: String

  init(_ made: MadeUpRun) throws {
    var name = Array("/tmp/pfor-replay-XXXXXX".utf8CString)
    try #require(mkdtemp(&name) != nil)
    folder = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    try made.record(to: "\(folder)/run")
    reader = try RunReader(path: "\(folder)/run")
    run = try ReplayedRun(reader)
  }

  deinit {
    reader.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  func go(to place: Int64) {
    self.place = place
    effects = []
    if run.play(to: place) { dashboard.rewind() }
    repeat {
      for event in run.takeEvents() { dashboard.apply(event) }
      effects += dashboard.takeEffects()
    } while run.isBehind
  }

  /// The rows of the ended items that the screen shows.
  var rows: [ResultRow] {
    dashboard.visibleResults.compactMap { run.archive?.row($0) }.filter { $0.state == .succeeded }
  }

  /// The screens at three sizes.
  var screens: [CellGrid] {
    [Size(width: 120, height: 36), Size(width: 80, height: 24), Size(width: 40, height: 10)].map { size in
      let view = DashboardView()
      var dashboard = dashboard
      dashboard.rows = view.layout(for: size, of: dashboard).rows
      dashboard.showResults(dashboard.visibleResults.compactMap { run.archive?.row($0) })
      return view.draw(dashboard, at: Instant(nanoseconds: place), size: size)
    }
  }
}
