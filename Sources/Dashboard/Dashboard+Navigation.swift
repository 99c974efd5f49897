package import ParallelFor

extension Dashboard {
  /// Returns the item that keys act on: the one in the selected row of the focused panel.
  package func selectedItem(at now: Instant) -> ItemID? {
    let now = shownInstant(now)
    switch focus {
    case .workers:
      let workers = facts.workers(workerOrder, at: now)
      let slot = workerSelection.selected(in: workers.map(\.id))
      return workers.first { $0.id == slot }?.item?.id
    case .slow: return slowSelection.selected(in: facts.slowItems(at: now).map(\.id))
    case .results: return results.selectedID
    case .timeline: return selectedSpan(at: now)?.span?.item
    case .why: return facts.reasonGroups.groups.first { $0.words == whySelection.selected(in: whyReasons) }?.longest
    case .latency, .failures, .threads, .nodes: return nil
    }
  }

  /// The machines, as the list shows them.
  private var nodeNames: [String] { facts.nodeRows.map(\.name) }

  /// The reasons why items are slow, as the list shows them.
  private var whyReasons: [String] { facts.reasonGroups.groups.map(\.words) }

  /// The reasons of the failures, as the list shows them.
  private var reasons: [String] { facts.failureGroups.groups.map(\.reason) }

  mutating func focusOn(_ panel: Panel) {
    focus = panel
    if !page.panels.contains(panel) { page = .of(panel) }
  }

  mutating func navigate(_ command: Command, at now: Instant) -> [Effect] {
    if case .dialog(var dialog) = overlay {
      dialog.selected = Self.row(dialog.selected, after: command, page: 1, count: dialog.choices.count)
      overlay = .dialog(dialog)
    } else if case .help(let top) = overlay {
      overlay = .help(top: Self.row(top, after: command, page: rows.help, count: rows.wholeHelp - rows.help + 1))
    } else if openItem != nil, !Self.isPageChange(command) {
      scroll(command)
    } else {
      browse(command, at: shownInstant(now))
    }
    return []
  }

  private mutating func scroll(_ command: Command) {
    let isRight = command == .moveRight || command == .nextPanel
    guard isRight || command == .moveLeft || command == .previousPanel else {
      let count = rows.wholeDetail - rows.detail + 1
      detailTop = Self.row(detailTop, after: command, page: rows.detail, count: count)
      followsPage = command == .moveToEnd || followsPage && detailTop >= count - 1
      return
    }
    let step = max(1, (rows.page?.key.width ?? 0) / 2)
    detailLeft = wrapsLines ? 0 : max(0, detailLeft + (isRight ? step : -step))
  }

  private static func isPageChange(_ command: Command) -> Bool {
    if case .show = command { true } else { false }
  }

  private mutating func browse(_ command: Command, at now: Instant) {
    switch command {
    case .show(let page):
      self.page = page
      openItem = nil
      if let panel = page.panels.first, !page.panels.contains(focus) { focus = panel }
    case .moveLeft, .moveRight:
      if focus == .timeline { return stepInTimeline(forward: command == .moveRight, at: now) }
      focusOn(neighbour(command == .moveRight ? 1 : -1))
    case .pageUp, .pageDown:
      if focus == .timeline { return pageInTimeline(forward: command == .pageDown, at: now) }
      move(command, at: now)
    case .nextPanel: focusOn(neighbour(1))
    case .previousPanel: focusOn(neighbour(-1))
    default: move(command, at: now)
    }
  }

  /// Returns the next panel of the page, or of all panels if the page has only one.
  private func neighbour(_ step: Int) -> Panel {
    let shown = page.panels.filter { rows.lists[$0] != nil }
    let panels = shown.count > 1 ? shown : Panel.allCases
    let here = panels.firstIndex(of: focus) ?? 0
    return panels[(here + step + panels.count) % panels.count]
  }

  private mutating func move(_ command: Command, at now: Instant) {
    guard let row = selectedRow(at: now) else { return }
    select(row: Self.row(row, after: command, page: rows[focus], count: rowCount(at: now)), at: now)
  }

  /// The workers that the list shows, in its order.
  private func workerIDs(at now: Instant) -> [WorkerID] { facts.workers(workerOrder, at: now).map(\.id) }

  private func slowIDs(at now: Instant) -> [ItemID] { facts.slowItems(at: now).map(\.id) }

