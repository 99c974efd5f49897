import Attempts
import ParallelFor

/// A column of a table in the run file.
///
/// Each column is written once, in the lists of this file. The tables, the statements that read and write them, the
/// checksums and the exports are made from these lists, and a test compares the reference page with them. A new column
/// is one entry at the end of a list, with the new ``Schema/version`` as its format. For a number or a text of an attempt,
/// the compiler asks for its value.
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
      Column(
        name: "reason", type: "TEXT",
        meaning: "why the number of threads was chosen automatically: a word, the other number, its gain and the error "
          + "of that in thousandths; why no item begins: `load` or `memory`, what was measured and the limit, loads in "
          + "thousandths and memory in bytes; else NULL",
        since: 4),
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
    case text(Text)
    /// An output that is stored in the row; NULL for one in pieces.
    case output(OutputStream)
    /// The row of the first piece of a large output.
    case firstPiece(OutputStream)
    case checksum
  }

  /// A number of an attempt. The raw value is its word: its place in a record (``RecordLayout``) and in a checksum. Word 0
  /// is the number of the attempt. The words before ``firstUnknown`` are always known.
  enum Number: Int, CaseIterable {
    case outcome = 1
    case worker, start, latency, wait, exitStatus, signal, cpu, peakMemory

    var word: Int { rawValue }

    var unit: Unit {
      switch self {
      case .outcome: .outcome
      case .worker: .slot
      case .start: .time
      case .latency, .wait, .cpu: .duration
      case .exitStatus, .signal: .status
      case .peakMemory: .bytes
      }
    }

    /// Returns the number of an attempt; nil for NULL.
    @inline(__always)
    func value(of attempt: borrowing EndedAttempt) -> Int64? {
      switch self {
      case .outcome: OutcomeCode.code(attempt.outcome)
      case .worker: Int64(attempt.worker)
      case .start: attempt.start
      case .latency: attempt.latency
      case .wait: attempt.wait
      case .exitStatus: attempt.process.exitStatus.map { Int64($0) }
      case .signal: attempt.process.signal.map { Int64($0) }
      case .cpu: attempt.process.cpu
      case .peakMemory: attempt.process.peakMemory
      }
    }

    func set(_ attempt: inout EndedAttempt, _ value: Int64?) {
      switch self {
      case .outcome: attempt.outcome = OutcomeCode.outcome(value)
      case .worker: attempt.worker = Int(value ?? 0)
      case .start: attempt.start = value ?? 0
      case .latency: attempt.latency = value ?? 0
      case .wait: attempt.wait = value
      case .exitStatus: attempt.process.exitStatus = value.map { Int32(truncatingIfNeeded: $0) }
      case .signal: attempt.process.signal = value.map { Int32(truncatingIfNeeded: $0) }
      case .cpu: attempt.process.cpu = value
      case .peakMemory: attempt.process.peakMemory = value
      }
    }
  }

  /// A text of an attempt.
  enum Text {
    case reason, note, why, reasons

    func value(of attempt: borrowing EndedAttempt) -> String? {
      switch self {
      case .reason: attempt.reason
      case .note: attempt.note
      case .why: attempt.reasons.first?.words
      case .reasons: ReasonText.encode(attempt.reasons)
      }
    }

    func set(_ attempt: inout EndedAttempt, _ text: String) {
      switch self {
      case .reason: if case .failed = attempt.outcome { attempt.outcome = .failed(Failure(text)) }
      case .note: attempt.note = text
      case .why: break
      case .reasons: attempt.reasons = ReasonText.decode(text)
      }
    }
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
    number(.outcome, "outcome", "0 succeeded, 1 failed, 2 timed out, 3 cancelled; NULL while another attempt follows"),
    number(.worker, "worker", isPlain: true, "the slot of the worker"),
    number(.start, "start", isPlain: true, "when the attempt started"),
    number(
      .wait, "wait", isPlain: true,
      "how long the attempt waited to start, after the item was read or, for a later attempt, after its delay ended; "
        + "NULL if unknown"),
    number(.latency, "latency", isPlain: true, "how long the attempt took"),
    number(
      .exitStatus, "exit_status",
      "the exit status of a command; NULL if a signal ended it. As in a shell, a missing program has the status 127, "
        + "and one that cannot be run has 126"),
    number(.signal, "signal", "the signal that ended a command, otherwise NULL"),
    text(.reason, "reason", "why the attempt failed"),
    number(.cpu, "cpu", "the processor time of a command; NULL if unknown"),
    number(
      .peakMemory, "peak_memory",
      "the peak memory of a command in bytes; NULL if unknown, or not above that of `pfor-tui` itself"),
    text(.note, "note", "a remark"),
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
    text(
      .why, "why", since: Schema.firstReasoned, "why the attempt took its time, as seen by the program; NULL if unknown"
    ),
    text(
      .reasons, "reasons", since: Schema.firstReasoned,
      "all reasons why it took its time, a line for each: the kind, what attempts with the same reason share, the rest, "
        + "what would help, and the nanoseconds that it explains, separated by tabs; NULL if unknown"),
  ]

  private static func number(
    _ number: Number, _ name: String, isPlain: Bool = false, _ meaning: String
  ) -> AttemptColumn {
    AttemptColumn(
      column: Column(name: name, type: "INTEGER", meaning: meaning), content: .number(number), isPlain: isPlain)
  }

  private static func text(_ text: Text, _ name: String, since: Int = 1, _ meaning: String) -> AttemptColumn {
    AttemptColumn(column: Column(name: name, type: "TEXT", meaning: meaning, since: since), content: .text(text))
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

  /// A part of a record, in the order of the columns.
  enum Part: Sendable {
    case text(Text)
    case output(OutputStream)
  }

  /// The parts of a record that come from the attempt.
  static let parts: [Part] = all.compactMap { column in
    switch column.content {
    case .text(let text): .text(text)
    case .output(let stream): .output(stream)
    case .number, .firstPiece, .checksum: nil
    }
  }

  /// The number of words in a record, with that for the number of the attempt.
  static let wordCount = 1 + Number.allCases.count

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
