import ParallelFor

/// A format for exporting a whole run, row by row and with little memory.
package enum RunExport: String, Sendable, CaseIterable {
  /// GNU parallel's job log: nine columns, separated by tabs.
  case joblog
  /// Comma-separated values (RFC 4180) with a header line.
  case csv
  /// One line with a JSON object for each item, and a summary line.
  case json
  /// A Chrome trace with a lane for each worker, for Perfetto and `chrome://tracing`.
  case trace
  /// The events of the run as JSON lines, as they are written during a run.
  case events

  /// Exports a run.
  ///
  /// - Parameters:
  ///   - reader: reads the run.
  ///   - command: returns the command or query of an item for the job log; by default the item's text.
  ///   - write: receives the bytes piece by piece; pieces end at line ends, except within large outputs.
  /// - Throws: a ``RunStoreError`` when the run cannot be read, and the errors of `write`.
  package func export(
    _ reader: RunReader, command: (ItemRecord) -> [UInt8] = \.text, to write: ([UInt8]) throws -> Void
  ) throws {
    switch self {
    case .joblog: try JoblogExport.export(reader, command, to: write)
    case .csv: try CSVExport.export(reader, to: write)
    case .json: try JSONExport.export(reader, to: write)
    case .trace: try TraceExport.export(reader, to: write)
    case .events: try EventsExport.export(reader, to: write)
    }
  }
}

/// Collects small pieces into larger ones.
struct ExportBuffer {
  private static let limit = 64 << 10

  var bytes: [UInt8] = []
  private let write: ([UInt8]) throws -> Void

  init(_ write: @escaping ([UInt8]) throws -> Void) { self.write = write }

  /// Writes the collected bytes once they have reached the limit.
  mutating func flushIfLarge() throws {
    if bytes.count >= Self.limit { try flush() }
  }

  mutating func flush() throws {
    if !bytes.isEmpty { try write(bytes) }
    bytes.removeAll(keepingCapacity: true)
  }
}

/// The words for outcomes in exports; they are part of the formats and never change.
enum OutcomeWord {
  static func word(_ outcome: Outcome?) -> String {
    switch outcome {
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .timedOut: "timed out"
    case .cancelled: "cancelled"
    case nil: "waiting to retry"
    }
  }
}
