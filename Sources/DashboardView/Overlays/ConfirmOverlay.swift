import Dashboard
import ParallelFor
import Screen
import Themes

/// A question in the middle of the screen that states what will be lost and what is safe.
struct ConfirmOverlay {
  let drawing: Drawing
  let dialog: Dialog

  func draw(in body: Rect, of grid: inout CellGrid) {
    let isTight = body.height < 12
    let margin = isTight ? 1 : 2
    let widest =
      ([title, hint] + text + answers.map { "     \($0.text)" }).map { TextWidth.columns(of: $0) }.max() ?? 0
    let width = min(widest, 72, body.width - 2 - 2 * margin)
    let text = text.flatMap { wrapped($0, width: width) }
    let height = text.count + answers.count + (isTight ? 2 : 5)
    let area = body.centered(Size(width: width + 2 + 2 * margin, height: height))
    grid.fill(area, role: ThemeRole.dialog.role)
    let frame = Frame(title: title, role: ThemeRole.dialog.role)
    var rest = frame.draw(in: area, of: &grid, glyphs: drawing.glyphs).inset(horizontal: margin)
    for line in text { draw(line, in: take(1, of: &rest), to: &grid) }
    _ = take(isTight ? 0 : 1, of: &rest)
    for (index, answer) in answers.enumerated() {
      draw(answer, isSelected: index == dialog.selected, in: take(1, of: &rest), of: &grid)
    }
    _ = take(isTight ? 0 : 1, of: &rest)
    draw(hint, in: take(1, of: &rest), to: &grid)
  }

  /// Draws the question on a one-line screen: its title, and its answers with their keys.
  func drawLine(in row: Rect, of grid: inout CellGrid) {
    var cursor = drawing.cursor(row)
    cursor.write(title, .dialog, to: &grid)
    for answer in answers {
      cursor.write(" \(answer.key)=\(answer.short)", answer.isDangerous ? .dialogDanger : .dialog, to: &grid)
    }
  }

  /// Breaks the text into lines of whole words.
  private func wrapped(_ text: String, width: Int) -> [String] {
    text.split(separator: " ").reduce(into: [String]()) { lines, word in
      let longer = lines.last.map { "\($0) \(word)" }
      if let longer, TextWidth.columns(of: longer) <= width {
        lines[lines.count - 1] = longer
      } else {
        lines.append(String(word))
      }
    }
  }

  private func take(_ rows: Int, of rest: inout Rect) -> Rect {
    let split = rest.splitTop(rows)
    rest = split.rest
    return split.top
  }

  private func draw(_ text: String, in row: Rect, to grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var cursor = drawing.cursor(row)
    cursor.name(text, width: row.width, .dialog, to: &grid)
  }

  private func draw(_ answer: Answer, isSelected: Bool, in row: Rect, of grid: inout CellGrid) {
    guard !row.isEmpty else { return }
    var cursor = drawing.cursor(row)
    let role: ThemeRole = answer.isDangerous ? .dialogDanger : .dialog
    cursor.write(isSelected ? (drawing.glyphs == .unicode ? "› " : "> ") : "  ", role, to: &grid)
    cursor.write(String(answer.key), role, to: &grid)
    cursor.skip(2)
    cursor.left(answer.text, width: cursor.remaining, role, to: &grid)
    if isSelected { grid.select(row) }
  }

  // MARK: Words

  private var tally: Tally { drawing.dashboard.live.tally }

  private var title: String {
    switch dialog.kind {
    case .leave: "Leave?"
    case .kill(let id): "Stop item \(id)?"
    case .threads(let count): "\(drawing.format.plural(count, "thread"))?"
    case .runAgain: "Run failed items again?"
    case .measure(let id): "Measure the query of item \(id)?"
    }
  }

  private var text: [String] {
    switch dialog.kind {
    case .leave: [left] + waiting + [safe]
    case .kill(let id): [drawing.dashboard.live.runningItem(id)?.label ?? "it has already ended"]
    case .threads(let count): [crowd(count)]
    case .runAgain: [again]
    case .measure:
      ["It runs once more, beside the run, for a minute at most:", "read-only, and its transaction is rolled back."]
    }
  }

  private var left: String {
    let running = drawing.format.plural(tally.running, "item")
    let verb = tally.running == 1 ? "is" : "are"
    return
      "\(running) \(verb) running; \(drawing.format.count(tally.queued)) \(tally.queued == 1 ? "has" : "have") not started."
  }

  private func crowd(_ count: Int) -> String {
    let processors = drawing.format.plural(max(1, drawing.dashboard.processors ?? 1), "processor")
    return "\(drawing.format.plural(count, "command")) at a time on \(processors). Each of them takes memory."
  }

  private var again: String {
    let items = drawing.format.plural(tally.unsuccessful, "item")
    let threads = drawing.format.plural(drawing.dashboard.live.targetWorkers, "thread")
    return "\(items) failed. The run continues with \(threads), the same command, record and output."
  }

  private var waiting: [String] {
    guard tally.waiting > 0 else { return [] }
    return ["\(drawing.format.plural(tally.waiting, "item")) to be tried again."]
  }

  private var safe: String {
    let delivery = drawing.dashboard.live.delivery
    let delivered = drawing.format.plural(delivery.next.position, "result")
    let place = drawing.dashboard.destination.map { "safe in \($0)" } ?? "safe"
    let held = delivery.held > 0 ? "; \(drawing.format.count(delivery.held)) wait for \(delivery.next)" : ""
    return "\(delivered) \(delivery.next.position == 1 ? "is" : "are") \(place)\(held)."
  }

  private var hint: String {
    switch dialog.kind {
    case .leave: "Ctrl-C stops now; Esc keeps running"
    case .kill: "Esc leaves it alone"
    case .threads, .runAgain, .measure: "Esc changes nothing"
    }
  }

  /// Whether `pfor-tui resume` can continue the run, because it is recorded.
  private var canBeResumed: Bool { drawing.dashboard.resumeCommand != nil }

  private var fateOfQueued: String {
    let items = drawing.format.plural(tally.queued, "item")
    return canBeResumed ? "pfor-tui resume runs the other \(items)" : "\(items) will never run"
  }

  private var fateOfRunning: String {
    let items = drawing.format.plural(tally.running, "running item")
    return canBeResumed ? "pfor-tui resume starts \(items) again" : "\(items) will be lost"
  }

  private typealias Answer = (key: Character, short: String, text: String, isDangerous: Bool)

  private var answers: [Answer] { dialog.choices.map(answer) }

  private func answer(_ choice: Dialog.Choice) -> Answer {
    let key = choice.key
    return switch choice {
    case .keepRunning: (key, "go on", "keep running", false)
    case .finish:
      (key, "finish", "let running items end; \(fateOfQueued)", false)
    case .stopNow:
      (key, "stop", "stop now: \(fateOfRunning)", true)
    case .leaveAlone: (key, "no", "no, let it run", false)
    case .keepThreads: (key, "no", "no, keep \(drawing.format.threads(drawing.dashboard.live))", false)
    case .changeThreads: (key, "yes", "yes, change it", true)
    case .stayOver, .leaveUnmeasured: (key, "no", "no", false)
    case .measure: (key, "yes", "yes, run it", true)
    case .runAgain: (key, "yes", "yes, run them again", false)
    case .terminate: (key, "TERM", "ask it to end (TERM, or interrupt the query)", true)
    case .kill: (key, "KILL", "kill it (KILL)", true)
    }
  }
}
