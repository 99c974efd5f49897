import Dashboard
import ParallelFor
import Testing

@Suite struct ReplayClockTests {
  private static let second: Int64 = 1_000_000_000

  private func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Int64(seconds * 1e9)) }

  /// A dashboard that replays a run from the instant 0 on.
  private func dashboard(speed: Double = 1, seconds: Int64 = 100) -> Dashboard {
    Dashboard(
      title: "", source: "", replay: ReplayClock(speed: speed, length: seconds * Self.second, at: at(0)))
  }

  private func place(_ dashboard: Dashboard, at seconds: Double) -> Double? {
    dashboard.replay.map { Double($0.place(at: at(seconds))) / 1e9 }
  }

  @Test(
    arguments: [(1, 5, 5), (10, 5, 50), (10, 50, 100), (0.5, 5, 2.5), (.infinity, 0, 100)] as [(Double, Double, Double)]
  )
  func playsAtItsSpeedAndStopsAtTheEnd(speed: Double, seconds: Double, expected: Double) {
    #expect(place(dashboard(speed: speed), at: seconds) == expected)
  }

  @Test func aChangeOfSpeedDoesNotMoveIt() {
    var dashboard = dashboard()
    _ = dashboard.perform(.moreThreads, at: at(10))
    #expect(dashboard.replay?.speed == 2)
    #expect(place(dashboard, at: 10) == 10)
    #expect(place(dashboard, at: 15) == 20)
    _ = dashboard.perform(.fewerThreads, at: at(15))
    _ = dashboard.perform(.fewerThreads, at: at(15))
    #expect(dashboard.replay?.speed == 0.5)
    #expect(place(dashboard, at: 25) == 25)
  }

  @Test func speedHasBounds() {
    var dashboard = dashboard(seconds: 1_000_000)
    for _ in 0..<20 { _ = dashboard.perform(.moreThreads, at: at(0)) }
    #expect(dashboard.replay?.speed == .infinity)
    for _ in 0..<30 { _ = dashboard.perform(.fewerThreads, at: at(0)) }
    #expect(dashboard.replay?.speed == 0.125)
  }

  @Test func aPauseStopsTheClock() {
    var dashboard = dashboard()
    _ = dashboard.perform(.togglePause, at: at(10))
    #expect(place(dashboard, at: 1_000) == 10)
    _ = dashboard.perform(.togglePause, at: at(1_000))
    #expect(place(dashboard, at: 1_005) == 15)
  }

  @Test(arguments: [false, true])
  func seekingGoesATenthAndStaysInTheRun(isPaused: Bool) {
    var dashboard = dashboard()
    _ = isPaused ? dashboard.perform(.togglePause, at: at(5)) : []
    _ = dashboard.perform(.manyMoreThreads, at: at(5))
    #expect(place(dashboard, at: 5) == 15)
    for _ in 0..<20 { _ = dashboard.perform(.manyMoreThreads, at: at(5)) }
    #expect(place(dashboard, at: 5) == 100)
    _ = dashboard.perform(.manyFewerThreads, at: at(5))
    #expect(place(dashboard, at: 5) == 90)
    for _ in 0..<20 { _ = dashboard.perform(.manyFewerThreads, at: at(5)) }
    #expect(place(dashboard, at: 5) == 0)
    #expect(dashboard.replay?.isPaused == isPaused)
  }

  @Test func aPlaceSoughtAtTheHighestSpeedIsNotLeftAtOnce() {
    var dashboard = dashboard(speed: .infinity)
    _ = dashboard.perform(.manyFewerThreads, at: at(1))
    #expect(place(dashboard, at: 50) == 90)
    #expect(dashboard.replay?.isPaused == true)
    _ = dashboard.perform(.togglePause, at: at(50))
    #expect(place(dashboard, at: 50) == 100)
  }

  @Test func aRunThatTurnsOutShorterEndsThere() {
    var dashboard = dashboard()
    dashboard.followReplay(length: 40 * Self.second, isBehind: false, at: at(50))
    #expect(place(dashboard, at: 50) == 40)
    #expect(place(dashboard, at: 90) == 40)
    _ = dashboard.perform(.manyFewerThreads, at: at(90))
    #expect(place(dashboard, at: 90) == 36)
    dashboard.followReplay(length: 40 * Self.second, isBehind: false, at: at(91))
    #expect(place(dashboard, at: 92) == 38)
  }

  /// While events are being read, the screen shows the time that they have reached.
  @Test func theScreenIsNeverAheadOfTheEvents() {
    var dashboard = dashboard()
    dashboard.apply(RunEvent(sequence: 0, instant: at(3), kind: .runStarted(targetWorkers: 1)))
    dashboard.followReplay(length: 100 * Self.second, isBehind: true, at: at(50))
    #expect(dashboard.shownInstant(at(50)) == at(3))
    _ = dashboard.perform(.togglePause, at: at(50))
    dashboard.followReplay(length: 100 * Self.second, isBehind: false, at: at(50))
    #expect(dashboard.shownInstant(at(60)) == at(3))
  }

  /// Not even a length makes a live run a replay.
  @Test func aLiveRunIsNoReplay() {
    var dashboard = Dashboard(title: "", source: "")
    dashboard.followReplay(length: 5, isBehind: true, at: at(1))
    #expect(dashboard.replay == nil)
  }

  @Test func nothingInAReplayAsksForThreadsOrStops() {
    var dashboard = dashboard()
    for command in [Command.promptThreads, .setThreads(3), .killItem, .moreThreads, .togglePause, .manyMoreThreads] {
      #expect(dashboard.perform(command, at: at(1)) == [])
    }
    #expect(dashboard.overlay == nil)
    for command in [Command.quit, .interrupt] { #expect(dashboard.perform(command, at: at(1)) == [.screen(.quit)]) }
  }
}
