import Dashboard
import ParallelFor
import Testing

@Suite struct RecordingLagTests {
  private struct Said: Sendable {
    let milliseconds: Int64
    let written: Int
    let waiting: Int
    var isFull = false
  }

  /// Returns what is shown after each sample.
  private func shown(_ said: [Said]) -> [Int?] {
    var dashboard = Dashboard(title: "", source: "")
    return said.map {
      let sample = RecordingLag.Sample(written: $0.written, waiting: $0.waiting, isFull: $0.isFull)
      dashboard.observe(sample, at: Instant(nanoseconds: $0.milliseconds * 1_000_000))
      return dashboard.facts.recording.behind
    }
  }

  private func said(_ milliseconds: Int64, _ written: Int, _ waiting: Int, full: Bool = false) -> Said {
    Said(milliseconds: milliseconds, written: written, waiting: waiting, isFull: full)
  }

  @Test func anAdvancingRecorderIsNotBehindHoweverMuchWaits() {
    #expect(
      shown([said(0, 0, 500), said(900, 500, 700), said(1_800, 1_200, 900), said(9_000, 9_000, 0)]) == [
        nil, nil, nil, nil,
      ])
  }

  @Test func aRecordThatHasWaitedForASecondIsBehind() {
    #expect(shown([said(0, 0, 3), said(999, 2, 5), said(1_000, 2, 7), said(5_000, 2, 9)]) == [nil, nil, 7, 9])
  }

  @Test func itDoesNotFlicker() {
    let all = [said(0, 0, 3), said(1_000, 0, 4), said(1_100, 4, 2), said(2_900, 6, 1), said(3_100, 7, 1)]
    #expect(shown(all) == [nil, 4, 2, 1, nil])
    #expect(shown([said(0, 0, 3), said(1_000, 0, 4), said(1_100, 4, 0)]) == [nil, 4, nil])
  }

  @Test func aFullRecorderIsBehindAtOnce() {
    #expect(
      shown([said(0, 0, 0, full: true), said(1, 0, 3_200, full: true), said(500, 3_200, 10)]) == [nil, 3_200, 10])
  }

  @Test func withoutARecorderNothingIsShown() {
    var dashboard = Dashboard(title: "", source: "")
    dashboard.observe(nil, at: Instant(nanoseconds: 5_000_000_000))
    #expect(dashboard.facts.recording.behind == nil)
  }
}
