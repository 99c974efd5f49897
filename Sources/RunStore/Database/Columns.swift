import Attempts
import ParallelFor

/// A column of a table in the run file.
///
/// Each column is written once, in the lists of this file. The tables, the statements that read and write them, the
/// checksums and the exports are made from these lists, and a test compares the reference page with them. A new column
/// is one entry at the end of a list, with the new ``Schema/version`` as its format.
struct Column: Sendable {
  let name: String
  /// The SQL type and the constraints; empty for TEXT or BLOB, depending on the bytes.
  let type: String
  /// The meaning for the reference page.
  let meaning: String
  /// The first format of run files that has the column.
  var since = 1

  /// The column that all tables have for the checksum of a row.
  static func checksum(_ meaning: String) -> Column {
    Column(name: "checksum", type: "INTEGER", meaning: meaning, since: Schema.firstChecked)
  }
}

/// A table of the run file.
struct Table: Sendable {
  let name: String
  let columns: [Column]
  /// The columns that begin a line in the definition. SQLite keeps its text, and a file whose text differs is refused.
  var lineStarts: Set<String> = []

  /// Returns the statement that creates the table in a format.
  func definition(in version: Int) -> String {
    var text = "CREATE TABLE \(name)("
    for (place, column) in columns.filter({ $0.since <= version }).enumerated() {
      let isLineStart = lineStarts.contains(column.name)
      text += (place == 0 ? "" : ",") + (isLineStart ? "\n  " : place == 0 ? "" : " ")
      text += column.type.isEmpty ? column.name : "\(column.name) \(column.type)"
    }
    return text + ")"
  }

  static let all = [run, items, attempts, chunks, changes]

  static let run = Table(
    name: "run", columns: RunColumn.all.map(\.column) + RunColumn.added,
    lineStarts: ["id", "source", "exit_code", "timed_out", "delivered_bytes"])
  static let items = Table(
    name: "items", columns: ItemColumn.allCases.map(\.column) + AttemptColumn.all.map(\.column),
    lineStarts: ["id", "outcome"])
  static let attempts = Table(
    name: "attempts",
    columns: [
      Column(name: "item", type: "INTEGER NOT NULL", meaning: "the `id` of the item"),
      Column(name: "attempt", type: "INTEGER NOT NULL", meaning: "the number of the attempt, from 1"),
    ] + AttemptColumn.all.map(\.column))
  static let chunks = Table(
    name: "chunks",
    columns: [
      Column(name: "id", type: "INTEGER PRIMARY KEY", meaning: "the row; the pieces of an output follow each other"),
      Column(
        name: "rest", type: "INTEGER NOT NULL", meaning: "the number of bytes from this piece to the end of the output"
      ),
      Column(name: "bytes", type: "BLOB NOT NULL", meaning: "the piece"),
      .checksum("a sum of `bytes` and `rest`"),
    ])
  static let changes = Table(
    name: "changes",
    columns: [
      Column(name: "id", type: "INTEGER PRIMARY KEY", meaning: "the row; changes are in order"),
      Column(name: "time", type: "INTEGER NOT NULL", meaning: "when the change happened"),
      Column(
        name: "kind", type: "TEXT NOT NULL",
        meaning: RunChange.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")),
      Column(
        name: "value", type: "INTEGER", meaning: "the number of threads or the exit status; NULL if there is none"),
      .checksum("a sum of the other columns"),
    ])
}

// MARK: - Items

/// The columns that `items` has besides those of its last attempt. The raw value is the place in the table and in the
/// statements that insert and read items.
enum ItemColumn: Int, CaseIterable {
  case id, number, key, text, fields, attempt

  var column: Column {
    switch self {
    case .id: column("INTEGER PRIMARY KEY", "the row, to which `attempts` refers")
    case .number:
      column("INTEGER", "its position in the newest items file, from 1; NULL if it is no longer in it")
    case .key: column("INTEGER NOT NULL", "a hash of text and fields, which a resumed run uses to find the item")
    case .text: column("NOT NULL", "the entry of the items file")
    case .fields:
      column("TEXT", "the fields of a CSV, TSV or JSON entry as a JSON object; NULL for plain lines")
    case .attempt: column("INTEGER NOT NULL", "the number of attempts that were made")
    }
  }

