import Dashboard

/// A case-insensitive search for a text in the parts of an item.
///
/// It reads a limited number of bytes at a time, so that the screen never waits, however long the parts are.
package struct TextScan {
  /// The result of searching an item.
  package enum Outcome: Equatable {
    case found, absent
    /// The allowance is spent; the search must continue at a place.
    case goesOn(from: Int)
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
