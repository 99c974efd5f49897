import Attempts
import Jobs
import OSText
import ParallelFor
import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// Writes results one after the other, with the item before each line if wanted, and safely for a terminal.
struct ResultWriter {
  let sink: ByteSink

  /// Writes all bytes, with `tag` and a tab before each line unless the tag is empty.
  mutating func write(_ bytes: CapturedBytes, tag: [UInt8]) throws {
    guard bytes.count > 0 else { return }
    if tag.isEmpty, !sink.isTerminal {
      try bytes.forEachChunk { sink.write($0) }
    } else {
      try writeLines(bytes, tag: tag)
    }
  }

  private func writeLines(_ bytes: CapturedBytes, tag: [UInt8]) throws {
    var line: [UInt8] = []
    try bytes.forEachChunk { chunk in
      for piece in chunk.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
        if piece.offset > 0 {
          writeLine(line, tag: tag, ending: true)
          line.removeAll(keepingCapacity: true)
        }
        line.append(contentsOf: piece.element)
      }
    }
    if !line.isEmpty { writeLine(line, tag: tag, ending: sink.isTerminal) }
  }

  private func writeLine(_ line: [UInt8], tag: [UInt8], ending: Bool) {
    if !tag.isEmpty { write(tag, then: UInt8(ascii: "\t")) }
    write(line, then: ending ? UInt8(ascii: "\n") : nil)
  }

  private func write(_ bytes: [UInt8], then last: UInt8?) {
    sink.write(sink.isTerminal ? Self.harmless(bytes) : bytes)
    if let last { sink.write([last]) }
  }

  /// The text with control characters made visible, except tabs.
  private static func harmless(_ bytes: [UInt8]) -> [UInt8] {
    let columns = bytes.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
    return Array(columns.map { SafeText.visible(String(decoding: $0, as: UTF8.self)).utf8 }.joined(separator: [9]))
  }
}

/// Puts the results file of a recorded run in the order of the items, as an uninterrupted run would have written it.
///
/// This is needed after an item is tried again whose result has already been written. Bytes that are already in place
/// are compared and not written again.
struct ResultRewriting {
  let recording: RunRecording
  /// The file of results.
  let path: String
  let tags: Bool

  /// Writes the file.
  ///
  /// - Returns: why the file could not be written; `resume` can complete it. Nil on success.
  func run() -> ByteSink.Problem? {
    let descriptor = open(path.osPath, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return .failed(String(cString: strerror(errno))) }
    let sink = ByteSink(descriptor: descriptor, ownsDescriptor: true, continues: true)
    var writer = ResultWriter(sink: sink)
    do {
      try recording.forEachResult { text, outcome, output in
        guard outcome.isDelivered, sink.problem == nil else { return }
        try writer.write(output, tag: tags ? text : [])
      }
    } catch {
      return .failed("\(error)")
    }
    sink.finish()
    return sink.problem
  }
}

extension Outcome {
  /// Whether the output of the item is delivered. Output of stopped and timed-out items is not.
  var isDelivered: Bool {
    switch self {
    case .succeeded, .failed: true
    case .timedOut, .cancelled: false
    }
  }
}
