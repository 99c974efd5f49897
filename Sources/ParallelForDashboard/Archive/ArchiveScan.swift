import Dashboard
import ParallelFor

/// A scan for the items that a filter shows, from the first item to the last one that had ended when it started.
struct ArchiveScan {
  /// The approximate number of bytes to read in one slice of a text search.
  static let slice = 512 << 10
  /// The number of positions to check in one slice of other scans.
  private static let positions = 20_000

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
    defer { scanned = min(end, scanned + Self.positions) }
    return archive.matches(filter, in: scanned..<min(end, scanned + Self.positions), slowLimit: slowLimit)
  }

  private mutating func advance(_ archive: any ItemArchive, lookingFor text: String) -> [ItemID] {
    var scan = TextScan(for: text, allowance: Self.slice)
    var found: [ItemID] = []
    while scanned < end, scan.allowance > 0 {
      let outcome = scan.scan(archive.searchedParts(of: ItemID(scanned)), from: place)
      if case .goesOn(let place) = outcome {
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
