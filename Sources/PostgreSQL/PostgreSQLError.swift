import CLibPQ

/// An error of the server, of the connection to it, or of the client library.
package struct PostgreSQLError: Error, Equatable, CustomStringConvertible {
  /// The message in one line.
  package let message: String
  /// The five characters of SQLSTATE; nil if the error is not the server's.
  package let state: String?
  /// The server's advice.
  package let hint: String?
  /// The place of the error in the text of a statement, in characters from 1; nil if the server does not report it.
  package let position: Int?
  /// The whole report of one or several lines, as the client library words it.
  package let report: String
  /// The lines of the report after the message, such as details and hints, each with its end.
  package var details: String {
    let rest = report.firstRange(of: message).map { report[$0.upperBound...] } ?? ""
    return String(rest.drop(while: \.isNewline))
  }
  /// Whether the server ends the session with this error.
  package let isFatal: Bool

  /// Makes an error that does not come from the server.
  package init(_ message: String) {
    self.message = message
    state = nil
    hint = nil
    position = nil
    report = message
    isFatal = false
  }

  /// Makes the error, or the notice, of a result.
  init(_ result: OpaquePointer, _ calls: UnsafePointer<CLibPQ>) {
    func field(_ code: Character) -> String? {
      calls.pointee.resultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
    }
    report = calls.pointee.resultErrorMessage(result).map { String(cString: $0) } ?? ""
    message = field("M") ?? Self.oneLine(report)
    state = field("C")
    hint = field("H")
    position = field("P").flatMap { Int($0) }
    // This field is never translated.
    isFatal = ["FATAL", "PANIC"].contains(field("V"))
  }

  /// Makes the error of a connection's last call.
  init(connection: OpaquePointer, _ calls: UnsafePointer<CLibPQ>) {
    self.init(Self.oneLine(calls.pointee.errorMessage(connection).map { String(cString: $0) } ?? ""))
  }

  private static func oneLine(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == "\t" || $0 == " " } }
    return lines.isEmpty ? "the connection was closed" : lines.joined(separator: "; ")
  }

  package var description: String { message }
}

extension PostgreSQLError {
  /// Whether a statement was cancelled, by any request.
  package var isCancelled: Bool { state == "57014" }

  /// Whether a prepared statement no longer fits, because its result type has changed or the server has forgotten it.
  package var needsPreparing: Bool { state == "0A000" || hasForgotten }

  /// Whether the server ended the session because nothing was asked of it for too long. A query sent afterwards never ran.
  package var hasEndedIdleSession: Bool { state == "57P05" }

  /// Whether the server does not know a prepared statement.
  package var hasForgotten: Bool { state == "26000" }

  /// Whether a statement tried to write in a read-only transaction.
  package var isForbiddenWrite: Bool { state == "25006" }
}