  private func column(_ type: String, _ meaning: String) -> Column {
    Column(name: "\(self)", type: type, meaning: meaning)
  }
}

// MARK: - Attempts

/// A column of an attempt; `items` has them for the last attempt, and `attempts` for earlier ones.
struct AttemptColumn: Sendable {
  enum Content: Sendable {
    case number(Number)
    case text(@Sendable (EndedAttempt) -> String?, @Sendable (inout EndedAttempt, String) -> Void)
    /// An output that is stored in the row; NULL for one in pieces.
    case output(OutputStream)
    /// The row of the first piece of a large output.
    case firstPiece(OutputStream)
    case checksum
  }

  /// A number of an attempt.
  struct Number: Sendable {
    /// The place of the number in a record (``RecordLayout``) and in a checksum; word 0 is the number of the attempt.
    /// The words before ``firstUnknown`` are always known.
    let word: Int
    let unit: Unit
    let value: @Sendable (EndedAttempt) -> Int64?
    let set: @Sendable (inout EndedAttempt, Int64?) -> Void
  }

  enum Unit {
    case outcome, slot, status, time, duration, bytes

    /// The numbers that a run file accepts.
    var range: ClosedRange<Int64> {
      switch self {
      case .outcome: OutcomeCode.succeeded...OutcomeCode.cancelled
      case .slot: NumberRange.workers
      case .status: Int64(Int32.min)...Int64(Int32.max)
      case .time: NumberRange.times
      case .duration, .bytes: NumberRange.measures
      }
    }
  }

  let column: Column
  let content: Content
  /// Whether an item that succeeds at once has a value here that differs from item to item; see ``PlainItems``.
  var isPlain = false

  /// The columns in the order of the tables.
  static let all = [
    number(
      "outcome", 1, .outcome, "0 succeeded, 1 failed, 2 timed out, 3 cancelled; NULL while another attempt follows",
      { OutcomeCode.code($0.outcome) }, { $0.outcome = OutcomeCode.outcome($1) }),
    number(
      "worker", 2, .slot, isPlain: true, "the slot of the worker", { Int64($0.worker) }, { $0.worker = Int($1 ?? 0) }),
    number("start", 3, .time, isPlain: true, "when the attempt started", { $0.start }, { $0.start = $1 ?? 0 }),
    number(
      "wait", 5, .duration, isPlain: true,
      "how long the attempt waited to start, after the item was read or, for a later attempt, after its delay ended; "
        + "NULL if unknown",
      { $0.wait }, { $0.wait = $1 }),
    number(
      "latency", 4, .duration, isPlain: true, "how long the attempt took", { $0.latency }, { $0.latency = $1 ?? 0 }),
    number(
      "exit_status", 6, .status,
      "the exit status of a command; NULL if a signal ended it. As in a shell, a missing program has the status 127, "
        + "and one that cannot be run has 126",
      { $0.process.exitStatus.map { Int64($0) } }, { $0.process.exitStatus = $1.map { Int32(truncatingIfNeeded: $0) } }),
    number(
      "signal", 7, .status, "the signal that ended a command, otherwise NULL", { $0.process.signal.map { Int64($0) } },
      { $0.process.signal = $1.map { Int32(truncatingIfNeeded: $0) } }),
    text("reason", "why the attempt failed", { $0.reason }) { attempt, reason in
      if case .failed = attempt.outcome { attempt.outcome = .failed(Failure(reason)) }
    },
    number(
      "cpu", 8, .duration, "the processor time of a command; NULL if unknown", { $0.process.cpu },
      { $0.process.cpu = $1 }),
    number(
      "peak_memory", 9, .bytes,
      "the peak memory of a command in bytes; NULL if unknown, as it is unless it exceeds that of `pfor-tui` itself",
      { $0.process.peakMemory }, { $0.process.peakMemory = $1 }),
    text("note", "a remark", { $0.note }, { $0.note = $1 }),
    AttemptColumn(
      column: Column(
        name: "output", type: "",
        meaning: "the standard output, or the rows of a query; NULL if larger than 1 MiB"),
      content: .output(.output), isPlain: true),
    firstPiece("output_chunk", of: .output),
    AttemptColumn(
      column: Column(name: "errors", type: "", meaning: "the standard error; NULL if larger than 1 MiB"),
      content: .output(.errors)),
    firstPiece("errors_chunk", of: .errors),
    AttemptColumn(
      column: .checksum(
        "the upper half is a sum of the attempt's columns, the lower half a sum of `output` and `errors`; `key` covers "
          + "text and fields"),
      content: .checksum, isPlain: true),
  ]

