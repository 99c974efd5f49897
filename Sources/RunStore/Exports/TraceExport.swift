import Attempts
import ParallelFor

/// Exports a run as a Chrome trace: a lane per worker, a slice per attempt, a curve for the number of threads.
enum TraceExport {
  private static let process = 1
  private static let longestName = 200
  private static let microsecond: Int64 = 1_000

  static func export(_ reader: RunReader, to write: ([UInt8]) throws -> Void) throws {
    let run = try reader.record()
    let changes = try reader.changes()
    try withoutActuallyEscaping(write) { write in
      var buffer = ExportBuffer(write)
      var lines = TraceLines(origin: run.created)
      buffer.bytes += Array("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n".utf8)
      lines.name("process_name", lane: 0, text: "pfor-tui \(run.title)", to: &buffer.bytes)
      for change in changes { lines.change(change, to: &buffer.bytes) }
      try reader.forEachItem { item in
        try reader.forEachEarlierAttempt(of: item) { earlier in
          lines.slice(item, earlier.attempt, to: &buffer.bytes)
          try buffer.flushIfLarge()
        }
        if let attempt = item.attempt { lines.slice(item, attempt, to: &buffer.bytes) }
        try buffer.flushIfLarge()
      }
      buffer.bytes += Array("\n]}\n".utf8)
      try buffer.flush()
    }
  }

  /// Writes the events, separated by commas.
  private struct TraceLines {
    let origin: Int64
    private var named: Set<Int> = []
    private var isFirst = true

    init(origin: Int64) { self.origin = origin }

    mutating func name(_ kind: String, lane: Int, text: String, to bytes: inout [UInt8]) {
      event(kind, phase: "M", lane: lane, to: &bytes) { json in
        json.key("args")
        json.beginObject()
        json.member("name", text)
        json.endObject()
      }
    }

    mutating func slice(_ item: ItemRecord, _ attempt: EndedAttempt, to bytes: inout [UInt8]) {
      if named.insert(attempt.worker).inserted {
        name("thread_name", lane: attempt.worker, text: "worker \(attempt.worker)", to: &bytes)
      }
      let name = String(decoding: item.text.prefix(longestName), as: UTF8.self)
      let (start, duration) = (microseconds(attempt.start &- origin), microseconds(attempt.latency))
      event(name, phase: "X", lane: attempt.worker, to: &bytes) { json in
        json.member("cat", OutcomeWord.word(attempt.outcome))
        json.member("ts", digits: start)
        json.member("dur", digits: duration)
        json.key("args")
        json.beginObject()
        json.member("number", item.number ?? 0)
        json.member("attempt", attempt.attempt)
        json.member("outcome", OutcomeWord.word(attempt.outcome))
        if let reason = attempt.reason {
          json.member("reason", reason)
        }
        json.endObject()
      }
    }

    mutating func change(_ change: RunChange, to bytes: inout [UInt8]) {
      let time = microseconds(change.time &- origin)
      let isCount = change.kind == .threadsChanged || change.kind == .sessionBegan
      event(isCount ? "threads" : change.kind.rawValue, phase: isCount ? "C" : "i", lane: 0, to: &bytes) { json in
        json.member("ts", digits: time)
        guard isCount else {
          json.member("s", "g")
          return
        }
        json.key("args")
        json.beginObject()
        json.member("threads", change.value ?? 0)
        json.endObject()
      }
    }

    private func microseconds(_ nanoseconds: Int64) -> String {
      TimeText.decimal(nanoseconds, unit: microsecond, places: 3)
    }

    private mutating func event(
      _ name: String, phase: String, lane: Int, to bytes: inout [UInt8], more: (inout JSONText) -> Void
    ) {
      var json = JSONText()
      json.beginObject()
      json.member("name", name)
      json.member("ph", phase)
      json.member("pid", process)
      json.member("tid", lane)
      more(&json)
      json.endObject()
      if !isFirst { bytes += Array(",\n".utf8) }
      isFirst = false
      bytes += json.bytes
    }
  }
}
