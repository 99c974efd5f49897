import CPosix
import Foundation
import Testing

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A PostgreSQL server for the tests, in its own folder, on a socket there, without a network.
///
/// It ends with the object, or with the process that made it, however that process ends.
public final class PostgresServer: @unchecked Sendable {
  /// How a server is stopped.
  public enum Stop: String, Sendable {
    /// Running statements are ended.
    case fast
    /// As in a crash.
    case immediate
  }

  /// Why no server can be used.
  public struct Problem: Error, CustomStringConvertible {
    /// The reason in words.
    public let description: String
  }

  /// The folder of the socket, which is also the host.
  public let host: String
  private let settings: String
  private let guarding: Int32
  private let sandbox: Sandbox

  /// The server for tests that do not stop it.
  public static let shared = Result { try PostgresServer() }

  /// Whether tests with a server run: on Linux always, because `.ci/setup` installs one; elsewhere if there is one.
  public static var isExpected: Bool {
    #if os(Linux)
      true
    #else
      programs != nil
    #endif
  }

  /// The folder of the server's programs.
  private static var programs: String? {
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
    let newest = versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
    return (newest + ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"])
      .first { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
  }

  /// Makes a database cluster and starts its server.
  ///
  /// - Parameter settings: settings such as `max_connections=10`.
  public init(_ settings: String...) throws {
    guard let programs = Self.programs else { throw Problem(description: "no PostgreSQL server; see .ci/setup") }
    sandbox = try Sandbox()
    self.settings = settings.map { " -c \($0)" }.joined()
    // A socket's path must be short.
    host = sandbox.path
    var ends: [Int32] = [-1, -1]
    guard cposix_pipe(&ends) == 0 else { throw Problem(description: "no pipe") }
    guarding = ends[1]
    // The shell waits by reading.
    _ = fcntl(ends[0], F_SETFL, 0)
    defer { close(ends[0]) }
    // The server refuses to run as root.
    let begin = """
      as() { if [ $(id -u) = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
      cd '\(host)'; export PATH='\(programs)':$PATH
      """
    try sandbox.write(begin, to: "server.sh")
    try control(
      """
      chmod 755 .; mkdir data; [ $(id -u) != 0 ] || chown postgres . data
      as initdb -D data -A trust -U postgres -E UTF8 --locale=C.UTF-8 --no-sync
      """)
    _ = try Sandbox.spawn(
      [
        "/bin/bash", "-c",
        ". '\(host)/server.sh'; read -r; [ ! -f data/pooler.pid ] || kill $(cat data/pooler.pid); as pg_ctl -D data -m immediate stop; rm -rf '\(host)'",
      ],
      sandbox.environment(), input: ends[0], output: cposix_open_unlinked("/tmp"), errors: cposix_open_unlinked("/tmp"))
    try start()
  }

  deinit {
    if hasPooler { try? control("kill $(cat data/pooler.pid)") }
    try? stop(.immediate)
    close(guarding)
  }

  /// Starts the server, and waits until it can be used.
  public func start() throws {
    try control("as pg_ctl -D data -w -t 200 -l data/log -o \"-F -k '\(host)' -h '' \(settings)\" start")
  }

  /// Stops the server, and waits until it has ended.
  public func stop(_ stop: Stop) throws { try control("as pg_ctl -D data -w -t 200 -m \(stop.rawValue) stop") }

  private func control(_ script: String) throws {
    let ending = try sandbox.run(". ./server.sh; set -e; \(script)")
    guard ending.status == 0 else { throw Problem(description: "\(script): \(ending.output) \(ending.errors)") }
  }

  /// Runs statements with the server's own client, and returns the values of their rows without any format.
  @discardableResult
  public func psql(_ statements: String, user: String = "postgres") throws -> String {
    let file = "\(UUID().uuidString).sql"
    try sandbox.write(statements, to: file)
    let ending = try sandbox.run(
      ". ./server.sh; psql -X -q -A -t -v ON_ERROR_STOP=1 -h '\(host)' -U \(user) -d postgres -f \(file)")
    guard ending.status == 0 else { throw Problem(description: "\(statements): \(ending.errors)") }
    return ending.output
  }

  private static let pooler = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]

  /// Whether there is a pooler to test with.
  public static var hasPooler: Bool {
    isExpected && pooler.contains { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Starts a pooler in transaction mode in front of the server.
  ///
  /// - Parameter size: The number of its connections to the server.
  /// - Returns: The words that name the same database through the pooler.
  public func startPooler(size: Int) throws -> String {
    try sandbox.write(
      """
      [databases]
      postgres = host=\(host) user=postgres
      [pgbouncer]
      unix_socket_dir = \(host)/data
      listen_port = 6432
      auth_type = any
      pool_mode = transaction
      default_pool_size = \(size)
      pidfile = \(host)/data/pooler.pid
      logfile = \(host)/data/pooler.log
      """, to: "pooler.ini")
    try control("PATH=$PATH:/usr/sbin:/usr/bin; as pgbouncer -q -d pooler.ini")
    hasPooler = true
    // The socket exists before the pooler listens.
    let asks = "psql -X -q -h '\(host)/data' -p 6432 -U postgres -d postgres -c 'SELECT 1'"
    guard eventually({ (try? control(asks)) != nil }) else { throw Problem(description: "the pooler does not start") }
    return "host=\(host)/data port=6432 user=postgres dbname=postgres"
  }

  private var hasPooler = false

  /// The words that name the server's database.
  public var database: String { "host=\(host) user=postgres dbname=postgres" }
}
