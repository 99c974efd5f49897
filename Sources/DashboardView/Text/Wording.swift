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
  /// Returns the title, which at the end of the run is that of the report for the workers.
  func title(at state: RunState) -> String {
    switch self {
    case .workers: state == .done ? "Report" : "Workers"
    case .latency: "Latency"
    case .slow: "Slow"
    case .results: "Results"
    case .failures: "Failures"
    case .threads: "Threads"
    case .why: "Why"
    case .nodes: "Nodes"
    case .timeline: "Timeline"
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
    if let decision = facts.automatic, facts.state != .done {
      return "auto \(numbers)" + (short ? "" : ": \(reason(decision))")
    }
    let noun = target == 1 && live == 1 ? "thread" : "threads"
    if short { return "\(numbers) \(noun)" }
    let draining = facts.drainingWorkers > 0 ? ", \(facts.drainingWorkers) draining" : ""
    return "\(numbers) \(noun)\(draining)"
  }

  /// Returns why no item begins: `load 9.2, waits for less than 8.0`; nil if items may begin.
  func hold(_ facts: RunFacts) -> String? {
    switch facts.state == .done ? nil : facts.hold {
    case .load(let load, let limit)?:
      "load \(NumberText.figures(load)), waits for less than \(NumberText.figures(limit))"
    case .memory(let available, let limit)?: "\(bytes(available)) of memory free, waits for \(bytes(limit))"
    case nil: nil
    }
  }

  /// Returns why a number of threads was chosen: `8 gained 1 % ± 3`.
  func reason(_ decision: ThreadDecision) -> String {
    let other = decision.other.map { "\($0)" } ?? ""
    switch decision.reason {
    case .measuring: return "measuring"
    case .trying: return "comparing \(decision.threads) with \(other)"
    case .gained, .enough, .noGain, .tooFew:
      guard let gain = decision.gain, let error = decision.error else { return other }
      let percent = min(999, Int((abs(gain) * 100).rounded())), spread = max(1, Int((error * 100).rounded(.up)))
      return "\(other) \(gain < 0 ? "lost" : "gained") \(percent) % \(plusMinus) \(spread)"
    case .changed: return "times changed, measuring"
    case .errors: return "items failed with \(other)"
    case .machine: return "machine too busy for \(other)"
    case .input: return "input is the limit"
    case .output: return "output is the limit"
    case .ending: return "too few items left"
    }
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

  /// Returns texts of decreasing length that tell whether more threads would help; none if that is not known.
  ///
  /// - Parameter isOver: Whether the run is over, so that no key changes it.
  package func advice(_ advice: ThreadAdvice, isOver: Bool) -> [String] {
    let (will, more, fewer) = isOver ? ("did", "", "") : ("do", ": press ]", ": press [")
    switch advice {
    case .unknown: return []
    case .drifted(let point, let drift):
      let rates = "\(rate(drift.before)), later \(rate(drift.after))"
      return [
        "the pace changed by itself (\(plural(point.threads, "thread")): \(rates)), so the numbers cannot be compared",
        "the pace changed by itself",
      ]
    case .more(let here, let best):
      return ["\(threads(here)) \(will) \(less(here, than: best)) less than \(best.threads)\(more)"]
    case .fewer(let here, let best):
      return ["\(threads(here)) \(will) \(less(here, than: best)) less than \(best.threads)\(fewer)"]
    case .tooMany(let here, let enough):
      let text = "\(threads(here)) \(will) no more than \(enough.threads)"
      return [text + slower(here, than: enough, isOver: isOver) + fewer, text + fewer]
    case .enough(let here, let larger):
      return ["\(threads(here)) \(here.threads == 1 ? "is" : "are") enough: \(larger.threads) \(will) no more"]
    case .growing(let here, let smaller):
      let gain = "\(NumberText.figures(here.gain(over: smaller).ratio)) \(times)"
      let text = "\(threads(here)) \(will) \(gain) as much as \(smaller.threads)"
      return [text + (isOver ? "" : ": ] may do more"), text]
    case .unclear(let here, let other):
      let text = "\(threads(here)) \(will) about as much as \(other.threads)"
      return [text + ": too few items to tell more", text]
    }
  }

  /// Returns the text in place of advice while too few numbers of threads have been measured.
  func noAdvice(_ points: [ThreadPoint], isOver: Bool) -> String {
    switch points.count {
    case 0: isOver ? "no number of threads was measured" : "no number of threads has been measured yet"
    case 1: isOver ? "one number of threads was measured" : "one number of threads measured: ] and [ compare others"
    default: isOver ? "the last number of threads was not measured" : "this number of threads has not been measured yet"
    }
  }

  private func threads(_ point: ThreadPoint) -> String { plural(point.threads, "thread") }

  private func less(_ point: ThreadPoint, than best: ThreadPoint) -> String {
    "\(Int((100 * (1 - point.gain(over: best).ratio)).rounded())) %"
  }

  /// Says how much longer each item takes, if that is clearly longer.
  private func slower(_ here: ThreadPoint, than other: ThreadPoint, isOver: Bool) -> String {
    guard other.p50 > 0, here.p50 >= other.p50 + other.p50 / 5 else { return "" }
    let factor = NumberText.figures(Double(here.p50) / Double(other.p50))
    return ", and each item \(isOver ? "took" : "takes") \(factor) \(times) as long"
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

/// Texts for workers that wait for a connection.
package enum ConnectionText {
  /// Returns a sentence with the reason, which may be a server's text.
  package static func sentence(_ reason: String) -> String { "a worker waits: \(reason)" }

  /// Returns the reason for a row, without the address, which is the same in all rows, and without advice.
  static func brief(_ reason: String) -> String {
    let cause = reason.firstRange(of: " failed: ").map { reason[$0.upperBound...] } ?? reason[...]
    return String(cause.prefix { $0 != ";" })
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
