import RunStore
import Screen

/// The list of recorded runs on a screen, and the text that is open above it; a value.
struct RunPicker: Equatable {
  /// What a key asks for.
  enum Request: Equatable {
    case leave
    /// Shows the summary of a run.
    case show(HistoryEntry)
    /// Compares an earlier run with a later one.
    case compare(HistoryEntry, HistoryEntry)
    case replay(HistoryEntry)
    /// Continues a run, or tries its failed items again.
    case resume(HistoryEntry, failed: Bool)
  }

  /// A text that is open, with the first line and column that are shown.
  struct Sheet: Equatable {
    var title: String
    var lines: [String]
    var top = 0
    var left = 0

    /// Moves to a line, but not beyond the last page.
    mutating func show(_ line: Int, _ room: Int) { top = min(max(0, line), max(0, lines.count - max(1, room))) }
  }

  let table: RunTable
  /// The rows of the list or the sheet for which the screen has room.
  var room = 10 { didSet { keepInView() } }
  private(set) var selected = 0
  /// The first run in view.
  private(set) var top = 0
  /// The run with which another one will be compared.
  private(set) var marked: Int?
  private(set) var sheet: Sheet?
  /// An answer to the last key; empty for none.
  private(set) var notice = ""

  init(_ table: RunTable) { self.table = table }

  private var entry: HistoryEntry { table.entries[selected] }

  /// Opens a text.
  mutating func open(_ title: String, _ lines: [String]) {
    sheet = Sheet(title: title, lines: lines)
    marked = nil
  }

  /// Answers a key in words.
  mutating func answer(_ text: String) { notice = text }

  /// Takes a key, and returns what it asks for, if that is more than a movement.
  mutating func press(_ key: Key) -> Request? {
    notice = ""
    if key == .control("c") { return .leave }
    if sheet != nil { return pressInSheet(key) }
    switch key {
    case .character("q"), .escape: return .leave
    case .enter: return .show(entry)
    case .character("p"): return .replay(entry)
    case .character("r"): return resume()
    case .character("c"): return compare()
    case .mouse(let event): return click(event)
    default: select(Self.moved(selected, by: key, page: room, last: table.entries.count - 1))
    }
    return nil
  }

  /// Returns the place to which a key moves; the same for a key that does not move.
  private static func moved(_ place: Int, by key: Key, page: Int, last: Int) -> Int {
    switch key {
    case .up, .character("k"): place - 1
    case .down, .character("j"): place + 1
    case .pageUp, .control("b"): place - max(1, page)
    case .pageDown, .control("f"), .character(" "): place + max(1, page)
    case .home, .character("g"): 0
    case .end, .character("G"): last
    case .mouse(let event): place + (event.kind == .wheelUp ? -3 : event.kind == .wheelDown ? 3 : 0)
    default: place
    }
  }

  // MARK: - The list

  private mutating func select(_ place: Int) {
    selected = min(max(0, place), table.entries.count - 1)
    keepInView()
  }

  private mutating func keepInView() {
    top = max(0, min(max(top, selected - max(1, room) + 1), selected))
    if var open = sheet {
      open.show(open.top, room)
      sheet = open
    }
  }

  /// A click selects a run, and a click on the selected one opens it. The rows begin below the frame and the heading.
  private mutating func click(_ event: MouseEvent) -> Request? {
    guard event.kind == .click else {
      select(Self.moved(selected, by: .mouse(event), page: room, last: table.entries.count - 1))
      return nil
    }
    let place = top + event.y - 2
    guard (top..<min(top + room, table.entries.count)).contains(place) else { return nil }
    if place == selected { return .show(entry) }
    select(place)
    return nil
  }

  private mutating func resume() -> Request? {
    guard let run = entry.record else {
      notice = "this file cannot be read"
      return nil
    }
    switch entry.state {
    case .running: notice = "it is still running"
    case .finished where run.counts.unsuccessful > 0: return .resume(entry, failed: true)
    case .finished: notice = "nothing is left to run: every item has succeeded"
    default: return .resume(entry, failed: false)
    }
    return nil
  }

  private mutating func compare() -> Request? {
    guard let first = marked, first != selected else {
      marked = marked == nil ? selected : nil
      notice = marked == nil ? "" : "choose the other run and press c again"
      return nil
    }
    marked = nil
    return .compare(table.entries[max(first, selected)], table.entries[min(first, selected)])
  }

  // MARK: - The sheet

  private mutating func pressInSheet(_ key: Key) -> Request? {
    guard var open = sheet else { return nil }
    switch key {
    case .character("q"), .escape, .backspace:
      sheet = nil
      return nil
    case .right: open.left += 8
    case .left: open.left = max(0, open.left - 8)
    default: open.show(Self.moved(open.top, by: key, page: room, last: open.lines.count), room)
    }
    sheet = open
    return nil
  }
}
