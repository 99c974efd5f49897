package import ParallelFor

extension Dashboard {
  /// The rows that a step of the wheel moves.
  private static let wheelRows = 3

  /// Focuses a panel and selects a row of its list. A second click on the row opens it.
  ///
  /// - Parameter row: The row, from the first visible one; nil for a place beside the list.
  package mutating func click(_ panel: Panel, row: Int?, at now: Instant) -> [Effect] {
    let time = shownInstant(now)
    let before = focus == panel ? selectedRow(at: time) : nil
    focusOn(panel)
    guard let row else { return [] }
    let wanted = firstRow(at: time) + row
    if before == wanted { return open(at: now) }
    select(row: wanted, at: time)
    return []
  }

  /// Moves in a panel, or in the open item.
  package mutating func turnWheel(_ panel: Panel?, down: Bool, at now: Instant) -> [Effect] {
    if let panel { focusOn(panel) }
    for _ in 0..<Self.wheelRows { _ = navigate(down ? .moveDown : .moveUp, at: now) }
    return []
  }
}
