package import Dashboard
package import ParallelFor
package import Screen

/// Describes the run after the dashboard has closed, or at the end of a run without one.
package enum Summary {
  private static let slowestShown = 5

  /// Returns the summary as lines that are safe to print.
  ///
  /// - Parameters:
  ///   - width: The columns to which lines are cut, except the command line.
  ///   - allSessions: The state of the whole run, if this session resumed it and left items undone. The session may not
  ///     have reached all items, so the first line then counts only the session's own items.
  ///   - command: The exact command line to run this again; nil to leave it out.
  ///   - errors: Returns the last line of an item's errors, shown after the reason of its failure; nil if unknown.
  package static func lines(
    _ dashboard: Dashboard, at now: Instant, width: Int, glyphs: GlyphSet = .unicode,
    allSessions: AllSessions? = nil, command: String? = nil, errors: (ItemID) -> String? = { _ in nil }
  ) -> [String] {
    let cursor = Writer(facts: dashboard.live, now: now, format: Formatting(glyphs: glyphs), width: width)
    let counts =
      if let allSessions { [cursor.ofSession, cursor.whole(allSessions)] } else { [cursor.counts, cursor.earlier] }
    let lines =
      counts + [cursor.times, cursor.latency] + cursor.why + [cursor.threads, cursor.halt] + cursor.slowest
      + cursor.failures(errors)
      + (allSessions == nil ? cursor.missing : [])
    let cut = lines.compactMap { $0 }.map {
      TextWidth.prefix($0, columns: max(1, width), ellipsis: glyphs.ellipsis)
    }
    return cut + (command.map { ["run it again: \(SafeText.visible($0))"] } ?? [])
  }

  private struct Writer {
    let facts: RunFacts
    let now: Instant
    let format: Formatting
    let width: Int

    var counts: String {
      let tally = facts.tally
      let parts = outcomes(tally.succeeded, tally.failed, tally.timedOut, tally.cancelled)
      return "\(state): \(parts) of \(format.plural(facts.total ?? tally.known, "item"))"
    }

    /// The counts of the items that this session ran.
    var ofSession: String {
      let (tally, before) = (facts.tally, facts.restored)
      let bad = max(0, tally.unsuccessful - (before.count - before.succeeded))
      let parts = outcomes(max(0, tally.succeeded - before.succeeded), bad, 0, tally.cancelled)
      return "\(state): \(parts) in this session"
    }

    func whole(_ all: AllSessions) -> String {
      let parts = outcomes(all.succeeded, all.failed, all.timedOut, 0)
      guard let total = all.total, let left = all.left else { return "all sessions: \(parts)" }
      return "all sessions: \(parts) of \(format.plural(total, "item")), \(format.count(left)) left"
    }

    private var state: String { facts.ending?.word ?? facts.state.word }

    private func outcomes(_ succeeded: Int, _ failed: Int, _ timedOut: Int, _ stopped: Int) -> String {
      let more = [(failed, "failed"), (timedOut, "timed out"), (stopped, "stopped")].filter { $0.0 > 0 }
      return (["\(format.count(succeeded)) ok"] + more.map { "\(format.count($0)) \($1)" }).joined(separator: ", ")
    }

    var times: String? {
      let wall = facts.stopwatch.wall(at: now), active = facts.stopwatch.active(at: now)
      let paused = wall - active >= 1_000_000_000 ? " (\(format.duration(wall - active)) of it paused)" : ""
      return "in \(format.duration(wall))\(paused), \(format.rate(facts.rate(at: now)))"
    }

    var latency: String? {
      let latency = facts.latency
      guard latency.count > 0 else { return nil }
      let values = latency.percentiles
      let named = [("p50", values.p50), ("p90", values.p90), ("p95", values.p95), ("p99", values.p99)]
      let parts = named.map { "\($0) \(format.duration($1))" } + ["max \(format.duration(latency.maximum))"]
      return "latency: \(parts.joined(separator: "  "))"
    }

    /// Why items took their time, and on a line of its own what would help.
    var why: [String] {
      format.mainReason(facts.reasonGroups, busy: facts.busyTime(at: now)).enumerated().map {
        ($0.offset == 0 ? "why: " : "     ") + $0.element
      }
    }

    /// Whether more threads would have helped.
    var threads: String? {
      format.advice(facts.threadAdvice, isOver: true).first.map { "threads: \($0)" }
    }

    var earlier: String? {
      guard facts.restored.count > 0 else { return nil }
      return "done before: \(format.plural(facts.restored.count, "item"))"
    }

    var halt: String? {
      if facts.isOutOfTime { return "the time budget is spent: no further items were started" }
      guard let halted = facts.halted else { return nil }
      return "halted: \(halted.reason)"
    }

    var slowest: [String] {
      let items = facts.slowest.sorted().prefix(Summary.slowestShown)
      guard items.count > 1, let median = facts.latency.percentiles.p50 else { return [] }
      return ["slowest:"]
        + items.map {
          let times = format.right(format.timesMedian($0.latency, median: median), 6)
          return "  \(format.right(format.duration($0.latency), 7))  \(times)  \($0.id) \(name($0.label, beside: 24))"
        }
    }

    func failures(_ errors: (ItemID) -> String?) -> [String] {
      let tally = facts.tally
      guard tally.unsuccessful > 0 else { return [] }
      let more = tally.unsuccessful - facts.failures.count
      if more > 0, facts.failureGroups.count > 0 {
        return ["failed:"] + FailureLines.lines(facts.failureGroups, width: width, format)
      }
      return ["failed:"]
        + facts.failures.sorted { $0.id < $1.id }.map {
          let reason = ResultRow.text($0.reason, errors($0.id) ?? "")
          return "  \($0.id) \(name($0.label, beside: 12 + TextWidth.columns(of: reason))): \(reason)"
        }
        + (more > 0 ? ["  and \(format.count(more)) more"] : [])
    }

    var missing: [String] {
      guard facts.state == .done else { return [] }
      let tally = facts.tally
      return [(tally.unfinished, "to be tried again"), (tally.queued, "never ran")].compactMap { count, word in
        count > 0 ? "\(word): \(format.plural(count, "item"))" : nil
      }
    }

    /// Returns an item's name, cut to leave room for the rest of the line.
    private func name(_ label: String, beside columns: Int) -> String {
      TextWidth.middle(label, columns: max(24, width - columns), ellipsis: format.glyphs.ellipsis)
    }
  }
}

