public import ParallelFor

extension Dashboard {
  /// The items whose rows the results panel shows; the finished ones are to be given to ``showResults(_:)``.
  public var visibleResults: [ItemID] { results.visibleIDs(rows: rows.results) }

  /// Takes the rows of finished items that are visible; replaces those given before.
  public mutating func showResults(_ rows: [ResultRow]) {
    results.rows = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    for row in rows { results.noteLabel(row.label) }
  }

  /// What to show for an item: that it runs, its loaded row, or that it has not begun.
  public func resultRow(_ id: ItemID, at now: Instant) -> ResultRow {
    let facts = facts
    if let item = facts.runningItem(id) {
      return ResultRow(
        id: id, label: item.label, state: .running, latency: max(0, now.nanoseconds(since: item.start)))
    }
    if let item = facts.waiting[id] {
      return ResultRow(
        id: id, label: item.last.label, state: .waiting, latency: max(0, item.last.latency),
        firstLine: "attempt \(item.last.attempt): \(item.reason)")
    }
    return results.rows[id] ?? ResultRow(id: id, label: "", state: facts.state == .done ? .neverRan : .queued)
  }

  /// Takes what a slice of the scan for the filter found.
  ///
  /// - Parameters:
  ///   - found: The matching items among those looked at since the last call.
  ///   - scanned: How many items were looked at in all.
  ///   - done: Whether the scan is over.
  public mutating func filterMatched(_ found: [ItemID], scanned: Int, done: Bool) {
    guard results.filter.needsScan else { return }
    for id in found { results.addMatch(id) }
    results.scanned = scanned
    results.isScanning = !done
  }

  /// Says how far a search has come that goes on.
  public mutating func searchGoesOn(looked: Int, of all: Int, at now: Instant) {
    guard isSearching, currentNotice(at: now).map({ $0.text.hasPrefix(searchNotice) }) ?? true else { return }
    lastNotice = Notice(text: "\(searchNotice): \(100 * looked / max(1, all)) %", instant: now)
  }

  /// Takes the answer to a search; nil when nothing was found.
  public mutating func searchEnded(found: ItemID?) {
    guard isSearching else { return }
    isSearching = false
    guard let found else {
      lastNotice = Notice(text: "not found: \(searchText ?? "")", instant: lastNotice?.instant ?? live.latest)
      return
    }
    // A warning that came meanwhile stays.
    if lastNotice?.text.hasPrefix(searchNotice) == true { lastNotice = nil }
    if !results.select(found, rows: rows.results) {
      setFilter(.all)
      _ = results.select(found, rows: rows.results)
    }
    results.holdSelection()
  }

  /// Takes all about the open item; anything else is dropped.
  public mutating func showDetail(_ detail: ItemDetail) {
    if detail.id == openItem { self.detail = detail }
  }

  mutating func setFilter(_ filter: ResultFilter) {
    let scannedBefore = results.isScanning
    results.setFilter(filter, running: live.runningItems.map(\.id))
    if filter.needsScan || scannedBefore { pending.append(.scanFilter(filter)) }
  }
}
