import ParallelFor

/// The events of a run as JSON lines; also written during a run.
///
/// The first line names the schema and its version. Newer versions of the program may add members and kinds of events
/// to version 1; existing ones keep their meaning.
public enum EventsExport {
  /// The version of the schema.
  public static let version = 1

  /// Returns the first line: the schema and the description of the run.
  public static func header(_ run: RunRecord) -> [UInt8] {
    line("run began", at: run.created) { json in
      json.key("schema")
      json.string("pfor-tui.events")
      json.key("version")
      json.integer(version)
      json.key("run")
      json.string(run.id)
      json.key("title")
      json.string(run.title)
      json.key("source")
      json.string(run.source)
    }
  }

  /// Returns the line of a change of the run as a whole.
  public static func line(_ change: RunChange) -> [UInt8] {
    line(change.kind.rawValue, at: change.time) { json in
      guard let value = change.value else { return }
      json.key("value")
      json.integer(value)
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
  public static func line(
    number: Int, text: [UInt8], _ attempt: AttemptRecord, isLast: Bool, outputCount: Int, errorCount: Int
  ) -> [UInt8] {
    line(isLast ? "item ended" : "attempt ended", at: attempt.end) { json in
      json.key("number")
      json.integer(number)
      json.key("item")
      json.string(text)
      json.key("attempt")
      json.integer(attempt.attempt)
      json.key("outcome")
      json.string(OutcomeWord.word(attempt.outcome))
      AttemptText.append(attempt, to: &json)
      json.key("output_bytes")
      json.integer(outputCount)
      json.key("error_bytes")
      json.integer(errorCount)
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
    json.key("event")
    json.string(event)
    json.key("time")
    json.string(TimeText.iso(time))
    more(&json)
    json.endObject()
    json.newline()
    return json.bytes
  }
}
