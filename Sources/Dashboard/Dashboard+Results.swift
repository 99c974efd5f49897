package import ParallelFor

extension Dashboard {
  /// The items that the results panel shows.
  package var visibleResults: [ItemID] { results.visibleIDs(rows: rows[.results]) }

  /// The items that lists show. Give the rows of the finished ones to ``showResults(_:)``, and, if items are records, the
  /// fields of the running ones.
  package func visibleItems(at now: Instant) -> [ItemID] {
    guard hasRecords else { return visibleResults }
    let now = shownInstant(now)
    let slow = rows[.slow] > 0 ? facts.slowItems(at: now).map(\.id) : []
    let firstSlow = slowSelection.first(rows: rows[.slow], in: slow)
    let workers = rows[.workers] > 0 ? facts.workers(workerOrder, at: now) : []
    let firstWorker = workerSelection.first(rows: rows[.workers], in: workers.map(\.id))
    return visibleResults + slow.dropFirst(firstSlow).prefix(rows[.slow])
      + workers.dropFirst(firstWorker).prefix(rows[.workers]).compactMap(\.item?.id)
  }

  /// Takes the rows of the visible items, which replace the previous rows.
  package mutating func showResults(_ rows: [ResultRow]) {
    results.show(rows)
    if !results.itemShape.isEmpty { hasRecords = true }
  }

  /// Returns the row to show for an item, which may be running, waiting, finished or not yet started.
  package func resultRow(_ id: ItemID, at now: Instant) -> ResultRow {
    let facts = facts
    if let item = facts.runningItem(id) {
      return ResultRow(
        id: id, label: item.label, state: .running, latency: max(0, now.nanoseconds(since: item.start)),
        fields: results.rows[id]?.fields ?? [])
    }
    if let item = facts.waiting[id] {
      return ResultRow(
        id: id, label: item.last.label, state: .waiting, latency: max(0, item.last.nanoseconds),
        line: "attempt \(item.last.attempt): \(item.reason)", fields: results.rows[id]?.fields ?? [])
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

  /// Takes items that the filter shows, besides those of the scan.
  package mutating func filterMatched(_ found: [ItemID]) {
    for id in found { results.addMatch(id) }
  }

  /// Shows the progress of a search.
  package mutating func searchContinues(looked: Int, of all: Int, at now: Instant) {
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
    guard detail.id == openItem, detail != self.detail else { return }
    self.detail = detail
    layOutPage()
  }

  mutating func setFilter(_ filter: ResultFilter) {
    let scannedBefore = results.isScanning
    results.setFilter(filter, running: live.runningItems.map(\.id))
    if filter.needsScan || scannedBefore { pending.append(.screen(.scanFilter(filter))) }
  }
}

// MARK: - Trying again

extension Dashboard {
  /// Asks for a further attempt at the open item, or at the marked items, or at the selected one.
  mutating func retry(at now: Instant) -> [Effect] {
    if !live.isHandingOut { return refuseRetry(at: now) }
    if openItem == nil, !marks.isEmpty {
      defer { marks = [] }
      return [.retry(marks.sorted())]
    }
    guard let id = openItem ?? selectedItem(at: now) else { return reply("no item is selected", at: now) }
    if live.waiting[id] != nil { return reply("item \(id) will be tried again anyway", at: now) }
    if live.runningItem(id) != nil { return reply("item \(id) is running", at: now) }
    return [.retry([id])]
  }

  /// Offers to run the failed items in a new session if the run is over. Otherwise, says what to do instead.
  private mutating func refuseRetry(at now: Instant) -> [Effect] {
    if live.state == .done, live.tally.unsuccessful == 0 { return reply("nothing has failed", at: now) }
    if live.state == .done, canRunAgain {
      overlay = .dialog(Dialog(.runAgain))
      return []
    }
    let over = live.state == .done ? "the run is over" : "the run starts no further items"
    return reply(resumeCommand.map { "\(over); to retry failed items: \($0)" } ?? over, at: now)
  }

  /// Takes the answer to ``Effect/retry(_:)``. The items themselves change by events.
  ///
  /// - Parameters:
  ///   - asked: The items that were asked for.
  ///   - taken: The number of them that will be tried again.
  package mutating func retryAnswered(_ asked: [ItemID], taken: Int, at now: Instant) {
    if let only = asked.first, asked.count == 1 {
      notice("item \(only) \(taken == 1 ? "is tried again" : "has not failed")", at: now)
    } else if taken == asked.count {
      notice("\(taken) items are tried again", at: now)
    } else {
      notice("\(taken) of \(asked.count) marked items are tried again; the others have not failed", at: now)
    }
  }

  /// Marks or unmarks the selected item and moves to the next one. In an overlay or an open item, turns the page.
  mutating func toggleMark(at now: Instant) -> [Effect] {
    if overlay != nil || openItem != nil { return navigate(.pageDown, at: now) }
    guard focus == .results || focus == .slow, let id = selectedItem(at: now) else {
      return reply("mark items in the Results or Slow panel", at: now)
    }
    if marks.remove(id) == nil { marks.insert(id) }
    if focus == .slow { return navigate(.moveDown, at: now) }
    results.moveOn(rows: rows[.results])
    return []
  }

  mutating func markFailed(at now: Instant) -> [Effect] {
    if results.filter == .running { return reply("running items have not failed", at: now) }
    if live.state == .done {
      return canRunAgain ? reply("the run is over: R runs all failed items again", at: now) : refuseRetry(at: now)
    }
    marks = []
    isMarking = true
    return [.screen(.findFailed(results.filter))]
  }

  /// Takes the results of a slice of the search for failed items.
  ///
  /// - Parameter done: Whether the search is over.
  package mutating func markFound(_ found: [ItemID], done: Bool, at now: Instant) {
    for id in found where live.waiting[id] == nil && live.runningItem(id) == nil { marks.insert(id) }
    guard done else { return }
    isMarking = false
    notice(marks.isEmpty ? "nothing has failed" : "\(marks.count) marked: R tries them again", at: now)
  }

  mutating func unmarkAll(at now: Instant) -> [Effect] {
    if marks.isEmpty { return reply("nothing is marked", at: now) }
    marks = []
    return []
  }
}
