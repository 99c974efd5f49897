import OSText
import ParallelFor

/// Exports items as JSON lines, followed by a summary line.
enum JSONExport {
  static func export(_ reader: RunReader, to write: ([UInt8]) throws -> Void) throws {
    try withoutActuallyEscaping(write) { write in
      var buffer = ExportBuffer(write)
      try reader.forEachItem { item in
        try append(item, of: reader, to: &buffer)
        try buffer.flushIfLarge()
      }
      buffer.bytes += RunSummaryText.line(try reader.record())
      try buffer.flush()
    }
  }

  private static func append(_ item: ItemRecord, of reader: RunReader, to buffer: inout ExportBuffer) throws {
    var json = JSONText()
    json.beginObject()
    json.key("number")
    json.integer(item.number ?? 0)
    json.key("item")
    json.string(item.text)
    if let fields = item.fields {
      json.key("fields")
      json.raw(fields)
    }
    json.key("attempts")
    json.integer(item.attempts)
    json.key("outcome")
    json.string(OutcomeWord.word(item.attempt?.outcome))
    if let attempt = item.attempt { AttemptText.append(attempt, to: &json) }
    for stream in OutputStream.allCases {
      json.key(stream.rawValue)
      buffer.bytes += json.bytes
      json.removeAll(isAfterValue: true)
      try append(reader.bytes(stream, of: item), to: &buffer)
    }
    json.endObject()
    json.newline()
    buffer.bytes += json.bytes
  }

  /// Appends an output as a JSON string, in pieces; invalid UTF-8 becomes U+FFFD.
  private static func append(_ output: StoredBytes, to buffer: inout ExportBuffer) throws {
    var split = CharacterSplit()
    buffer.bytes.append(UInt8(ascii: "\""))
    try output.forEachChunk { chunk in
      split.whole(chunk).withUnsafeBytes { EscapedText.appendInsideJSON($0, to: &buffer.bytes) }
      try buffer.flushIfLarge()
    }
    split.rest.withUnsafeBytes { EscapedText.appendInsideJSON($0, to: &buffer.bytes) }
    buffer.bytes.append(UInt8(ascii: "\""))
  }
}

/// The description of a run as a whole as a line of JSON.
public enum RunSummaryText {
  /// Returns the line with its line ending.
  public static func line(_ run: RunRecord, latency: LatencyFigures? = nil) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.key("run")
    json.string(run.id)
    append(run, to: &json)
    if let latency { append(latency, to: &json) }
    json.endObject()
    json.newline()
    return json.bytes
  }

  private static func append(_ latency: LatencyFigures, to json: inout JSONText) {
    json.key("latency")
    json.beginObject()
    let figures = [
      ("p50", latency.p50), ("p90", latency.p90), ("p95", latency.p95), ("p99", latency.p99), ("max", latency.maximum),
    ]
    for case (let name, let value?) in figures {
      json.key(name)
      json.number(TimeText.seconds(value))
    }
    json.key("sample")
    json.bool(latency.isSample)
    json.endObject()
  }

  private static func append(_ run: RunRecord, to json: inout JSONText) {
    for (name, text) in [
      ("title", run.title), ("kind", run.kind), ("source", run.source), ("directory", run.directory),
    ] {
      json.key(name)
      json.string(text)
    }
    json.key("command")
    json.beginArray()
    for word in run.command { json.string(word) }
    json.endArray()
    json.key("created")
    json.string(TimeText.iso(run.created))
    json.key("ended")
    if let ended = run.ended { json.string(TimeText.iso(ended)) } else { json.null() }
    json.key("exit_code")
    if let code = run.exitCode { json.integer(Int64(code)) } else { json.null() }
    json.key("finished")
    json.bool(run.state == .finished)
    json.key("total")
    if let total = run.total { json.integer(total) } else { json.null() }
    let counts = [
      ("succeeded", run.counts.succeeded), ("failed", run.counts.failed), ("timed_out", run.counts.timedOut),
      ("cancelled", run.counts.cancelled),
    ]
    for (name, count) in counts {
      json.key(name)
      json.integer(count)
    }
  }
}
