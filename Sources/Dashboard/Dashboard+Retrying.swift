package import ParallelFor

extension Dashboard {
  /// Asks for a further attempt at the open item, else at the marked items, else at the selected one.
  mutating func retry(at now: Instant) -> [Effect] {
    guard canRetry(at: now) else { return [] }
    if openItem == nil, !marks.isEmpty {
      defer { marks = [] }
      return [.retry(marks.sorted())]
    }
    guard let id = openItem ?? selectedItem(at: now) else {
      notice("no item is selected", at: now)
      return []
    }
    guard live.runningItem(id) == nil, live.waiting[id] == nil else {
      notice("item \(id) \(live.waiting[id] == nil ? "is running" : "will be tried again anyway")", at: now)
      return []
    }
    return [.retry([id])]
  }

  /// Whether the run still starts items. If not, shows a notice with the alternative.
  private mutating func canRetry(at now: Instant) -> Bool {
    switch live.state {
    case .running, .paused: return true
    case .draining, .stopping, .done: break
    }
    let over = live.state == .done ? "the run is over" : "the run starts no further items"
    notice(resumeCommand.map { "\(over); to retry what failed: \($0)" } ?? over, at: now)
    return false
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

  // MARK: Marks

  /// Marks or unmarks the selected item and moves to the next one. In an overlay or an open item, turns the page.
  mutating func toggleMark(at now: Instant) -> [Effect] {
    if overlay != nil || openItem != nil { return navigate(.pageDown, at: now) }
    guard focus == .results || focus == .slow, let id = selectedItem(at: now) else {
      notice("mark items in the Results or Slow panel", at: now)
      return []
    }
    if marks.remove(id) == nil { marks.insert(id) }
    if focus == .slow { return navigate(.moveDown, at: now) }
    results.moveOn(rows: rows[.results])
    return []
  }

  mutating func markFailed(at now: Instant) -> [Effect] {
    guard results.filter != .running else {
      notice("running items have not failed", at: now)
      return []
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

  mutating func unmarkAll() -> [Effect] {
    marks = []
    return []
  }
}
