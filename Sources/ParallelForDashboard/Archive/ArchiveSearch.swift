import Dashboard
import ParallelFor

/// Searches and filter scans over the archive, a slice at a time, so that the screen never waits for them.
struct ArchiveSearch {
  /// Positions looked at in one slice.
  private static let scanSlice = 20_000
  private static let textSlice = 1_000

  private struct Search {
    var text: String
    var position: Int
    var left: Int
    var step: Int
  }

  /// A scan from the first item to the last one that had ended when it began.
  private struct Scan {
    var filter: ResultFilter
    var scanned = 0
    var end: Int

    init(_ filter: ResultFilter, _ archive: any ItemArchive) {
      self.filter = filter
      end = archive.end
    }

    var isDone: Bool { scanned == end }

    /// Goes on by a slice.
    mutating func advance() -> Range<Int> {
      let slice: Int
      if case .text = filter { slice = ArchiveSearch.textSlice } else { slice = ArchiveSearch.scanSlice }
      defer { scanned = min(end, scanned + slice) }
      return scanned..<min(end, scanned + slice)
    }
  }

  private var filter: Scan?
  private var marking: Scan?
  private var search: Search?

  /// Whether there is more to look at.
  var isBusy: Bool { filter != nil || marking != nil || search != nil }

  /// Begins the scan for a filter; ends the one before.
  mutating func begin(_ filter: ResultFilter, in archive: any ItemArchive) {
    self.filter = filter.needsScan ? Scan(filter, archive) : nil
  }

  /// Begins the search for failed items among those that a filter shows; ends the one before.
  mutating func begin(markingIn filter: ResultFilter, of archive: any ItemArchive) {
    marking = Scan(filter, archive)
  }

  /// Begins a search from an item on, once around.
  mutating func begin(searchFor text: String, from: ItemID, forward: Bool, in archive: any ItemArchive) {
    search = Search(text: text, position: from.position, left: archive.end, step: forward ? 1 : -1)
  }

  /// Looks at one slice and tells the dashboard what was found.
  mutating func step(_ archive: any ItemArchive, telling dashboard: inout Dashboard, at now: Instant) {
    stepMarking(archive, telling: &dashboard, at: now)
    stepFilter(archive, telling: &dashboard)
    stepSearch(archive, telling: &dashboard)
  }

  private mutating func stepFilter(_ archive: any ItemArchive, telling dashboard: inout Dashboard) {
    guard var scan = filter else { return }
    let found = archive.matches(scan.filter, in: scan.advance(), slowLimit: dashboard.live.slowLimit)
    dashboard.filterMatched(found, scanned: scan.scanned, done: scan.isDone)
    filter = scan.isDone ? nil : scan
  }

  private mutating func stepMarking(
    _ archive: any ItemArchive, telling dashboard: inout Dashboard, at now: Instant
  ) {
    guard var scan = marking else { return }
    let slice = scan.advance()
    let slowLimit = dashboard.live.slowLimit
    var found = archive.matches(.failed, in: slice, slowLimit: slowLimit)
    if scan.filter != .all, scan.filter != .failed {
      let shown = Set(archive.matches(scan.filter, in: slice, slowLimit: slowLimit))
      found.removeAll { !shown.contains($0) }
    }
    dashboard.markFound(found, done: scan.isDone, at: now)
    marking = scan.isDone ? nil : scan
  }

  private mutating func stepSearch(_ archive: any ItemArchive, telling dashboard: inout Dashboard) {
    guard var current = search else { return }
    let end = archive.end
    for _ in 0..<min(Self.textSlice, current.left) {
      if current.position >= end { current.position = current.step > 0 ? 0 : max(0, end - 1) }
      if current.position < 0 { current.position = max(0, end - 1) }
      if archive.holds(current.text, at: ItemID(current.position)) {
        dashboard.searchEnded(found: ItemID(current.position))
        search = nil
        return
      }
      current.position += current.step
      current.left -= 1
    }
    search = current
    if current.left <= 0 {
      dashboard.searchEnded(found: nil)
      search = nil
    }
  }
}
