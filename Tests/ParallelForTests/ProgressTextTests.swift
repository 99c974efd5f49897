import Testing

@testable import ParallelFor

@Suite struct ProgressTextTests {
  @Test(
    arguments: [
      (ProgressText(done: 0, total: 10, elapsed: 0), "0/10   0 %"),
      (
        ProgressText(done: 12_345, total: 50_000, elapsed: 15_000_000_000),
        "12,345/50,000   24 %   823/s   45 s left"
      ),
      (ProgressText(done: 3, total: nil, elapsed: 2_000_000_000), "3 done   1.5/s"),
      (ProgressText(done: 1, total: 400, elapsed: 4_000_000_000), "1/400   0 %   0.25/s   26m 36s left"),
      (
        ProgressText(done: 10, total: 10, elapsed: 3_600_000_000_000, isOver: true),
        "10/10   100 %   0/s   in 1h 00m"
      ),
      (ProgressText(done: 0, total: 0, elapsed: 5, isOver: true), "0/0   in 0 s"),
      (ProgressText(done: 7, total: 5, elapsed: 1_000_000_000), "7/5   140 %   7.0/s"),
    ])
  func lines(text: ProgressText, line: String) { #expect(text.line == line) }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000")])
  func counts(count: Int, text: String) { #expect(NumberText.count(count) == text) }

  @Test(arguments: [(9.994, "10.0"), (9.94, "9.9"), (10, "10.0"), (99.5, "100"), (1_999.6, "2,000"), (0.051, "0.05")])
  func figures(value: Double, text: String) { #expect(NumberText.figures(value) == text) }

  @Test(
    arguments: [
      (-1, "0 s"), (59, "59 s"), (60, "1m 00s"), (3_599, "59m 59s"), (3_600, "1h 00m"), (100_000, "27h 46m"),
      (360_000, "100 h"),
    ])
  func durations(seconds: Int64, text: String) { #expect(NumberText.clock(seconds * 1_000_000_000) == text) }
}
