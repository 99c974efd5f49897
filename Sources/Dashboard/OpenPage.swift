import ParallelFor

/// The lines of an open item's outputs, and their rows on the screen.
package struct PageRows: Equatable, Sendable {
  /// What the rows depend on.
  package struct Key: Equatable, Sendable {
    /// The number of the details; see ``Dashboard/detailNumber``.
    package var detail: Int
    package var width: Int
    package var wraps: Bool
    package var search: String?

    package init(detail: Int, width: Int, wraps: Bool, search: String?) {
      self.detail = detail
      self.width = width
      self.wraps = wraps
      self.search = search
    }
  }

  /// A place where the text of the search is found.
  package struct Match: Equatable, Sendable {
    /// The row, from the first row of the outputs.
    package var row: Int
    /// The column in the line.
    package var column: Int

    package init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// The most matches that are kept.
  package static let mostMatches = 9_999

  package let key: Key
  /// The first row of each line, and the number of all rows.
  package let starts: [Int]
  /// The matches in order.
  package let matches: [Match]

  package init(key: Key, starts: [Int], matches: [Match]) {
    self.key = key
    self.starts = starts
    self.matches = matches
  }

  /// The number of rows.
  package var count: Int { starts.last ?? 0 }

  /// Returns the line that a row shows, and which of the line's rows it is.
  package func line(atRow row: Int) -> (line: Int, part: Int) {
    var low = 0, high = max(0, starts.count - 2)
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= row { low = middle } else { high = middle - 1 }
    }
    return (low, row - (starts.first.map { _ in starts[low] } ?? 0))
  }
}

/// A line of the outputs on an item's page.
package enum PageLine: Equatable, Sendable {
  case blank
  /// The name of a section, and a remark.
  case title(String, String)
  /// The name of an output, its size in bytes, and whether its middle is left out.
  case heading(String, bytes: Int, isCut: Bool)
  case output(String)
  case error(String)
  /// The middle of an output is not shown.
  case cut

  /// The text of an output's line; empty for other lines.
  package var text: String {
    switch self {
    case .output(let text), .error(let text): text
    case .blank, .title, .heading, .cut: ""
    }
  }
}

extension ItemDetail {
  /// The lines of the outputs. Those of a failed item begin with its errors, because they are read first.
  package var pageLines: [PageLine] {
    let shown = table.isEmpty ? output : table
    let head = outputHead + shown.count - output.count
    let output = section("output", outputBytes, outputCut, shown.map(PageLine.output), cutAt: head)
    let errors = section("errors", errorBytes, errorsCut, errors.map(PageLine.error), cutAt: errorHead)
    return outcome?.failureReason == nil ? output + errors : errors + output
  }

  private func section(_ name: String, _ bytes: Int, _ isCut: Bool, _ lines: [PageLine], cutAt head: Int) -> [PageLine]
  {
    guard bytes > 0 else { return [] }
    var lines = lines
    if isCut { lines.insert(.cut, at: min(head, lines.count)) }
    return [.blank, .heading(name, bytes: bytes, isCut: isCut)] + lines
  }
}

extension Dashboard {
  /// Scrolls the open item, or moves to the first match of a new search in it, after the rows have become known.
  mutating func settlePage() {
    guard openItem != nil else { return }
    let last = max(0, rows.wholeDetail - rows.detail)
    if followsPage { detailTop = last }
    guard awaitsMatch, let page = rows.page, page.key.search == searchText else { return }
    awaitsMatch = false
    let first = page.matches.firstIndex { rows.detailHead + $0.row >= detailTop } ?? 0
    show(match: page.matches.isEmpty ? nil : first)
  }

  /// Moves to the next or the previous match in the open item.
  mutating func stepMatch(forward: Bool) {
    guard let page = rows.page, !page.matches.isEmpty else { return }
    let count = page.matches.count
    show(match: ((pageMatch ?? (forward ? -1 : 0)) + (forward ? 1 : -1) + count) % count)
  }

  private mutating func show(match index: Int?) {
    pageMatch = index
    guard let index, let page = rows.page, page.matches.indices.contains(index) else { return }
    let match = page.matches[index]
    let last = max(0, rows.wholeDetail - rows.detail)
    followsPage = false
    detailTop = min(last, max(0, rows.detailHead + match.row - rows.detail / 3))
    let width = max(1, page.key.width)
    detailLeft = page.key.wraps || match.column < width ? 0 : match.column - width / 2
  }
}

// MARK: - Taking it elsewhere

extension Dashboard {
  /// The most bytes to copy; most terminals ignore more.
  private static let mostCopied = 74_000

  /// Asks to show the outputs of the open or the selected item in another program.
  mutating func lend(to user: TerminalUser, at now: Instant) -> [Effect] {
    guard let id = openItem ?? selectedItem(at: now) else { return reply("no item is selected", at: now) }
    return [.screen(.lend(user, id))]
  }

  /// Asks for a line for the shell about the open or the selected item. It begins with the last one.
  mutating func askForLine(at now: Instant) -> [Effect] {
    guard let id = openItem ?? selectedItem(at: now) else { return reply("no item is selected", at: now) }
    overlay = .prompt(Prompt(kind: .line(id), text: lastLine))
    return []
  }

  mutating func run(_ line: String, about id: ItemID) -> [Effect] {
    lastLine = line
    return [.screen(.lend(.line(line), id))]
  }

  /// Asks for a file for the list in the focused panel.
  mutating func askToSave(at now: Instant) -> [Effect] {
    guard [.results, .slow, .failures].contains(focus) else {
      return reply("w saves the lists of results, slow items and failures", at: now)
    }
    overlay = .prompt(Prompt(kind: .saveList))
    return []
  }

  mutating func save(to path: String) -> [Effect] {
    switch focus {
    case .failures: return [.screen(.saveFailures(path))]
    case .slow:
      let ids = facts.slowItems(at: shownInstant(live.latest)).map(\.id)
      return [.screen(.save(ids, of: ids.count, path))]
    default:
      let ids = (0..<min(results.count, Self.mostSaved)).compactMap { results.id(atRow: $0) }
      return [.screen(.save(ids, of: results.count, path))]
    }
  }

  /// The most items of a list that are saved, so that the screen does not stand still.
  private static let mostSaved = 100_000

  /// Asks what to copy of the open item. Without one, copies the command that leads on after the run.
  mutating func copy(at now: Instant) -> [Effect] {
    if openItem != nil, detail != nil {
      overlay = .copyMenu
      return []
    }
    guard let nextCommand else { return reply("open an item first, to copy of it", at: now) }
    notice("copied, if the terminal allows it: \(nextCommand)", at: now)
    return [.screen(.copy(nextCommand))]
  }

  /// Copies the part of the open item that a letter chooses.
  mutating func copy(_ letter: Character) -> [Effect] {
    overlay = nil
    guard let detail, let part = CopiedPart.allCases.first(where: { $0.name.first == letter }) else { return [] }
    let text = detail.text(of: part)
    guard !text.isEmpty else { return reply("there is nothing to copy", at: live.latest) }
    guard text.utf8.count <= Self.mostCopied else {
      return reply("too long to copy: o and e open the outputs elsewhere", at: live.latest)
    }
    notice("copied, if the terminal allows it", at: live.latest)
    return [.screen(.copy(text))]
  }
}

extension ItemDetail {
  fileprivate func text(of part: CopiedPart) -> String {
    switch part {
    case .item: label
    case .command: invocation
    case .output: output.joined(separator: "\n")
    case .errors: errors.joined(separator: "\n")
    }
  }
}
