import Dashboard
import ParallelFor

/// A scan for what a filter shows, from the first item to the last one that had ended when it began.
struct ArchiveScan {
  /// About how many bytes are looked at in one slice.
  static let slice = 512 << 10
  /// Positions looked at in one slice where no text is.
  private static let positions = 20_000

  let filter: ResultFilter
  /// How many items have been looked at to their end.
  private(set) var scanned = 0
  /// Where in the next item the look goes on.
  private var place = 0
  private let end: Int

  init(_ filter: ResultFilter, _ archive: any ItemArchive) {
    self.filter = filter
    end = archive.end
  }

  var isDone: Bool { scanned == end }

  /// Goes on by a slice, and returns what was found in it.
  mutating func advance(_ archive: any ItemArchive, slowLimit: Int64?) -> [ItemID] {
    if case .text(let text) = filter { return advance(archive, lookingFor: text) }
    defer { scanned = min(end, scanned + Self.positions) }
    return archive.matches(filter, in: scanned..<min(end, scanned + Self.positions), slowLimit: slowLimit)
  }

  private mutating func advance(_ archive: any ItemArchive, lookingFor text: String) -> [ItemID] {
    var look = TextLook(for: text, allowance: Self.slice)
    var found: [ItemID] = []
    while scanned < end, look.allowance > 0 {
      let outcome = look.look(at: archive.searchedParts(of: ItemID(scanned)), from: place)
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
