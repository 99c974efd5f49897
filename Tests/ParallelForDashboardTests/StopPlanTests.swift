import ParallelFor
import Testing

@testable import ParallelForDashboard

/// Returns the instant after a number of seconds.
private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

@Suite struct StopPlanTests {
  private var plan = StopPlan(grace: 10_000_000_000)

  @Test mutating func interruptsFinishThenAskThenInsistThenGiveUp() {
    #expect(plan.interrupted(at: at(0)) == [.finish])
    #expect(plan.tick(at: at(1_000)) == [], "the first interrupt sets no deadline")
    #expect(plan.interrupted(at: at(1_000)) == [.stop(.interrupt)])
    #expect(plan.interrupted(at: at(1_001)) == [.stop(.kill)])
    #expect(plan.interrupted(at: at(1_002)) == [.abandon])
    #expect(plan.reason == .interrupted)
  }

  @Test mutating func terminationEscalatesByTheGraceTime() {
    #expect(plan.mustEnd(.terminated, at: at(0)) == [.finish])
    #expect(plan.tick(at: at(9)) == [])
    #expect(plan.tick(at: at(10)) == [.stop(.interrupt)])
    #expect(plan.tick(at: at(19)) == [])
    #expect(plan.tick(at: at(20)) == [.stop(.kill)])
    #expect(plan.tick(at: at(22)) == [.abandon])
    #expect(plan.tick(at: at(99)) == [])
    #expect(plan.reason == .terminated)
  }

  @Test mutating func askingTurnsIntoInsistingButFinishingWaits() {
    #expect(plan.asked(nil, at: at(0)) == [.finish])
    #expect(plan.tick(at: at(1_000)) == [])
    #expect(plan.asked(.interrupt, at: at(1_000)) == [.stop(.interrupt)])
    #expect(plan.asked(.interrupt, at: at(1_005)) == [])
    #expect(plan.tick(at: at(1_010)) == [.stop(.kill)])
  }

  @Test mutating func quittingKillsAtOnceAndThenGivesUp() {
    #expect(plan.mustQuit(.signal(3), at: at(0)) == [.stop(.kill)])
    #expect(plan.mustQuit(.signal(3), at: at(1)) == [])
    #expect(plan.tick(at: at(2)) == [.abandon])
    #expect(plan.reason == .signal(3))
  }

  @Test mutating func theFirstReasonCounts() {
    _ = plan.mustEnd(.hungUp, at: at(0))
    _ = plan.interrupted(at: at(1))
    _ = plan.asked(.kill, at: at(2))
    #expect(plan.reason == .hungUp)
    #expect(plan.level == 3)
  }

  @Test mutating func aSecondTerminationDoesNotPutTheEndOff() {
    _ = plan.mustEnd(.terminated, at: at(0))
    #expect(plan.mustEnd(.terminated, at: at(9)) == [])
    #expect(plan.tick(at: at(10)) == [.stop(.interrupt)])
  }
}
