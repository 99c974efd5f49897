import Dashboard
import ParallelFor

/// Searches and scans the archive one slice at a time, so that the screen never waits.
struct ArchiveSearch {
  private var filter: ArchiveScan?
  private var marking: ArchiveScan?
  private var search: Search?

  private struct Search {
    var text: String
    var position: Int
    /// Where to continue in the item.
    var place = 0
    var left: Int
    var all: Int
    var step: Int
  }

  /// Whether a search or a scan is in progress.
  var isBusy: Bool { filter != nil || marking != nil || search != nil }

  /// Starts the scan for a filter, and ends the previous one.
  mutating func begin(_ filter: ResultFilter, in archive: any ItemArchive) {
    self.filter = filter.needsScan ? ArchiveScan(filter, archive) : nil
  }

  /// Starts the search for failed items among those that a filter shows, and ends the previous one.
  mutating func begin(markingIn filter: ResultFilter, of archive: any ItemArchive) {
    marking = ArchiveScan(filter == .all ? .failed : filter, archive)
  }

  /// Starts a search from an item on, once around.
  mutating func begin(searchFor text: String, from: ItemID, forward: Bool, in archive: any ItemArchive) {
    let end = archive.end
    search = Search(text: text, position: from.position, left: end, all: end, step: forward ? 1 : -1)
  }

  /// Processes one slice of each and gives the results to the dashboard.
  mutating func step(_ archive: any ItemArchive, telling dashboard: inout Dashboard, at now: Instant) {
    stepMarking(archive, telling: &dashboard, at: now)
    stepFilter(archive, telling: &dashboard)
    stepSearch(archive, telling: &dashboard, at: now)
  }

  private mutating func stepFilter(_ archive: any ItemArchive, telling dashboard: inout Dashboard) {
    guard var scan = filter else { return }
    let found = scan.advance(archive, slowLimit: dashboard.live.slowLimit)
    dashboard.filterMatched(found, scanned: scan.scanned, done: scan.isDone)
    filter = scan.isDone ? nil : scan
  }

  private mutating func stepMarking(
    _ archive: any ItemArchive, telling dashboard: inout Dashboard, at now: Instant
  ) {
    guard var scan = marking else { return }
    let slowLimit = dashboard.live.slowLimit
    let before = scan.scanned
    var found = scan.advance(archive, slowLimit: slowLimit)
    if scan.filter != .failed {
      let failed = Set(archive.matches(.failed, in: before..<scan.scanned, slowLimit: slowLimit))
      found.removeAll { !failed.contains($0) }
    }
    dashboard.markFound(found, done: scan.isDone, at: now)
    marking = scan.isDone ? nil : scan
  }

  private mutating func stepSearch(
    _ archive: any ItemArchive, telling dashboard: inout Dashboard, at now: Instant
  ) {
    guard var current = search else { return }
    let found = Self.advance(&current, archive)
    search = found == nil && current.left > 0 ? current : nil
    if let found {
      dashboard.searchEnded(found: found)
    } else if current.left <= 0 {
      dashboard.searchEnded(found: nil)
    } else {
      dashboard.searchGoesOn(looked: current.all - current.left, of: current.all, at: now)
    }
  }

  private static func advance(_ search: inout Search, _ archive: any ItemArchive) -> ItemID? {
    let end = archive.end
    var scan = TextScan(for: search.text, allowance: ArchiveScan.slice)
    while search.left > 0, scan.allowance > 0 {
      if search.position >= end { search.position = search.step > 0 ? 0 : max(0, end - 1) }
      if search.position < 0 { search.position = max(0, end - 1) }
      let id = ItemID(search.position)
      switch scan.scan(archive.searchedParts(of: id), from: search.place) {
      case .found: return id
      case .goesOn(let place): search.place = place
      case .absent:
        search.place = 0
        search.position += search.step
        search.left -= 1
      }
    }
    return nil
  }
}
