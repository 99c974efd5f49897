import CLibPQ

/// The words that name a PostgreSQL server and a database: a URI, or settings such as `host=db dbname=shop`.
///
/// The client library adds what the words leave out: `PG*` variables, a service file, `.pgpass`.
package struct ConnectionString: Sendable, Equatable {
  /// The words as the user gave them. They may contain a password.
  let text: String
  /// The same settings without passwords, always in the form `name=value`. An equal database has equal words.
  package let recordable: String
  /// Whether the words contain a password.
  package let hasSecret: Bool

  private static let schemes = ["postgres://", "postgresql://"]

  /// The settings that show at the start of a text that it is a connection string, not the name of a file.
  private static let settings: Set<Substring> = [
    "application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname", "fallback_application_name",
    "gssencmode", "host", "hostaddr", "options", "passfile", "password", "port", "service", "sslcert", "sslkey",
    "sslmode", "sslrootcert", "target_session_attrs", "user",
  ]

  /// Whether a text names a PostgreSQL database, and not a file.
  package static func isOne(_ text: String) -> Bool {
    if schemes.contains(where: text.hasPrefix) { return true }
    let start = text.drop(while: \.isWhitespace)
    guard let sign = start.firstIndex(of: "=") else { return false }
    return settings.contains(start[..<sign].split(whereSeparator: \.isWhitespace).first ?? "")
  }

  /// Reads a connection string.
  ///
  /// - Throws: a sentence if the client library is missing or does not understand the text. It never repeats the text.
  package init(_ text: String) throws(PostgreSQLError) {
    let library = try PostgreSQLLibrary.functions()
    self.text = text
    if Self.hasStrayAt(text) {
      throw PostgreSQLError("cannot read the connection string of --db: in a password, write %40 for @ and %2F for /")
    }
    var problem: UnsafeMutablePointer<CChar>?
    guard let options = library.calls.pointee.conninfoParse(text, &problem) else {
      defer { library.calls.pointee.freemem(problem) }
      let words = problem.map { String(cString: $0) } ?? "out of memory"
      throw PostgreSQLError("cannot read the connection string of --db: \(Self.withoutQuotations(words))")
    }
    defer { library.calls.pointee.conninfoFree(options) }
    let given = Setting.all(of: options)
    // A URI such as `postgres://user:password` has a port and no password.
    guard given.allSatisfy({ $0.name != "port" || $0.value.utf8.allSatisfy { (0x2C...0x39).contains($0) } }) else {
      throw PostgreSQLError("cannot read the connection string of --db: its port is not a number")
    }
    hasSecret = given.contains(where: \.isSecret)
    recordable = given.filter { !$0.isSecret }.map(\.words).joined(separator: " ")
  }

  /// Whether a URI has an `@` after the one that ends the user's part. Then a part of a password would be taken for
  /// the name of a host or a database, and appear in messages.
  private static func hasStrayAt(_ text: String) -> Bool {
    guard let scheme = schemes.first(where: text.hasPrefix) else { return false }
    let rest = text.utf8.dropFirst(scheme.utf8.count)
    let end = rest.firstIndex { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "/") } ?? rest.endIndex
    return rest[end...].dropFirst().prefix { $0 != UInt8(ascii: "?") }.contains(UInt8(ascii: "@"))
  }

  /// Removes quotations from a message, because they may contain a part of a password.
  static func withoutQuotations(_ message: String) -> String {
    let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
    let kept = parts.enumerated().map { $0.offset % 2 == 0 ? String($0.element) : "…" }
    return kept.joined(separator: "\"").split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// One setting of a connection, with its value.
struct Setting {
  let name: String
  let value: String
  let isSecret: Bool

  /// The settings that have a value. The list of the client library ends with one without a name.
  static func all(of options: UnsafeMutablePointer<PQconninfoOption>) -> [Setting] {
    var settings: [Setting] = []
    var next = options
    while let name = next.pointee.keyword {
      if let value = next.pointee.val {
        settings.append(
          Setting(
            name: String(cString: name), value: String(cString: value),
            isSecret: next.pointee.dispchar?.pointee == CChar(UInt8(ascii: "*"))))
      }
      next += 1
    }
    return settings
  }

  /// The setting as a part of a connection string.
  var words: String {
    let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x27 && $0 != 0x5C }
    if isPlain { return "\(name)=\(value)" }
    return "\(name)='\(value.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}
