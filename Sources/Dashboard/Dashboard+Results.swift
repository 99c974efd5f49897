package import ParallelFor

extension Dashboard {
  /// The items that the results panel shows. Give the rows of the finished ones to ``showResults(_:)``.
  package var visibleResults: [ItemID] { results.visibleIDs(rows: rows[.results]) }

  /// Takes the rows of the visible finished items, which replace the previous rows.
  package mutating func showResults(_ rows: [ResultRow]) {
    results.rows = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    for row in rows { results.noteLabel(row.label) }
  }

  /// Returns the row to show for an item, which may be running, waiting, finished or not yet started.
  package func resultRow(_ id: ItemID, at now: Instant) -> ResultRow {
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

  /// Takes the results of a slice of the filter scan.
  ///
  /// - Parameters:
  ///   - found: The matching items among those scanned since the last call.
  ///   - scanned: The total number of items scanned.
  ///   - done: Whether the scan is over.
  package mutating func filterMatched(_ found: [ItemID], scanned: Int, done: Bool) {
    guard results.filter.needsScan else { return }
    for id in found { results.addMatch(id) }
    results.scanned = scanned
    results.isScanning = !done
  }

  /// Shows the progress of a search.
  package mutating func searchGoesOn(looked: Int, of all: Int, at now: Instant) {
    guard isSearching, currentNotice(at: now).map({ $0.text.hasPrefix(searchNotice) }) ?? true else { return }
    lastNotice = Notice(text: "\(searchNotice): \(100 * looked / max(1, all)) %", instant: now)
  }

  /// Takes the result of a search; nil when nothing was found.
  package mutating func searchEnded(found: ItemID?) {
    guard isSearching else { return }
    isSearching = false
    guard let found else {
      lastNotice = Notice(text: "not found: \(searchText ?? "")", instant: lastNotice?.instant ?? live.latest)
      return
    }
    // Keep a warning that appeared meanwhile.
    if lastNotice?.text.hasPrefix(searchNotice) == true { lastNotice = nil }
    if !results.select(found, rows: rows[.results]) {
      setFilter(.all)
      _ = results.select(found, rows: rows[.results])
    }
    results.holdSelection()
  }

  /// Takes the details of the open item. Details of other items are dropped.
  package mutating func showDetail(_ detail: ItemDetail) {
    if detail.id == openItem { self.detail = detail }
  }

  mutating func setFilter(_ filter: ResultFilter) {
    let scannedBefore = results.isScanning
    results.setFilter(filter, running: live.runningItems.map(\.id))
    if filter.needsScan || scannedBefore { pending.append(.screen(.scanFilter(filter))) }
  }
}
