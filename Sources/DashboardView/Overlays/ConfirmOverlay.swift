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
    }
  }

  private var text: [String] {
    switch dialog.kind {
    case .leave: [left] + waiting + [safe]
    case .kill(let id): [drawing.dashboard.live.runningItem(id)?.label ?? "it has already ended"]
    }
  }

  private var left: String {
    let running = drawing.format.plural(tally.running, "item")
    let verb = tally.running == 1 ? "is" : "are"
    return
      "\(running) \(verb) running; \(drawing.format.count(tally.queued)) \(tally.queued == 1 ? "has" : "have") not started."
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
    }
  }

  private typealias Answer = (key: Character, short: String, text: String, isDangerous: Bool)

  private var answers: [Answer] { dialog.choices.map(answer) }

  private func answer(_ choice: Dialog.Choice) -> Answer {
    let key = choice.key
    return switch choice {
    case .keepRunning: (key, "go on", "keep running", false)
    case .finish:
      (key, "finish", "finish what runs; \(drawing.format.plural(tally.queued, "item")) will never run", false)
    case .stopNow:
      (key, "stop", "stop now: \(drawing.format.plural(tally.running, "running item")) will be lost", true)
    case .leaveAlone: (key, "no", "no, let it run", false)
    case .terminate: (key, "TERM", "ask it to end (TERM, or interrupt the query)", true)
    case .kill: (key, "KILL", "kill it (KILL)", true)
    }
  }
}
