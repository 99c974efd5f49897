package import Attempts
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
    json.member("number", item.number ?? 0)
    json.member("item", item.text)
    if let fields = item.fields {
      json.key("fields")
      json.raw(fields)
    }
    json.member("attempts", item.attempts)
    json.member("outcome", OutcomeWord.word(item.attempt?.outcome))
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
  private static func append(_ output: CapturedBytes, to buffer: inout ExportBuffer) throws {
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
package enum RunSummaryText {
  /// Returns the line with its line ending.
  /// Why items took their time, for one reason.
  package struct Why {
    package var reason: Reason
    package var items: Int
    /// The number of the item of which the reason explains most.
    package var longest: Int

    package init(_ reason: Reason, items: Int, longest: Int) {
      (self.reason, self.items, self.longest) = (reason, items, longest)
    }
  }

  package static func line(_ run: RunRecord, latency: LatencyFigures? = nil, why: [Why]? = nil) -> [UInt8] {
    var json = JSONText()
    json.beginObject()
    json.member("run", run.id)
    append(run, to: &json)
    if let latency { append(latency, to: &json) }
    if let why { append(why, to: &json) }
    json.endObject()
    json.newline()
    return json.bytes
  }

  private static func append(_ why: [Why], to json: inout JSONText) {
    json.key("why")
    json.beginArray()
    for group in why {
      json.beginObject()
      json.member("reason", group.reason.shared)
      AttemptText.appendMembers(of: group.reason, to: &json)
      json.member("items", group.items)
      json.member("longest", group.longest)
      json.endObject()
    }
    json.endArray()
  }

  private static func append(_ latency: LatencyFigures, to json: inout JSONText) {
    json.key("latency")
    json.beginObject()
    let figures = [
      ("p50", latency.p50), ("p90", latency.p90), ("p95", latency.p95), ("p99", latency.p99), ("max", latency.maximum),
    ]
    for case (let name, let value?) in figures { json.member(name, digits: TimeText.seconds(value)) }
    json.key("sample")
    json.bool(latency.isSample)
    json.endObject()
  }

  private static func append(_ run: RunRecord, to json: inout JSONText) {
    let texts = [("title", run.title), ("kind", run.kind), ("source", run.source), ("directory", run.directory)]
    for (name, text) in texts { json.member(name, text) }
    json.key("command")
    json.raw(Array(JSONText.array(run.command).utf8))
    json.member("created", TimeText.iso(run.created))
    json.key("ended")
    if let ended = run.ended { json.string(TimeText.iso(ended)) } else { json.null() }
    json.member("exit_code", run.exitCode.map { Int($0) })
    json.key("finished")
    json.bool(run.state == .finished)
    let counts = [
      ("total", run.total), ("succeeded", run.counts.succeeded), ("failed", run.counts.failed),
      ("timed_out", run.counts.timedOut), ("cancelled", run.counts.cancelled),
    ]
    for (name, count) in counts { json.member(name, count) }
  }
}

/// Splits pieces of bytes between characters, so that each piece can be decoded by itself.
struct CharacterSplit {
  private static let longestCharacter = 4

  /// The start of a character whose end has not arrived.
  private(set) var rest: [UInt8] = []

  /// Returns the complete characters that were not returned before.
  mutating func whole(_ piece: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes = rest
    bytes.append(contentsOf: piece)
    let cut = bytes.count - Self.openBytes(bytes)
    rest = Array(bytes[cut...])
    bytes.removeLast(bytes.count - cut)
    return bytes
  }

  /// Returns the number of bytes at the end that start an incomplete character.
  private static func openBytes(_ bytes: [UInt8]) -> Int {
    for (distance, byte) in bytes.reversed().prefix(longestCharacter - 1).enumerated() {
      switch byte {
      case 0x80..<0xC0: continue
      case 0xC0..<0xE0: return distance + 1 < 2 ? distance + 1 : 0
      case 0xE0..<0xF0: return distance + 1 < 3 ? distance + 1 : 0
      case 0xF0...0xFF: return distance + 1 < 4 ? distance + 1 : 0
      default: return 0
      }
    }
    return 0
  }
}
