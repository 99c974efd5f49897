import Dashboard
import ParallelFor
import Screen
import Themes

/// The last row: the current notice, or else the keys that matter now.
struct FooterPanel {
  let drawing: Drawing
  /// The real time, because a notice disappears even while the display is frozen.
  let now: Instant

  func draw(in row: Rect, of grid: inout CellGrid) {
    let row = row.inset(horizontal: 1)
    var cursor = drawing.cursor(row)
    if let notice = drawing.dashboard.currentNotice(at: now) {
      cursor.write("\(drawing.glyph(.notice)) ", .notice, to: &grid)
      cursor.left(notice.text, width: cursor.remaining, .notice, to: &grid)
      return
    }
    for (hint, x) in placed(in: row) {
      var cursor = drawing.cursor(row)
      cursor.skip(x - row.x)
      cursor.write(hint.keys, .key, to: &grid)
      cursor.skip()
      cursor.write(hint.hint, .muted, to: &grid)
    }
  }

  /// Returns the command whose hint is at a column; nil while a notice covers the hints.
  func command(atColumn x: Int, of row: Rect) -> Command? {
    guard drawing.dashboard.currentNotice(at: now) == nil else { return nil }
    return placed(in: row.inset(horizontal: 1)).first { (hint, start) in
      (start..<start + Self.width(of: hint) - 2).contains(x)
    }?.hint.command
  }

  private typealias Hint = (keys: String, hint: String, group: Command.Group, command: Command)

  /// The hints for which there is room, and their columns.
  private func placed(in row: Rect) -> [(hint: Hint, x: Int)] {
    // Help and quit are on the right, where they always fit.
    let last = hints.filter { $0.group == .program }
    let first = hints.filter { $0.group != .program }
    let width = last.reduce(-2) { $0 + Self.width(of: $1) }
    let (right, left) = row.splitRight(width)
    return placed(first, in: left.splitRight(2).rest) + placed(last, in: right)
  }

  private func placed(_ hints: [Hint], in row: Rect) -> [(hint: Hint, x: Int)] {
    var x = row.x
    return hints.compactMap { hint in
      guard Self.width(of: hint) - 2 <= row.maxX - x else { return nil }
      defer { x += Self.width(of: hint) }
      return (hint, x)
    }
  }

  private static func width(of hint: Hint) -> Int { TextWidth.columns(of: hint.keys) + hint.hint.count + 3 }

  /// The hints from the table; neighbours with the same hint are merged.
  private var hints: [Hint] {
    let replay = drawing.dashboard.replay
    var hints: [Hint] = []
    for entry in Command.table {
      guard let hint = replay == nil ? entry.hint : entry.inReplay.hint, let key = entry.keys.first,
        isUseful(entry.command)
      else { continue }
      let name = Self.short(key)
      if hints.last?.hint == hint {
        hints[hints.count - 1].keys += "/\(name)"
      } else {
        let isPaused = replay?.isPaused ?? (drawing.facts.state == .paused)
        let isResume = entry.command == .togglePause && isPaused
        hints.append((name, isResume ? "resume" : hint, entry.group, entry.command))
      }
    }
    return hints
  }

  private func isUseful(_ command: Command) -> Bool {
    let isOver = drawing.facts.state == .done && drawing.dashboard.replay == nil
    switch command {
    case .zoomIn, .zoomOut: return drawing.dashboard.focus == .timeline && drawing.dashboard.openItem == nil
    case .open, .nextPanel, .filter: return drawing.dashboard.openItem == nil
    case .copy: return drawing.dashboard.openItem != nil || drawing.dashboard.nextCommand != nil
    case .toggleWrap, .openInPager: return drawing.dashboard.openItem != nil
    case .moreThreads, .fewerThreads, .togglePause, .killItem: return !isOver
    case .retry:
      return isOver
        ? drawing.dashboard.canRunAgain && drawing.facts.tally.unsuccessful > 0 : drawing.facts.hasFailures
    default: return true
    }
  }

  /// Returns `<Enter>` as `Enter`, `<C-x>` as `Ctrl-X`, and a character as it is.
  static func short(_ key: String) -> String {
    if key == "<lt>" { return "<" }
    guard key.count > 2, key.hasPrefix("<"), key.hasSuffix(">") else { return key }
    let name = String(key.dropFirst().dropLast())
    return name.hasPrefix("C-") ? "Ctrl-\(name.dropFirst(2).uppercased())" : name
  }
}

/// The line being typed, or the menu of filters, in place of the footer.
struct PromptLine {
  let drawing: Drawing

  func draw(_ prompt: Prompt, in row: Rect, of grid: inout CellGrid) {
    grid.fill(row, role: ThemeRole.text.role)
    var cursor = drawing.cursor(row.inset(horizontal: 1))
    cursor.write(name(of: prompt.kind, isShort: row.width < 60), .key, to: &grid)
    cursor.skip()
    // Cut a long text at its beginning, because the user types at its end.
    var text = prompt.text
    while TextWidth.columns(of: text) > max(1, cursor.remaining - 1), !text.isEmpty { text.removeFirst() }
    cursor.write(text, .text, to: &grid)
    grid.select(Rect(x: cursor.x, y: row.y, width: 1, height: 1))
    let hint = "Enter accept  Esc cancel"
    if cursor.remaining > hint.count + 3 {
      grid.write(hint, x: row.maxX - hint.count - 1, y: row.y, role: ThemeRole.muted.role, in: row)
    }
  }

  private func name(of kind: Prompt.Kind, isShort: Bool) -> String {
    switch kind {
    case .threads:
      isShort
        ? "threads (\(drawing.dashboard.live.targetWorkers), at most \(drawing.dashboard.mostThreads)):"
        : "threads (now \(drawing.dashboard.live.targetWorkers), at most \(drawing.dashboard.mostThreads); 0 drains):"
    case .search: "search:"
    case .filterText: "only items with:"
    case .saveList: "save the list to the new file:"
    case .line(let id): isShort ? "run:" : "run about \(id), with $PFOR_ITEM, $PFOR_OUTPUT, $PFOR_ERRORS:"
    }
  }

  func drawFilterMenu(in row: Rect, of grid: inout CellGrid) {
    drawMenu("show", ResultFilter.menu.map(\.name), in: row, of: &grid)
  }

  func drawCopyMenu(in row: Rect, of grid: inout CellGrid) {
    drawMenu("copy", CopiedPart.allCases.map(\.name), in: row, of: &grid)
  }

  /// Draws the choices of a menu; the first letter of each chooses it.
  private func drawMenu(_ verb: String, _ choices: [String], in row: Rect, of grid: inout CellGrid) {
    grid.fill(row, role: ThemeRole.text.role)
    var cursor = drawing.cursor(row.inset(horizontal: 1))
    cursor.write(verb, .text, to: &grid)
    cursor.skip(2)
    for choice in choices {
      let start = cursor.x
      cursor.write(choice, .text, to: &grid)
      grid.setRole(Rect(x: start, y: row.y, width: 1, height: 1), ThemeRole.key.role)
      cursor.skip(2)
    }
  }
}
