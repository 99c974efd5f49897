public import Dashboard
public import ParallelFor
public import Screen

/// The run in one line, for small terminals and for none.
public enum ProgressLine {
  /// Such as `12,345/50,000 24 % · 5 threads · 812/s · 2 failed · p50 3 ms p99 41 ms · 1m 05s left`.
  ///
  /// - Parameter width: the line is cut to so many columns; parts that do not fit are left out from the right.
  public static func text(
    _ dashboard: Dashboard, at now: Instant, width: Int, glyphs: GlyphSet = .unicode
  ) -> String {
    let format = Formatting(glyphs: glyphs)
    let parts = parts(dashboard.facts, at: dashboard.shownInstant(now), format)
    var line = parts[0]
    for part in parts.dropFirst() {
      let longer = "\(line) \(format.dot) \(part)"
      if TextWidth.columns(of: longer) <= width { line = longer }
    }
    return TextWidth.prefix(line, columns: width, ellipsis: glyphs == .unicode ? "…" : "~")
  }

  private static func parts(_ facts: RunFacts, at now: Instant, _ format: Formatting) -> [String] {
    let tally = facts.tally
    var parts = [progress(facts, format)]
    if facts.state != .running { parts.append(facts.ending?.word ?? facts.state.word) }
    parts.append(format.threads(facts))
    parts.append(format.rate(facts.rate(at: now)))
    if tally.unsuccessful > 0 { parts.append("\(format.count(tally.unsuccessful)) failed") }
    let latency = facts.latency.percentiles
    parts.append("p50 \(format.duration(latency.p50)) p99 \(format.duration(latency.p99))")
    let left = format.timeLeft(facts.timeLeft(at: now))
    parts.append(left.isEmpty ? format.clock(facts.stopwatch.wall(at: now)) : left)
    return parts
  }

  private static func progress(_ facts: RunFacts, _ format: Formatting) -> String {
    let finished = format.count(facts.tally.finished)
    guard let total = facts.total else { return "\(finished) done" }
    return "\(finished)/\(format.count(total)) \(format.percent(facts.tally.finished, of: total))"
  }
}
