package import Attempts
import ParallelFor

/// The events of a run as JSON lines; also written during a run.
///
/// The first line names the schema and its version. Newer versions of the program may add members and kinds of events
/// to version 1; existing ones keep their meaning.
package enum EventsExport {
  /// The version of the schema.
  package static let version = 1

  /// Returns the first line: the schema and the description of the run.
  package static func header(_ run: RunRecord) -> [UInt8] {
    line("run began", at: run.created) { json in
      json.member("schema", "pfor-tui.events")
      json.member("version", version)
      json.member("run", run.id)
      json.member("title", run.title)
      json.member("source", run.source)
    }
  }

  /// Returns the line of a change of the run as a whole.
  package static func line(_ change: RunChange) -> [UInt8] {
    line(change.kind.rawValue, at: change.time) { json in
      if let value = change.value { json.member("value", value) }
      if let reason = change.reason { json.member("reason", reason) }
    }
  }

  /// Returns the line of an attempt that has ended.
  ///
  /// - Parameters:
  ///   - number: the item's number, from 1.
  ///   - text: the item.
  ///   - attempt: the attempt.
  ///   - isLast: whether the item has ended for good; false when another attempt follows, or when the item was stopped
  ///     and a resumed run repeats it.
  ///   - outputCount: the size of the standard output in bytes.
  ///   - errorCount: the size of the standard error in bytes.
  package static func line(
    number: Int, text: [UInt8], _ attempt: EndedAttempt, isLast: Bool, outputCount: Int, errorCount: Int
  ) -> [UInt8] {
    line(isLast ? "item ended" : "attempt ended", at: attempt.end) { json in
      json.member("number", number)
      json.member("item", text)
      json.member("attempt", attempt.attempt)
      json.member("outcome", OutcomeWord.word(attempt.outcome))
      AttemptText.append(attempt, to: &json)
      json.member("output_bytes", outputCount)
      json.member("error_bytes", errorCount)
    }
  }

  static func export(_ reader: RunReader, to write: ([UInt8]) throws -> Void) throws {
    let run = try reader.record()
    let changes = try reader.changes()
    try withoutActuallyEscaping(write) { write in
      var buffer = ExportBuffer(write)
      buffer.bytes += header(run)
      for change in changes { buffer.bytes += line(change) }
      try reader.forEachItem { item in
        let number = item.number ?? 0
        try reader.forEachEarlierAttempt(of: item) { earlier in
          buffer.bytes += line(
            number: number, text: item.text, earlier.attempt, isLast: false, outputCount: earlier.outputCount,
            errorCount: earlier.errorCount)
          try buffer.flushIfLarge()
        }
        if let attempt = item.attempt {
          buffer.bytes += line(
            number: number, text: item.text, attempt, isLast: attempt.canEndItem, outputCount: item.outputCount,
            errorCount: item.errorCount)
        }
        try buffer.flushIfLarge()
      }
      try buffer.flush()
    }
  }

  private static func line(_ event: String, at time: Int64, more: (inout JSONText) -> Void) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("event", event)
    json.member("time", TimeText.iso(time))
    more(&json)
    json.endObject()
    json.newline()
    return json.bytes
  }
}
