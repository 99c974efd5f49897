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
      dashboard.searchContinues(looked: current.all - current.left, of: current.all, at: now)
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
      case .continues(let place): search.place = place
      case .absent:
        search.place = 0
        search.position += search.step
        search.left -= 1
      }
    }
    return nil
  }
}

/// A scan for the items that a filter shows, from the first item to the last one that had ended when it started.
struct ArchiveScan {
  /// The approximate number of bytes to read in one slice of a text search.
  static let slice = 512 << 10
  /// The number of positions to check in one slice of other scans, and in one that reads errors.
  private static let positions = (quick: 20_000, reading: 1_000)

  let filter: ResultFilter
  /// The number of items that have been scanned completely.
  private(set) var scanned = 0
  /// Where to continue in the next item.
  private var place = 0
  private let end: Int

  init(_ filter: ResultFilter, _ archive: any ItemArchive) {
    self.filter = filter
    end = archive.end
  }

  var isDone: Bool { scanned == end }

  /// Scans one slice and returns the matches in it.
  mutating func advance(_ archive: any ItemArchive, slowLimit: Int64?) -> [ItemID] {
    if case .text(let text) = filter { return advance(archive, lookingFor: text) }
    let readsErrors = if case .failure = filter { true } else { false }
    let next = min(end, scanned + (readsErrors ? Self.positions.reading : Self.positions.quick))
    defer { scanned = next }
    return archive.matches(filter, in: scanned..<next, slowLimit: slowLimit)
  }

  private mutating func advance(_ archive: any ItemArchive, lookingFor text: String) -> [ItemID] {
    var scan = TextScan(for: text, allowance: Self.slice)
    var found: [ItemID] = []
    while scanned < end, scan.allowance > 0 {
      let outcome = scan.scan(archive.searchedParts(of: ItemID(scanned)), from: place)
      if case .continues(let place) = outcome {
        self.place = place
        continue
      }
      if outcome == .found { found.append(ItemID(scanned)) }
      place = 0
      scanned += 1
    }
    return found
  }
}

/// A case-insensitive search for a text in the parts of an item.
///
/// It reads a limited number of bytes at a time, so that the screen never waits, however long the parts are.
package struct TextScan {
  /// The result of searching an item.
  package enum Outcome: Equatable {
    case found, absent
    /// The allowance is spent; the search must continue at a place.
    case continues(from: Int)
  }

  /// A part of an item: its number of bytes, and a function that reads some of them from an offset on.
  package typealias Part = (count: Int, read: (_ offset: Int, _ count: Int) -> [UInt8])

  private static let chunk = 64 << 10

  private let text: String
  /// The number of bytes of a piece to read again with the next one, because a match may span both.
  private let overlap: Int
  /// The approximate number of bytes that may still be read.
  package private(set) var allowance: Int

  /// - Parameters:
  ///   - text: The text to find.
  ///   - allowance: The approximate number of bytes to read.
  package init(for text: String, allowance: Int) {
    self.text = text
    self.allowance = allowance
    // The same letters may take more bytes in another case.
    overlap = 4 * text.utf8.count + 8
  }

  /// Searches an item.
  ///
  /// - Parameters:
  ///   - parts: The item's parts in order. A match lies within one part.
  ///   - place: Where to start, in bytes over all parts: the place of the last outcome, or 0.
  package mutating func scan(_ parts: [Part], from place: Int) -> Outcome {
    allowance -= 64
    var place = place
    var start = 0
    for part in parts {
      while place < start + part.count {
        guard allowance > 0 else { return .continues(from: place) }
        let count = min(Self.chunk, start + part.count - place)
        if isIn(part, from: place - start, count) { return .found }
        allowance -= count
        place += count
      }
      start += part.count
    }
    return .absent
  }

  private func isIn(_ part: Part, from offset: Int, _ count: Int) -> Bool {
    let begin = max(0, offset - overlap)
    return ResultFilter.text(text, isIn: String(decoding: part.read(begin, offset - begin + count), as: UTF8.self))
  }
}
