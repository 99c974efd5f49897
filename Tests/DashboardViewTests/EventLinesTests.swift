import DashboardView
import ParallelFor
import TestSupport
import Testing

/// Events as plain lines.
@Suite struct EventLinesTests {
  private func lines(_ simulator: inout RunSimulator) -> [String] {
    EventLines(format: Formatting()).lines(simulator.takeEvents(), since: Instant(nanoseconds: 1_000_000_000))
  }

  @Test func whatEndsAndWhatChangesHasALine() {
    var simulator = RunSimulator(items: 2, threads: 1, label: { ["a", "b\u{1B}[2J"][$0] }) { position, _ in
      (1_500_000_000, position == 1 ? .failed(Failure("exit\nstatus 2")) : .succeeded)
    }
    simulator.advanceToEnd()
    let lines = lines(&simulator)
    #expect(lines.contains("    1 s  #1 ok, 1.5 s: a"), "\(lines)")
    #expect(lines.contains("    3 s  #2 failed, 1.5 s: b␛[2J: exit␤status 2"), "\(lines)")
    #expect(lines.last == "    3 s  done")
    #expect(lines.allSatisfy { !$0.unicodeScalars.contains { $0.value < 32 } })
  }

  @Test func manySuccessesAreCountedAndFailuresAreNot() {
    var simulator = RunSimulator(items: 1_000, threads: 4) { position, _ in
      (1_000_000, position % 10 == 0 ? .failed(Failure("no")) : .succeeded)
    }
    simulator.advanceToEnd()
    let lines = lines(&simulator)
    #expect(lines.count { $0.contains(" failed, ") } == 100)
    #expect(lines.count { $0.contains(" ok, ") } == 50)
    #expect(lines.last?.hasSuffix("and 850 more ok") == true)
  }
}
