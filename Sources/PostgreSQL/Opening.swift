import CLibPQ

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens a connection step by step, so that notices are received from the start and nothing waits for long.
enum Opening {
  /// The time between two checks whether the connection is still wanted, in milliseconds.
  static let interval: Int32 = 100

  /// A dead host is noticed after a minute, and while a connection is opened its next host is tried. The user's
  /// settings come later and count more.
  private static let defaults = [
    ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"), ("tcp_user_timeout", "60000"),
  ]

  static func begin(_ database: ConnectionString, name: String, _ calls: UnsafePointer<CLibPQ>) -> OpaquePointer? {
    let settings =
      defaults + [("dbname", database.text), ("application_name", name), ("client_encoding", "UTF8")]
    let names = settings.map { strdup($0.0) }
    let values = settings.map { strdup($0.1) }
    defer { for copy in names + values { free(copy) } }
    let terminated = { (list: [UnsafeMutablePointer<CChar>?]) in (list + [nil]).map { UnsafePointer<CChar>($0) } }
    return calls.pointee.connectStartParams(terminated(names), terminated(values), 1)
  }

  static func complete(
    _ handle: OpaquePointer, _ calls: UnsafePointer<CLibPQ>, while isWanted: () -> Bool
  ) throws(PostgreSQLError) {
    var next = CLIBPQ_POLLING_WRITING
    var patience = patience(handle, calls)
    while next != CLIBPQ_POLLING_OK {
      guard next != CLIBPQ_POLLING_FAILED, Int(calls.pointee.status(handle)) != CLIBPQ_CONNECTION_BAD else {
        throw PostgreSQLError(connection: handle, calls)
      }
      let events = next == CLIBPQ_POLLING_READING ? POLLIN : POLLOUT
      var state = pollfd(fd: calls.pointee.socket(handle), events: Int16(events), revents: 0)
      if poll(&state, 1, interval) > 0 {
        next = Int(calls.pointee.connectPoll(handle))
        continue
      }
      patience -= Int(interval)
      if patience <= 0 { throw PostgreSQLError("the server did not answer within the connect_timeout") }
      if !isWanted() { throw PostgreSQLError("the connection is no longer wanted") }
    }
    guard calls.pointee.setnonblocking(handle, 1) == 0, calls.pointee.enterPipelineMode(handle) == 1 else {
      throw PostgreSQLError(connection: handle, calls)
    }
  }

  /// The user's `connect_timeout` for all hosts together, in milliseconds.
  private static func patience(_ handle: OpaquePointer, _ calls: UnsafePointer<CLibPQ>) -> Int {
    guard let options = calls.pointee.conninfo(handle) else { return .max }
    defer { calls.pointee.conninfoFree(options) }
    let settings = Setting.all(of: options)
    let value = { (name: String) in settings.first { $0.name == name }?.value ?? "" }
    guard let seconds = Int(value("connect_timeout")), seconds > 0 else { return .max }
    let hosts = max(value("host").split(separator: ",").count, value("hostaddr").split(separator: ",").count, 1)
    return seconds.multipliedReportingOverflow(by: 1_000 * hosts).partialValue
  }
}

/// Receives the notices of a connection, instead of the library, which would print them.
final class Notices {
  private let calls: UnsafePointer<CLibPQ>
  var handler: ((String) -> Void)?
  private(set) var lastWords: PostgreSQLError?

  init(_ calls: UnsafePointer<CLibPQ>) { self.calls = calls }

  /// Receives the notices of a connection that does not outlive this object.
  func receive(from handle: OpaquePointer) {
    _ = calls.pointee.setNoticeReceiver(
      handle,
      { context, notice in
        context.map { Unmanaged<Notices>.fromOpaque($0).takeUnretainedValue().received(notice) }
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func received(_ notice: OpaquePointer) {
    let words = PostgreSQLError(notice, calls)
    if words.isFatal { lastWords = words }
    handler?(words.report)
  }
}
