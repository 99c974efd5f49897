import ParallelFor
import PostgreSQL

/// Asks a server what its processes of a run do. All of the sampler's SQL is here.
final class WaitQueries {
  /// How long a statement may take, in milliseconds. A saturated server loses a sample, and no more.
  private static let limit = 500
  /// How often a statement is asked whether it is still wanted, every 0.1 s, before the connection is given up.
  private static let patience = 10

  /// The view is in the server's memory, and this reads it once.
  private static let activity = """
    SELECT application_name, pid, leader_pid, wait_event_type, wait_event FROM pg_catalog.pg_stat_activity
    WHERE state = 'active' AND pid <> pg_catalog.pg_backend_pid()
      AND (leader_pid IS NOT NULL OR pg_catalog.left(application_name, pg_catalog.length($1::text)) = $1::text)
    """

  /// Asking for blockers needs the server's table of locks, so only those of processes that wait for a lock are asked for.
  private static let blockers = """
    WITH RECURSIVE block(waiter, blocker, depth) AS (
      SELECT waiter, blocker, 1 FROM pg_catalog.unnest($1::pg_catalog.int4[]) AS waiter,
        LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(waiter)) AS blocker
      UNION
      SELECT block.blocker, further, depth + 1 FROM block,
        LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(block.blocker)) AS further
      WHERE depth < 5 AND block.blocker <> 0
    )
    SELECT DISTINCT waiter, blocker, a.pid, a.application_name, a.backend_type, a.state,
      pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp() - a.state_change))::pg_catalog.int8
    FROM block LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = blocker
    """

  private let connection: PostgreSQLConnection
  /// The names of the run's connections start with this.
  private let prefix: String
  private let isPooled: Bool
  private var values = ParameterValues()

  /// Prepares a connection for samples.
  ///
  /// - Parameters:
  ///   - connection: the connection.
  ///   - prefix: the start of the names of the run's connections; the number of a worker follows.
  /// - Throws: when the connection is lost, or the server does not know what is asked for.
  init(_ connection: PostgreSQLConnection, prefix: String) throws(PostgreSQLError) {
    self.connection = connection
    self.prefix = prefix
    isPooled = try PostgreSQLLink.isPooled(connection, while: Self.patiently())
    // Settings would stay with the pooler's connection, and prepared statements too.
    guard !isPooled else { return }
    set(["\(prefix)sampler"])
    connection.sendOnce(
      "SELECT pg_catalog.set_config('application_name', $1, false), "
        + "pg_catalog.set_config('statement_timeout', '\(Self.limit)', false)", &values)
    connection.sendPrepare("activity", Self.activity)
    connection.sendPrepare("blockers", Self.blockers)
    connection.sendEnd()
    try connection.finish(while: Self.patiently())
  }

  /// Takes a sample.
  ///
  /// - Throws: when the server does not answer in time, or the connection is lost.
  func sample() throws(PostgreSQLError) -> ServerPicture {
    var picture = ServerPicture()
    try ask("activity", Self.activity, [prefix]) { picture.backends.append(backend($0)) }
    // Helpers of strangers' statements.
    let own = Set(picture.backends.filter { $0.worker != nil && $0.leader == nil }.map(\.pid))
    picture.backends.removeAll { $0.leader.map { !own.contains($0) } ?? ($0.worker == nil) }
    let waiting = picture.waitingForLocks
    guard !waiting.isEmpty else { return picture }
    let list = "{\(waiting.map { "\($0)" }.joined(separator: ","))}"
    try ask("blockers", Self.blockers, [list]) { picture.blocks.append(block($0)) }
    return picture
  }

  private func ask(
    _ name: String, _ text: String, _ texts: [String], row: (PostgreSQLRow) -> Void
  ) throws(PostgreSQLError) {
    set(texts)
    if isPooled { connection.sendOnce(text, &values) } else { connection.sendPrepared(name, &values) }
    connection.sendEnd()
    try connection.finish(while: Self.patiently(), row: row)
  }

  private func set(_ texts: [String]) {
    values.removeAll()
    for text in texts { _ = Array(text.utf8).withUnsafeBufferPointer { values.append($0) } }
  }

  private static func patiently() -> () -> Bool {
    var left = patience
    return {
      left -= 1
      return left > 0
    }
  }

  // MARK: - Rows

  private func backend(_ row: PostgreSQLRow) -> ServerPicture.Backend {
    ServerPicture.Backend(
      pid: Self.number(row, 1) ?? 0, worker: worker(Self.text(row, 0)), leader: Self.number(row, 2),
      waitType: Self.text(row, 3), wait: Self.text(row, 4))
  }

  private func block(_ row: PostgreSQLRow) -> ServerPicture.Block {
    let name = Self.text(row, 3)
    let about =
      row.isNull(2)
      ? nil
      : ServerPicture.Blocker(
        worker: worker(name), name: name ?? "", kind: Self.text(row, 4), state: Self.text(row, 5),
        seconds: Self.text(row, 6).flatMap { Int($0) })
    return ServerPicture.Block(waiter: Self.number(row, 0) ?? 0, blocker: Self.number(row, 1) ?? 0, about: about)
  }

  private func worker(_ name: String?) -> WorkerID? {
    guard let name, name.hasPrefix(prefix), let slot = Int(name.dropFirst(prefix.count)) else { return nil }
    return WorkerID(slot)
  }

  private static func text(_ row: PostgreSQLRow, _ column: Int) -> String? {
    row.isNull(column) ? nil : String(decoding: row.text(column), as: UTF8.self)
  }

  private static func number(_ row: PostgreSQLRow, _ column: Int) -> Int32? { text(row, column).flatMap { Int32($0) } }
}
