import Dashboard
import ParallelFor
import Screen
import Themes

/// What is left to know when the run is over, in place of the workers: what failed, what was slow, how the threads did,
/// and what to do next.
struct ReportPanel {
  let drawing: Drawing
  let isFramed: Bool

  private struct Line {
    var name = ""
    var text: String
    var role = ThemeRole.text
    /// Whether a long text is cut in its middle, because such texts begin alike.
    var isName = false
  }

  private static let nameWidth = 9
  private static let mostReasons = 3
  /// Returns the height with which the most important lines are visible.
  static func height(hasFailures: Bool) -> Int { hasFailures ? 11 : 8 }

  func draw(in area: Rect, of grid: inout CellGrid) {
    let inside = drawing.frame(.workers, in: area, isFramed: isFramed, of: &grid)
    for (index, line) in lines.prefix(inside.height).enumerated() {
      var cursor = drawing.cursor(inside.row(index).inset(horizontal: 1))
      cursor.left(line.name, width: Self.nameWidth, .muted, to: &grid)
      if line.isName {
        cursor.name(line.text, width: cursor.remaining, line.role, to: &grid)
      } else {
        cursor.left(line.text, width: cursor.remaining, line.role, to: &grid)
      }
    }
  }

  private var facts: RunFacts { drawing.facts }
  private var format: Formatting { drawing.format }

  private var lines: [Line] { [ending] + missing + failures + slow + why + threads + results + next }

  private var ending: Line {
    let time = format.duration(facts.stopwatch.wall(at: drawing.now))
    let word = facts.ending?.word ?? facts.state.word
    let isGood = facts.ending == .completed && facts.tally.unsuccessful == 0
    let count = "\(format.count(facts.tally.succeeded)) of \(format.count(facts.total ?? facts.tally.known)) ok"
    return Line(name: word, text: "\(count) in \(time)", role: isGood ? .stateDone : .warning)
  }

  private var missing: [Line] {
    let left = facts.tally.queued + facts.tally.unfinished + facts.tally.cancelled
    return left == 0 ? [] : [Line(name: "left", text: format.plural(left, "item"), role: .warning)]
  }

  /// The reasons of failures, unless a panel lists them.
  private var failures: [Line] {
    let count = facts.tally.unsuccessful
    guard count > 0 else { return [] }
    let groups = facts.failureGroups.groups
    let isListed = (drawing.dashboard.rows.lists[.failures] ?? 0) > 0
    guard !isListed, !groups.isEmpty else {
      let reasons = groups.isEmpty ? "" : ": \(format.plural(groups.count, "reason"))"
      return [Line(name: "failed", text: format.plural(count, "item") + reasons, role: .error)]
    }
    return groups.prefix(Self.mostReasons).enumerated().map { index, group in
      let text = "\(format.count(group.count)) \(format.times) \(drawing.folded(group.reason))"
      return Line(name: index == 0 ? "failed" : "", text: text, role: .error, isName: true)
    }
  }

  /// The reason that took the most time.
  private var why: [Line] {
    guard let group = facts.reasonGroups.groups.first else { return [] }
    let count = "\(format.count(group.items)) \(format.times) "
    return [Line(name: "why", text: count + group.words)] + (format.advice(group).map { [Line(text: $0)] } ?? [])
  }

  private var slow: [Line] {
    guard let slowest = facts.slowest.sorted().first, let median = drawing.median else { return [] }
    let times = format.timesMedian(slowest.latency, median: median)
    let name = drawing.itemText(slowest.id, slowest.label)
    let worst = "\(slowest.id) \(format.duration(slowest.latency)), \(times) p50: \(name)"
    guard let limit = drawing.slowLimit, facts.slowFinished > 0 else {
      return [Line(name: "slowest", text: worst, isName: true)]
    }
    let count = "\(format.plural(facts.slowFinished, "item")) over \(format.duration(limit))"
    return [Line(name: "slow", text: count), Line(name: "slowest", text: worst, isName: true)]
  }

  /// Whether other numbers of threads would have done better, and how busy these were.
  private var threads: [Line] {
    let busy = facts.busyShare.map { ", busy \(Int($0 * 100)) % of the time" } ?? ""
    let rate = format.rate(facts.rate(at: drawing.now))
    let advice = format.advice(facts.threadAdvice, isOver: true).last
    return [Line(name: "threads", text: advice ?? "\(format.threads(facts)) did \(rate)\(busy)")]
  }

  private var results: [Line] {
    drawing.dashboard.destination.map { [Line(name: "results", text: "in \($0)")] } ?? []
  }

  /// The keys and the command that lead on.
  private var next: [Line] {
    guard drawing.dashboard.replay == nil else { return [] }
    var lines: [Line] = []
    if facts.tally.unsuccessful > 0 {
      if drawing.dashboard.canRunAgain { lines.append(Line(text: "R  run the failed items again")) }
      lines.append(Line(text: "6  why they failed; Enter lists them"))
    }
    if let command = drawing.dashboard.nextCommand { lines.append(Line(text: "y  copy: \(command)", isName: true)) }
    if lines.isEmpty { lines.append(Line(text: "4  the results; Enter opens one; q quits")) }
    lines[0].name = "next"
    return lines
  }
}
