import ParallelFor
import TestSupport
import Testing

@testable import Dashboard

/// The grouping of failures by their reasons, and the counts.
@Suite struct FailureGroupTests {
  private static func reason(_ reason: String, _ line: String = "", label: String = "order") -> FailureReason {
    FailureReason(reason, line: line, label: label)
  }

  @Test(arguments: [
    ("exit status 22", "curl: (22) The requested URL returned error: 404", "the same"),
    ("exit status 1", "cat: /srv/a/1.txt: No such file", "exit status 1: cat: …: No such file"),
    ("exit status 1", "GET http://x:8765/a?b=1 failed", "exit status 1: GET … failed"),
    ("exit status 1", "no order order-12345 in 10.0.0.17:5432", "exit status 1: no {} {}-… in …"),
    ("exit status 1", "request 4f3c2a10-9b1d-4c5e-8a77-0123456789ab lost", "exit status 1: request … lost"),
    ("exit status 1", "took 1234 ms", "exit status 1: took … ms"), ("timed out", "", "timed out"),
    ("refused\nsecond line", "", "refused"),
    ("exit status 1", "and/or either", "exit status 1: and/or either"),
    ("exit status 1", "(\"id=77777\"),  twice", "exit status 1: (\"id=…\"), twice"),
  ])
  func detailsOfItemsAreFolded(reason: String, line: String, expected: String) {
    #expect(Self.reason(reason, line).fine == (expected == "the same" ? "\(reason): \(line)" : expected))
  }

  @Test func onlyTheRoughTextHasNoNumbers() {
    let reason = Self.reason("exit status 22", "curl: (22) error: 404")
    #expect(reason.rough == "exit status …: curl: (…) error: …")
    #expect(reason != Self.reason("exit status 22", "curl: (22) error: 500"))
    #expect(reason.rough == Self.reason("exit status 22", "curl: (22) error: 500").rough)
  }

  @Test func outcomesThatAreNoFailuresHaveNoReason() {
    #expect(FailureReason(.succeeded, line: "x", label: "") == nil)
    #expect(FailureReason(.cancelled, line: "x", label: "") == nil)
    #expect(FailureReason(.timedOut, line: "what it said before", label: "")?.fine == "timed out")
  }

  @Test func statusesAreGroupsWithTheirFirstAndLatestItem() {
    var groups = FailureGroups()
    for position in 0..<37 {
      groups.add(ItemID(position), Self.reason("exit status 22", "error: \(position < 22 ? 500 : 404)"))
    }
    groups.add(ItemID(99), Self.reason("timed out"))
    let found = groups.groups
    #expect(found.map(\.count) == [22, 15, 1] && groups.count == 38)
    #expect(found.map(\.reason) == ["exit status 22: error: 500", "exit status 22: error: 404", "timed out"])
    #expect(found[0].first == ItemID(0) && found[0].latest == ItemID(21) && found[1].first == ItemID(22))
  }

  @Test func manyNumbersAreOneGroup() {
    var groups = FailureGroups()
    for position in 0..<100 { groups.add(ItemID(position), Self.reason("exit status 1", "line \(position) is bad")) }
    #expect(groups.groups.map(\.count) == [100])
    #expect(groups.groups[0].reason == "exit status …: line … is bad")
    #expect(groups.groups[0].first == ItemID(0) && groups.groups[0].latest == ItemID(99))
    #expect(FailureGroups.group(groups.groups[0].reason, has: Self.reason("exit status 1", "line 5 is bad")))
  }

  @Test func anItemThatIsTriedAgainNoLongerCounts() {
    var groups = FailureGroups()
    for position in 0..<3 { groups.add(ItemID(position), Self.reason("no")) }
    groups.remove(Self.reason("no"))
    #expect(groups.groups.map(\.count) == [2])
    groups.remove(Self.reason("never seen"))
    for _ in 0..<9 { groups.remove(Self.reason("no")) }
    #expect(groups.groups.isEmpty && groups.count == 0)
  }

  /// Whatever items write, the memory is bounded, and no failure is lost or counted twice.
  @Test func anyTextsAreCounted() {
    var random = SeededGenerator(seed: 5)
    var groups = FailureGroups()
    var reasons: [FailureReason] = []
    for position in 0..<3_000 {
      let length = Int.random(in: 0...12, using: &random)
      let letters = (0..<length).compactMap { _ in "ab 0/.:\u{301}é…({".randomElement(using: &random) }
      let reason = Self.reason("r", String(letters))
      reasons.append(reason)
      groups.add(ItemID(position), reason)
    }
    #expect(groups.count == 3_000)
    #expect(groups.groups.count <= 1_300)
    #expect(groups.groups.map(\.count) == groups.groups.map(\.count).sorted(by: >))
    for reason in reasons { groups.remove(reason) }
    #expect(groups.count == 0)
  }

  // MARK: On the screen

  @Test func enterShowsTheItemsOfAReason() {
    var (dashboard, script) = Dashboard.running(items: 9, threads: 1)
    var groups = FailureGroups()
    for position in 0..<3 { groups.add(ItemID(position), Self.reason("no", position < 2 ? "404" : "500")) }
    dashboard.learn(groups)
    _ = dashboard.perform(.show(.failures))
    _ = dashboard.perform(.moveDown)
    #expect(dashboard.perform(.open) == [.screen(.scanFilter(.failure("no: 500")))])
    #expect(dashboard.focus == .results && dashboard.results.filter.name == "no: 500")
    dashboard.apply(script(.itemFinished(script.finished(0, .failed(Failure("no"))))))
    #expect(dashboard.takeEffects() == [.screen(.matchFilter(ItemID(0)))])
    dashboard.filterMatched([ItemID(2)], scanned: 3, done: true)
    dashboard.filterMatched([ItemID(0)])
    #expect(dashboard.visibleResults == [ItemID(0), ItemID(2)])
    dashboard.apply(script(.itemRequeued(script.finished(0, .failed(Failure("no"))), wasRestored: false)))
    #expect(dashboard.visibleResults == [ItemID(2)])
  }

  @Test func tabLeavesOutAPanelWithoutRoom() {
    var (dashboard, _) = Dashboard.running(items: 9, threads: 1)
    dashboard.rows.lists = [.workers: 5, .latency: 5, .slow: 5, .results: 5]
    _ = dashboard.perform(.nextPanel)
    #expect(dashboard.focus == .latency)
    dashboard.rows.lists[.failures] = 3
    _ = dashboard.perform(.previousPanel)
    #expect(dashboard.focus == .failures)
  }
}
