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

  private var filter: ResultFilter?
  private var scanned = 0
  private var scanEnd = 0
  private var search: Search?

  /// Whether there is more to look at.
  var isBusy: Bool { filter != nil || search != nil }

  /// Begins the scan for a filter; ends the one before.
  mutating func begin(_ filter: ResultFilter, in archive: any ItemArchive) {
    self.filter = filter.needsScan ? filter : nil
    scanned = 0
    scanEnd = archive.end
  }

  /// Begins a search from an item on, once around.
  mutating func begin(searchFor text: String, from: ItemID, forward: Bool, in archive: any ItemArchive) {
    search = Search(text: text, position: from.position, left: archive.end, step: forward ? 1 : -1)
  }

  /// Looks at one slice and tells the dashboard what was found.
  mutating func step(_ archive: any ItemArchive, telling dashboard: inout Dashboard) {
    stepFilter(archive, telling: &dashboard)
    stepSearch(archive, telling: &dashboard)
  }

  private mutating func stepFilter(_ archive: any ItemArchive, telling dashboard: inout Dashboard) {
    guard let filter else { return }
    let slice: Int
    if case .text = filter { slice = Self.textSlice } else { slice = Self.scanSlice }
    let next = min(scanEnd, scanned + slice)
    let found = archive.matches(filter, in: scanned..<next, slowLimit: dashboard.live.slowLimit)
    scanned = next
    dashboard.filterMatched(found, scanned: scanned, done: scanned == scanEnd)
    if scanned == scanEnd { self.filter = nil }
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