  /// The number of rows of the focused list.
  private func rowCount(at now: Instant) -> Int {
    switch focus {
    case .workers: workerIDs(at: now).count
    case .slow: slowIDs(at: now).count
    case .failures: reasons.count
    case .why: whyReasons.count
    case .nodes: nodeNames.count
    case .timeline: facts.timelineWorkers.count
    case .results: results.count
    case .latency, .threads: 0
    }
  }

  /// The selected row of the focused list; nil for a panel without one.
  func selectedRow(at now: Instant) -> Int? {
    switch focus {
    case .workers: workerSelection.row(in: workerIDs(at: now))
    case .slow: slowSelection.row(in: slowIDs(at: now))
    case .failures: failureSelection.row(in: reasons)
    case .why: whySelection.row(in: whyReasons)
    case .nodes: nodeSelection.row(in: nodeNames)
    case .timeline: timelineSelection.row(in: facts.timelineWorkers)
    case .results: results.selectedRow
    case .latency, .threads: nil
    }
  }

  /// The first visible row of the focused list.
  func firstRow(at now: Instant) -> Int {
    switch focus {
    case .workers: workerSelection.first(rows: rows[.workers], in: workerIDs(at: now))
    case .slow: slowSelection.first(rows: rows[.slow], in: slowIDs(at: now))
    case .failures: failureSelection.first(rows: rows[.failures], in: reasons)
    case .why: whySelection.first(rows: rows[.why], in: whyReasons)
    case .nodes: nodeSelection.first(rows: rows[.nodes], in: nodeNames)
    case .timeline: timelineSelection.first(rows: rows[.timeline], in: facts.timelineWorkers)
    case .results: results.firstRow(rows: rows[.results])
    case .latency, .threads: 0
    }
  }

  /// Selects a row of the focused list.
  mutating func select(row: Int, at now: Instant) {
    switch focus {
    case .workers: workerSelection.move(to: row, rows: rows[.workers], in: workerIDs(at: now))
    case .slow: slowSelection.move(to: row, rows: rows[.slow], in: slowIDs(at: now))
    case .failures: failureSelection.move(to: row, rows: rows[.failures], in: reasons)
    case .why: whySelection.move(to: row, rows: rows[.why], in: whyReasons)
    case .nodes: nodeSelection.move(to: row, rows: rows[.nodes], in: nodeNames)
    case .timeline: timelineSelection.move(to: row, rows: rows[.timeline], in: facts.timelineWorkers)
    case .results: results.move(to: row, rows: rows[.results])
    case .latency, .threads: return
    }
  }

  /// Returns the row to which a command moves from `row`.
  private static func row(_ row: Int, after command: Command, page: Int, count: Int) -> Int {
    let wanted =
      switch command {
      case .moveUp, .moveLeft, .previousPanel: row - 1
      case .moveDown, .moveRight, .nextPanel: row + 1
      case .pageUp: row - max(1, page)
      case .pageDown: row + max(1, page)
      case .moveToStart: 0
      case .moveToEnd: count - 1
      default: row
      }
    return min(max(0, wanted), max(0, count - 1))
  }

  /// Takes the selected answer, or opens the selected item.
  mutating func open(at now: Instant) -> [Effect] {
    switch overlay {
    case .dialog(let dialog): return answer(dialog.choices[dialog.selected], to: dialog)
    case .help, .filterMenu, .copyMenu, .prompt:
      overlay = nil
      return []
    case nil: break
    }
    guard openItem == nil else { return [] }
    if focus == .failures, let reason = failureSelection.selected(in: reasons) {
      return filter(reason == FailureGroups.others ? .failed : .failure(reason))
    }
    guard let id = selectedItem(at: now) else { return reply("no item is selected", at: now) }
    return show(id)
  }

  /// Opens the page of an item.
  mutating func show(_ id: ItemID) -> [Effect] {
    openItem = id
    (detail, plan, pageLines) = (nil, nil, [])
    (detailTop, detailLeft, pageMatch, followsPage) = (0, 0, nil, false)
    return [.screen(.loadDetail(id))]
  }

  /// Goes one step back: from an overlay, an item, a filter, a search or a page. Never stops anything.
  mutating func back() -> [Effect] {
    if overlay != nil {
      overlay = nil
    } else if openItem != nil {
      openItem = nil
      (detail, plan, pageLines) = (nil, nil, [])
    } else if results.filter != .all, focus == .results {
      return filter(.all)
    } else if searchText != nil, focus == .results {
      searchText = nil
    } else {
      page = .overview
    }
    return []
  }
}
