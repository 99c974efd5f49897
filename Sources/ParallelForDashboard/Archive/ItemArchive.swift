package import Attempts
package import Dashboard
package import ParallelFor

/// The ended items, in any storage, for the lists and pages of the dashboard.
package protocol ItemArchive: AnyObject {
  /// Why some items cannot be shown, as a message for the user; nil if all can.
  var problem: String? { get }
  /// One more than the last position that has ended.
  var end: Int { get }
  /// Returns the row of an item in the list; nil until it has ended.
  func row(_ id: ItemID) -> ResultRow?
  /// Returns the details of an item; nil until it has ended.
  ///
  /// - Parameter invocation: Returns what was done to the item.
  func detail(_ id: ItemID, invocation: (ArchivedItem, WorkerID) -> String) -> ItemDetail?
  /// Returns the items in a range of positions that a filter shows; none for a text filter.
  func matches(_ filter: ResultFilter, in positions: Range<Int>, slowLimit: Int64?) -> [ItemID]
  /// Returns why an item failed; nil if it has not.
  func failureReason(of id: ItemID) -> FailureReason?
  /// Returns the parts of an item that a text search covers: all of its name, reason, note and outputs; none until it
  /// has ended.
  func searchedParts(of id: ItemID) -> [TextScan.Part]
}

/// Prepares outputs for display.
package enum OutputText {
  /// The most bytes of an output that are loaded for scrolling.
  package static let mostBytes = 1 << 20

  /// Returns the lines of an output.
  package static func lines(_ bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0, as: UTF8.self) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The most bytes at the end of an output in which its last line is looked for.
  private static let lastBytes = 1_024

  /// Returns the last line of an output that is not blank, or its end if it is long; empty if there is none.
  package static func lastLine(of output: CapturedBytes) -> String {
    let bytes = try? output.read(from: max(0, output.count - lastBytes), count: lastBytes)
    return lastLine(bytes ?? [])
  }

  /// Returns the last line that is not blank.
  package static func lastLine(_ bytes: [UInt8]) -> String {
    let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return lines.last { !$0.allSatisfy { $0 <= UInt8(ascii: " ") } }.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Returns the first line of a text.
  package static func firstLine(_ text: String) -> String { String(text.prefix { !$0.isNewline }) }
}

extension ItemDetail {
  /// Shows the beginnings of the outputs, which have these numbers of bytes.
  package mutating func show(output: [UInt8], of outputCount: Int, errors: [UInt8], of errorCount: Int) {
    self.output = OutputText.lines(output)
    outputBytes = outputCount
    outputCut = outputCount > OutputText.mostBytes
    self.errors = OutputText.lines(errors)
    errorBytes = errorCount
    errorsCut = errorCount > OutputText.mostBytes
  }
}
