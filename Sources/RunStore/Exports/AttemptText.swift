import Attempts

/// The values of an attempt in exports, besides its outcome.
enum AttemptText {
  /// A value in the form in which JSON has it.
  enum Value {
    case string(String)
    case number(String)

    var text: String {
      switch self {
      case .string(let text), .number(let text): text
      }
    }
  }

  private static let reason = AttemptColumn.all[AttemptColumn.place("reason")]

  /// The columns that follow outcome and reason in a row.
  static let columns = AttemptColumn.all.filter { column in
    switch column.content {
    case .text(.reasons): false
    case .number, .text: column.column.name != "outcome" && column.column.name != "reason"
    case .output, .firstPiece, .checksum: false
    }
  }

  /// The same columns and the reason as members of an object.
  private static let members = [reason] + columns.sorted { $0.word ?? .max < $1.word ?? .max }

  /// Returns the value of an attempt in a column; nil if there is none.
  static func value(_ column: AttemptColumn, of attempt: EndedAttempt) -> Value? {
    switch column.content {
    case .number(let number): number.value(of: attempt).map { value($0, number.unit) }
    case .text(let text): text.value(of: attempt).map { .string($0) }
    case .output, .firstPiece, .checksum: nil
    }
  }

  private static func value(_ number: Int64, _ unit: AttemptColumn.Unit) -> Value {
    switch unit {
    case .time: .string(TimeText.iso(number))
    case .duration: .number(TimeText.seconds(number))
    case .outcome, .slot, .status, .bytes: .number("\(number)")
    }
  }

  /// Writes the members that JSON lines and events share.
  static func append(_ attempt: EndedAttempt, to json: inout JSONText) {
    for column in members {
      guard let value = value(column, of: attempt) else { continue }
      switch value {
      case .string(let text): json.member(column.column.name, text)
      case .number(let digits): json.member(column.column.name, digits: digits)
      }
    }
    append(attempt.reasons, to: &json)
  }

  private static func append(_ reasons: [Reason], to json: inout JSONText) {
    guard !reasons.isEmpty else { return }
    json.key("reasons")
    json.beginArray()
    for reason in reasons {
      json.beginObject()
      appendMembers(of: reason, to: &json)
      json.endObject()
    }
    json.endArray()
  }

  /// Writes the parts of a reason that it has.
  static func appendMembers(of reason: Reason, to json: inout JSONText) {
    json.member("kind", reason.kind.rawValue)
    for (name, text) in [("subject", reason.subject), ("detail", reason.detail), ("remedy", reason.remedy)]
    where !text.isEmpty { json.member(name, text) }
    if let time = reason.time { json.member("time", digits: TimeText.seconds(time)) }
  }
}
