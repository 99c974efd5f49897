package import Dashboard
package import ParallelFor

/// Ended items, wherever they are kept, for the lists and pages of the dashboard.
package protocol ItemArchive: AnyObject {
  /// Why some items cannot be shown, for a person; nil while all can.
  var problem: String? { get }
  /// One more than the last position that has ended.
  var end: Int { get }
  /// The row of an item in the list; nil while it has not ended.
  func row(_ id: ItemID) -> ResultRow?
  /// All about an item; nil while it has not ended.
  ///
  /// - Parameter invocation: says what was done to the item.
  func detail(_ id: ItemID, invocation: (ArchivedItem, WorkerID) -> String) -> ItemDetail?
  /// The items among some positions that a filter shows, other than one for a text.
  func matches(_ filter: ResultFilter, in positions: Range<Int>, slowLimit: Int64?) -> [ItemID]
  /// The parts of an ended item in which a text is looked for: all of its name, reason, note and outputs; none while it
  /// has not ended.
  func searchedParts(of id: ItemID) -> [TextLook.Part]
}

/// An output as the pages show it.
package enum OutputText {
  /// How much of an output is loaded to be scrolled through, in bytes.
  package static let mostBytes = 1 << 20

  /// The lines of an output.
  package static func lines(_ bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The text up to its first line's end.
  package static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }
}
