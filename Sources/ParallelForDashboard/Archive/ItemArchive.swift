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
  /// Returns the parts of an item that a text search covers: all of its name, reason, note and outputs, with standard
  /// output and standard error last; none until it has ended.
  func searchedParts(of id: ItemID) -> [TextScan.Part]
}

/// Prepares outputs for display.
package enum OutputText {
  /// The most bytes of the beginning and of the end of an output that are loaded for scrolling.
  package static let mostBytes = 1 << 19
  /// The most bytes of one line. A longer line is shown as several.
  private static let longestLine = 4_096

  /// Returns the lines of an output.
  package static func lines(_ bytes: [UInt8]) -> [String] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .flatMap { pieces($0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  private static func pieces(_ line: ArraySlice<UInt8>) -> [String] {
    guard line.count > longestLine else { return [String(decoding: line, as: UTF8.self)] }
    var rest = line
    var pieces: [String] = []
    while !rest.isEmpty {
      var piece = rest.prefix(longestLine)
      // Keep the bytes of a character together.
      while piece.count > longestLine - 4, let next = rest.dropFirst(piece.count).first, next & 0xC0 == 0x80 {
        piece = piece.dropLast()
      }
      pieces.append(String(decoding: piece, as: UTF8.self))
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }

  /// The most bytes at the end of an output to search for its last line.
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

/// The beginning and the end of an output, which are all of it if it is small.
package struct OutputParts {
  let count: Int
  let head: [UInt8]
  let tail: [UInt8]

  /// - Parameters:
  ///   - count: The number of bytes.
  ///   - head: The first bytes.
  ///   - tail: The last bytes that are not among the first ones.
  package init(count: Int, head: [UInt8], tail: [UInt8]) {
    self.count = count
    self.head = head
    self.tail = tail
  }

  /// Reads the parts of an output of `count` bytes.
  package init(count: Int, read: (_ offset: Int, _ count: Int) -> [UInt8]) {
    let head = min(count, OutputText.mostBytes)
    let tail = min(count - head, OutputText.mostBytes)
    self.init(count: count, head: read(0, head), tail: tail > 0 ? read(count - tail, tail) : [])
  }

  /// The bytes that are here, one after the other.
  var part: TextScan.Part {
    let bytes = head + tail
    return (bytes.count, { Array(bytes[$0..<$0 + $1]) })
  }

  /// The lines, the number of lines before the bytes that are left out, and whether there are such bytes.
  fileprivate var lines: (all: [String], head: Int, isCut: Bool) {
    guard count > head.count + tail.count else { return (OutputText.lines(head + tail), 0, false) }
    let first = OutputText.lines(head)
    return (first + OutputText.lines(tail), first.count, true)
  }
}

/// What a running item has written so far.
package struct LiveOutput {
  package let process: Int32
  package let output: OutputParts
  package let errors: OutputParts
  package let used: ProcessEnding

  /// - Parameters:
  ///   - process: The number of the process.
  ///   - output: What it has written to standard output.
  ///   - errors: What it has written to standard error.
  ///   - used: The processor time and the memory that it has used so far, as far as they are known.
  package init(process: Int32, output: OutputParts, errors: OutputParts, used: ProcessEnding = ProcessEnding()) {
    self.process = process
    self.used = used
    self.output = output
    self.errors = errors
  }
}

extension ItemDetail {
  /// Shows the outputs.
  package mutating func show(output: OutputParts, errors: OutputParts) {
    outputBytes = output.count
    errorBytes = errors.count
    (self.output, outputHead, outputCut) = output.lines
    (self.errors, errorHead, errorsCut) = errors.lines
  }
}
