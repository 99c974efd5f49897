package import Dashboard
package import ParallelFor
package import Screen

/// Describes the run in one line, for small terminals and for runs without a dashboard.
package enum ProgressLine {
  /// Returns the line: `12,345/50,000 24 % · 5 threads · 812/s · 2 failed · p50 3 ms p99 41 ms · 1m 05s left`.
  ///
  /// - Parameter width: The columns of the line. If not all parts fit, the least important ones are left out.
  package static func text(
    _ dashboard: Dashboard, at now: Instant, width: Int, glyphs: GlyphSet = .unicode
  ) -> String {
    let format = Formatting(glyphs: glyphs)
    let parts = parts(dashboard.facts, at: dashboard.shownInstant(now), format)
    var line = ""
    var kept: Set<Int> = []
    for index in parts.indices.sorted(by: { (parts[$0].rank, $0) < (parts[$1].rank, $1) }) {
      let longer = kept.union([index]).sorted().map { parts[$0].text }.joined(separator: " \(format.dot) ")
      guard kept.isEmpty || TextWidth.columns(of: longer) <= width else { continue }
      kept.insert(index)
      line = longer
    }
    return TextWidth.prefix(line, columns: width, ellipsis: glyphs.ellipsis)
  }

  /// Returns the parts from left to right. A lower rank means a more important part.
  private static func parts(_ facts: RunFacts, at now: Instant, _ format: Formatting) -> [(text: String, rank: Int)] {
    let tally = facts.tally
    var parts = [(progress(facts, format), 0)]
    if facts.state != .running { parts.append((facts.ending?.word ?? facts.state.word, 1)) }
    parts.append((format.threads(facts), 4))
    parts.append((format.rate(facts.rate(at: now)), 5))
    if let hold = format.hold(facts) { parts.append((hold, 2)) }
    if let recording = format.recording(facts) { parts.append((recording, 7)) }
    if tally.unsuccessful > 0 { parts.append(("\(format.count(tally.unsuccessful)) failed", 2)) }
    if let most = format.commonestFailure(facts) { parts.append((most, 8)) }
    let latency = facts.latency.percentiles
    parts.append(("p50 \(format.duration(latency.p50)) p99 \(format.duration(latency.p99))", 6))
    let left = format.timeLeft(facts.timeLeft(at: now))
    parts.append((left.isEmpty ? format.clock(facts.stopwatch.wall(at: now)) : left, 3))
    return parts
  }

  private static func progress(_ facts: RunFacts, _ format: Formatting) -> String {
    let finished = format.count(facts.tally.finished)
    guard let total = facts.total else { return "\(finished) done" }
    return "\(finished)/\(format.count(total)) \(format.percent(facts.tally.finished, of: total))"
  }
}