/// Describes failures by their reasons.
package enum FailureLines {
  private static let mostGroups = 12

  /// Returns a line for each of the largest groups: ` 22 × exit status 22: curl: (22) …: 500 (#3 … #590)`.
  ///
  /// - Parameter width: The columns that a line should take.
  package static func lines(_ failures: FailureGroups, width: Int, _ format: Formatting = Formatting()) -> [String] {
    let groups = failures.groups
    let shown = groups.prefix(mostGroups)
    let digits = shown.map { format.count($0.count).count }.max() ?? 0
    let lines = shown.map { group in
      let items = group.count == 1 ? "\(group.first)" : "\(group.first) \(format.glyphs.ellipsis) \(group.latest)"
      let count = "  \(format.right(format.count(group.count), digits)) \(format.times) "
      let room = max(24, width - count.count - items.count - 3)
      return count + TextWidth.middle(group.reason, columns: room, ellipsis: format.glyphs.ellipsis) + " (\(items))"
    }
    let rest = groups.dropFirst(mostGroups).reduce(0) { $0 + $1.count }
    return lines + (rest > 0 ? ["  and \(format.count(rest)) more for other reasons"] : [])
  }
}

/// How the items of a resumed run have ended, over all of its sessions.
package struct AllSessions: Equatable, Sendable {
  let succeeded: Int
  let failed: Int
  let timedOut: Int
  /// The number of all items; nil if unknown.
  let total: Int?

  package init(succeeded: Int, failed: Int, timedOut: Int, total: Int?) {
    self.succeeded = succeeded
    self.failed = failed
    self.timedOut = timedOut
    self.total = total
  }

  /// The number of items that have not succeeded, failed or timed out; nil if unknown.
  var left: Int? { total.map { max(0, $0 - succeeded - failed - timedOut) } }
}
