import Attempts
import Jobs
import ParallelFor
import RunStore

/// The format of a log.
enum LogForm: Equatable {
  /// GNU parallel's log of jobs: a line for each item that has ended.
  case joblog
  /// JSON lines for attempts and for changes of the run.
  case events

  /// The flag of `pfor-tui export` for this format.
  var exportFlag: String {
    switch self {
    case .joblog: "--joblog"
    case .events: "--events"
    }
  }

  /// The header of a log file.
  func header(_ run: RunRecord) -> [UInt8] {
    switch self {
    case .joblog: JoblogExport.header
    case .events: EventsExport.header(run)
    }
  }

  /// The line of an entry with its line ending; nil if this format has none for it.
  func line(_ entry: LogEntry, command: RecordedCommand) -> [UInt8]? {
    switch (self, entry) {
    case (.joblog, .attempt(let ended, let record, let place)): joblogLine(ended, record, place, command)
    case (.joblog, .change): nil
    case (.events, .attempt(let ended, let record, let place)): eventLine(ended, record, place)
    case (.events, .change(let change)): EventsExport.line(change)
    }
  }

  private func joblogLine(
    _ ended: ItemAttempt, _ record: EndedAttempt, _ place: ItemPlace, _ command: RecordedCommand
  ) -> [UInt8]? {
    guard ended.isFinal, record.canEndItem else { return nil }
    return JoblogExport.line(
      number: place.number, record, received: ended.ending.output.count,
      command: command.line(ended.item, ItemID(place.number - 1), ended.ended.worker))
  }

  private func eventLine(_ ended: ItemAttempt, _ record: EndedAttempt, _ place: ItemPlace) -> [UInt8] {
    var record = record
    record.attempt += place.earlierAttempts
    let ending = ended.ending
    return EventsExport.line(
      number: place.number, text: ended.item.bytes, record, isLast: ended.isFinal && record.canEndItem,
      outputCount: ending.output.count, errorCount: ending.errors.count)
  }
}

/// A log that the user asks for.
struct LogRequest: Equatable {
  var form: LogForm
  var path: String
}

/// Something that a log may have a line for.
enum LogEntry: Sendable {
  case attempt(ItemAttempt, EndedAttempt, ItemPlace)
  case change(RunChange)

  /// About how much memory the entry takes besides its fixed size, in bytes.
  var size: Int {
    switch self {
    case .attempt(let ended, _, _): ended.item.value.count
    case .change: 0
    }
  }
}