  private static func number(
    _ name: String, _ word: Int, _ unit: Unit, isPlain: Bool = false, _ meaning: String,
    _ value: @escaping @Sendable (EndedAttempt) -> Int64?,
    _ set: @escaping @Sendable (inout EndedAttempt, Int64?) -> Void
  ) -> AttemptColumn {
    AttemptColumn(
      column: Column(name: name, type: "INTEGER", meaning: meaning),
      content: .number(Number(word: word, unit: unit, value: value, set: set)), isPlain: isPlain)
  }

  private static func text(
    _ name: String, _ meaning: String, _ value: @escaping @Sendable (EndedAttempt) -> String?,
    _ set: @escaping @Sendable (inout EndedAttempt, String) -> Void
  ) -> AttemptColumn {
    AttemptColumn(column: Column(name: name, type: "TEXT", meaning: meaning), content: .text(value, set))
  }

  private static func firstPiece(_ name: String, of stream: OutputStream) -> AttemptColumn {
    AttemptColumn(
      column: Column(
        name: name, type: "INTEGER",
        meaning: "the first row in `chunks` of `\(stream.rawValue)` larger than 1 MiB, otherwise NULL"),
      content: .firstPiece(stream))
  }

  /// The word of a number; nil for another column.
  var word: Int? { if case .number(let number) = content { number.word } else { nil } }

  // MARK: - What follows from the list

  /// The names of the columns, as a list for a statement.
  static let names = all.map(\.column.name).joined(separator: ", ")

  /// The columns with numbers.
  static let numbers: [Number] = all.compactMap { if case .number(let number) = $0.content { number } else { nil } }

  /// A part of a record, in the order of the columns.
  enum Part: Sendable {
    case text(@Sendable (EndedAttempt) -> String?)
    case output(OutputStream)
  }

  /// The parts of a record that come from the attempt.
  static let parts: [Part] = all.compactMap { column in
    switch column.content {
    case .text(let value, _): .text(value)
    case .output(let stream): .output(stream)
    case .number, .firstPiece, .checksum: nil
    }
  }

  /// The number of words in a record, with that for the number of the attempt.
  static let wordCount = 1 + numbers.count

  /// The first word that may be unknown.
  static let firstUnknown = 5

  /// Returns the place of a column among all.
  static func place(_ name: String) -> Int {
    guard let place = all.firstIndex(where: { $0.column.name == name }) else {
      preconditionFailure("an attempt has no column \(name)")
    }
    return place
  }
}

// MARK: - Numbers

/// The ranges of numbers in a run file; adding a few of them cannot overflow. Others are foreign or damaged.
enum NumberRange {
  /// Points in time, in nanoseconds since 1970: some decades before and after.
  static let times: ClosedRange<Int64> = -(1 << 61)...1 << 61
  /// Durations in nanoseconds, and other measures.
  static let measures: ClosedRange<Int64> = 0...1 << 61
  /// Counts and numbers of items.
  static let counts: ClosedRange<Int64> = 0...1 << 40
  /// Slots of workers.
  static let workers: ClosedRange<Int64> = 0...1 << 20
}

/// The codes of outcomes in a run file.
enum OutcomeCode {
  static let succeeded: Int64 = 0
  static let failed: Int64 = 1
  static let timedOut: Int64 = 2
  static let cancelled: Int64 = 3

  static func code(_ outcome: Outcome) -> Int64 {
    switch outcome {
    case .succeeded: succeeded
    case .failed: failed
    case .timedOut: timedOut
    case .cancelled: cancelled
    }
  }

  /// Returns the outcome for a valid code; the reason of a failure is not part of it.
  static func outcome(_ code: Int64?) -> Outcome {
    switch code {
    case succeeded: .succeeded
    case failed: .failed(Failure(""))
    case timedOut: .timedOut
    default: .cancelled
    }
  }
}
