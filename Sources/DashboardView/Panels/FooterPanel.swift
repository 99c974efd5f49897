import Dashboard
import ParallelFor
import Screen
import Themes

/// The last row: a notice while there is one, else the keys that matter now.
struct FooterPanel {
  let drawing: Drawing
  /// The real time: a notice passes even while the display is frozen.
  let now: Instant

  func draw(in row: Rect, of grid: inout CellGrid) {
    let row = row.inset(horizontal: 1)
    var writer = RowWriter(row, glyphs: drawing.glyphs)
    if let notice = drawing.dashboard.currentNotice(at: now) {
      writer.write("\(drawing.glyph(.notice)) ", .notice, to: &grid)
      writer.left(notice.text, width: writer.remaining, .notice, to: &grid)
      return
    }
    for (keys, hint) in hints {
      guard TextWidth.columns(of: keys) + hint.count + 1 <= writer.remaining else { continue }
      writer.write(keys, .key, to: &grid)
      writer.skip()
      writer.write(hint, .muted, to: &grid)
      writer.skip(2)
    }
  }

  /// The hints of the table, with neighbours of one meaning together, and help and quit first so that they always fit.
  private var hints: [(keys: String, hint: String)] {
    var hints: [(keys: String, hint: String)] = []
    for entry in Command.table {
      guard let hint = entry.hint, let key = entry.keys.first, isUseful(entry.command) else { continue }
      let name = Self.short(key)
      if hints.last?.hint == hint {
        hints[hints.count - 1].keys += "/\(name)"
      } else {
        hints.append((name, entry.command == .togglePause && drawing.facts.state == .paused ? "resume" : hint))
      }
    }
    return hints
  }

  private func isUseful(_ command: Command) -> Bool {
    let isOver = drawing.facts.state == .done
    switch command {
    case .moreThreads, .fewerThreads, .togglePause, .killItem: return !isOver
    default: return true
    }
  }

  /// `<Enter>` as `Enter`; a character as it is.
  static func short(_ key: String) -> String {
    guard key.count > 2, key.hasPrefix("<"), key.hasSuffix(">") else { return key }
    let name = String(key.dropFirst().dropLast())
    return name.hasPrefix("C-") ? "Ctrl-\(name.dropFirst(2).uppercased())" : name
  }
}
