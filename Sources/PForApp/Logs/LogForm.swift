import Jobs
import ParallelFor
import RunStore

/// What a log holds.
enum LogForm: Equatable {
  /// GNU parallel's log of jobs: a line for each item that has ended.
  case joblog
  /// JSON lines for attempts and for changes of the run.
  case events

  /// The flag by which `pfor-tui export` writes it.
  var exportFlag: String {
    switch self {
    case .joblog: "--joblog"
    case .events: "--events"
    }
  }

  /// What stands at the beginning of a file.
  func header(_ run: RunRecord) -> [UInt8] {
    switch self {
    case .joblog: JoblogExport.header
    case .events: EventsExport.header(run)
    }
  }

  /// The line of an entry with its ending; nil if this log has none for it.
  func line(_ entry: LogEntry, command: RecordedCommand) -> [UInt8]? {
    switch (self, entry) {
    case (.joblog, .attempt(let ended)): joblogLine(ended, command)
    case (.joblog, .change): nil
    case (.events, .attempt(let ended)): eventLine(ended)
    case (.events, .change(let change)): EventsExport.line(change)
    }
  }

  private func joblogLine(_ ended: ItemAttempt, _ command: RecordedCommand) -> [UInt8]? {
    guard ended.isFinal, ended.record.canEndItem else { return nil }
    let number = ended.place.number
    return JoblogExport.line(
      number: number, ended.record, received: ended.ending.output.count,
      command: command.line(ended.item, ItemID(number - 1), ended.ended.worker))
  }

  private func eventLine(_ ended: ItemAttempt) -> [UInt8] {
    var record = ended.record
    record.attempt += ended.place.earlierAttempts
    return EventsExport.line(
      number: ended.place.number, text: ended.item.bytes, record, isLast: ended.isFinal && record.canEndItem,
      outputCount: ended.ending.output.count, errorCount: ended.ending.errors.count)
  }
}

/// A log that is wished for.
struct LogWish: Equatable {
  var form: LogForm
  var path: String
}

/// What a log may have a line for.
enum LogEntry: Sendable {
  case attempt(ItemAttempt)
  case change(RunChange)

  /// About how much memory it keeps beside its fixed size, in bytes.
  var size: Int {
    switch self {
    case .attempt(let ended): ended.item.value.count
    case .change: 0
    }
  }
}
