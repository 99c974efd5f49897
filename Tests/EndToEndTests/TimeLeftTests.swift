import Foundation
import TestSupport
import Testing

/// The time left after a change of threads, on a server that does ten items a second whatever the number of threads.
@Suite(.serialized) struct TimeLeftTests {
  private static let items = 320

  /// A busy machine can slow the server in the middle of a run, so that no estimate could be right: a run may be repeated.
  @Test func aChangeOfThreadsDoesNotPromiseWhatTheServerCannotDo() throws {
    var problems: [String] = []
    for _ in 0..<3 {
      problems = try run()
      if problems.isEmpty { return }
    }
    Issue.record("\(problems)")
  }

  private func run() throws -> [String] {
    let session = try TmuxSession(width: 120, height: 36)
    let server = ": {}; exec flock LOCK sleep 0.1"
    try session.type("seq \(Self.items) > ids; clear; pfor-tui ids -j1 --no-run --shell '\(server)'")
    try wait(for: 30, in: session)
    try session.send("]")
    // Eight seconds of work.
    let more = try timeLeft(after: 110, in: session)
    try session.send("[")
    let fewer = try timeLeft(after: 190, in: session)
    try wait(for: Self.items, in: session)
    let end = Date()
    return [("1 to 6 threads", more), ("6 to 1", fewer)].compactMap { name, read in
      let truth = end.timeIntervalSince(read.date)
      let isInside = truth >= read.range.lowerBound && truth <= read.range.upperBound + 1
      let middle = (read.range.lowerBound + read.range.upperBound) / 2
      return isInside || abs(middle - truth) <= 0.3 * truth ? nil : "\(name): \(read.range) s left, truly \(truth)"
    }
  }

  private func wait(for count: Int, in session: TmuxSession) throws {
    try session.wait("\(count) items") { Self.done($0) >= count }
  }

  private static func done(_ screen: String) -> Int { screen.firstMatch(of: /(\d+) ok/).flatMap { Int($0.1) } ?? 0 }

  /// Waits until so many items have ended, and reads how long the rest will take.
  private func timeLeft(after count: Int, in session: TmuxSession) throws -> (range: ClosedRange<Double>, date: Date) {
    try wait(for: count, in: session)
    let screen = try session.capture()
    let date = Date()
    let found = try #require(screen.firstMatch(of: /(\d+) s(?: – (\d+) s)? left/), "\(screen)")
    let low = try #require(Double(found.1))
    return (low...max(low, found.2.flatMap { Double($0) } ?? low), date)
  }
}
