import Dashboard

/// A look for a text, without regard to case, through the parts of an item, however long they are: some bytes at a time,
/// so that the screen never waits for it.
package struct TextLook {
  /// What has come of looking at an item.
  package enum Outcome: Equatable {
    case found, absent
    /// What could be looked at for now has been; the rest begins at a place.
    case goesOn(from: Int)
  }

  /// A part of an item: how many bytes it has, and what reads some of them from an offset on.
  package typealias Part = (count: Int, read: (_ offset: Int, _ count: Int) -> [UInt8])

  private static let chunk = 64 << 10

  private let text: String
  /// The end of a piece that is looked at again with the next one, for a match may lie across.
  private let overlap: Int
  /// About how many bytes may still be looked at for now.
  package private(set) var allowance: Int

  /// - Parameters:
  ///   - text: what is looked for.
  ///   - allowance: about how many bytes are looked at.
  package init(for text: String, allowance: Int) {
    self.text = text
    self.allowance = allowance
    // The same letters may take more bytes in another case.
    overlap = 4 * text.utf8.count + 8
  }

  /// Looks through an item.
  ///
  /// - Parameters:
  ///   - parts: the item's parts, in order; a match lies within one.
  ///   - place: where to begin, in bytes over all parts; that of the last outcome, or 0.
  package mutating func look(at parts: [Part], from place: Int) -> Outcome {
    allowance -= 64
    var place = place
    var start = 0
    for part in parts {
      while place < start + part.count {
        guard allowance > 0 else { return .goesOn(from: place) }
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
