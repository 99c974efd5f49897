package import Dashboard
import ParallelFor
import Screen
import Themes

extension ItemState {
  /// The state in at most eight characters.
  var word: String {
    switch self {
    case .queued: "queued"
    case .running: "running"
    case .succeeded: "ok"
    case .failed: "failed"
    case .timedOut: "timeout"
    case .cancelled: "stopped"
    case .waiting: "again"
    case .neverRan: "not run"
    }
  }

  var role: ThemeRole {
    switch self {
    case .queued, .neverRan: .itemQueued
    case .running: .itemRunning
    case .succeeded: .itemSucceeded
    case .failed: .itemFailed
    case .timedOut: .itemTimedOut
    case .cancelled: .itemCancelled
    case .waiting: .itemWaiting
    }
  }
}

extension RunState {
  var word: String {
    switch self {
    case .running: "running"
    case .paused: "paused"
    case .draining: "draining"
    case .stopping: "stopping"
    case .done: "done"
    }
  }
}

extension RunEnding {
  var word: String {
    switch self {
    case .completed: "done"
    case .finishedEarly: "finished early"
    case .stopped: "stopped"
    }
  }
}

extension Panel {
  var title: String {
    switch self {
    case .workers: "Workers"
    case .latency: "Latency"
    case .slow: "Slow"
    case .results: "Results"
    case .failures: "Failures"
    }
  }
}

extension Formatting {
  /// Returns the time left: `1m 05s left`, `40s … 6m 00s left, #83 for 2m 00s`.
  func timeLeft(_ left: TimeLeft) -> String {
    switch left {
    case .none: ""
    case .unknown: "? left"
    case .atLeast(let time): "\(atLeast)\(rough(time)) left"
    case .estimate(let range): timeLeft(range)
    case .lastItems(let range, let running, let longest, let elapsed):
      if let range {
        "\(timeLeft(range)), \(longest) for \(duration(elapsed))"
      } else {
        "\(running == 1 ? "last item" : "last \(running) items,") \(longest) for \(duration(elapsed))"
      }
    }
  }

  private func timeLeft(_ range: TimeLeft.Range) -> String {
    let (low, high) = range.isNarrow ? (range.middle, range.middle) : (range.low, range.high)
    let times = rough(low) == rough(high) ? rough(low) : "\(rough(low)) \(unknown) \(rough(high))"
    return "\(times) left\(range.isFromPast ? " (past)" : "")"
  }

  /// Returns an estimate to the second.
  private func rough(_ nanoseconds: Int64) -> String {
    nanoseconds < 1_000_000_000 ? "1 s" : clock(nanoseconds)
  }

  /// Returns the threads alive and asked for: `5 threads`, `6→4 threads, 2 draining`, and at the end `3 of 5 threads`.
  func threads(_ facts: RunFacts, short: Bool = false) -> String {
    let target = facts.targetWorkers, live = facts.liveWorkers
    let isRest = live < target && facts.isNothingLeftToBegin
    let isSteady = live == target || facts.state == .done
    let numbers = isSteady ? "\(target)" : isRest ? "\(live) of \(target)" : "\(live)\(arrow)\(target)"
    let noun = target == 1 && live == 1 ? "thread" : "threads"
    if short { return "\(numbers) \(noun)" }
    let draining = facts.drainingWorkers > 0 ? ", \(facts.drainingWorkers) draining" : ""
    return "\(numbers) \(noun)\(draining)"
  }

  /// Returns texts of decreasing length about the item that results wait for; none in the first second of the wait.
  func delivery(_ facts: RunFacts, at now: Instant) -> [String] {
    guard facts.delivery.held > 0, let since = facts.delivery.waitingSince else { return [] }
    let waited = now.nanoseconds(since: since)
    guard waited >= 1_000_000_000 else { return [] }
    let next = facts.delivery.next, held = facts.delivery.held
    let running = facts.runningItem(next).map { now.nanoseconds(since: $0.start) }
    let time = duration(max(waited, running ?? 0))
    return [
      "waiting for \(next), \(time), \(plural(held, "result")) held", "\(count(held)) wait for \(next), \(time)",
      "\(count(held)) wait for \(next)",
    ]
  }

  /// Returns the reason of most failures with their number; nil if there is only one failure, or if no reason is known.
  func commonestFailure(_ facts: RunFacts) -> String? {
    guard let group = facts.failureGroups.groups.first, facts.tally.unsuccessful > 1 else { return nil }
    return "\(count(group.count))\(times) \(TextWidth.middle(group.reason, columns: 40, ellipsis: glyphs.ellipsis))"
  }

  /// Returns the text for a recorder that is behind; nil while it keeps up.
  func recording(_ facts: RunFacts) -> String? { facts.recording.behind.map { "recording behind: \(count($0))" } }

  /// Returns the effect of a change of threads on the rate; nil until measured.
  func comparison(_ comparison: ThreadComparison) -> String? {
    guard let (before, after) = comparison.measured, let gain = comparison.gain else { return nil }
    let percent = Int((gain.fraction * 100).rounded())
    let change = gain.isClear ? "\(percent > 0 ? "+" : "")\(percent) %" : "no clear change"
    let rates = "\(NumberText.figures(before.rate))\(arrow)\(rate(after.rate))"
    return "\(before.threads)\(arrow)\(after.threads) threads: \(rates) (\(change))"
  }
}

extension HaltPolicy {
  /// The limit that was reached, in words.
  var reason: String {
    let which =
      switch counted {
      case .unsuccessful: "failed"
      case .succeeded: "succeeded"
      case .ended: "ended"
      }
    return switch limit {
    case .count(let count): "\(count) \(count == 1 ? "item has" : "items have") \(which)"
    case .fraction(let part): "\(Int((part * 100).rounded())) % of the items have \(which)"
    }
  }
}

/// Texts for items whose commands are stopped.
package enum StoppedText {
  /// Returns a sentence with the item's number, the cause and a remedy.
  package static func sentence(_ item: StoppedItem) -> String {
    let cause =
      switch item.reason {
      case .readsTerminal:
        "it wants to read the terminal, which no command may do; keep it from asking, as with ssh -o BatchMode=yes "
          + "or sudo -n"
      case .writesTerminal: "it wants to set up the terminal, which no command may do"
      case .signal: "it has received a stop signal; kill -CONT continues it"
      }
    return "#\(item.id.number) is stopped: \(cause)"
  }

  /// Returns a few words for a row.
  static func brief(_ reason: StoppedItem.Reason) -> String {
    switch reason {
    case .readsTerminal, .writesTerminal: "wants the terminal"
    case .signal: "by a signal"
    }
  }
}
