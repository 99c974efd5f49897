import TestSupport
import Testing

/// The built program with a real server: passwords, signals and wrong queries.
@Suite(.enabled(if: PostgresServer.isExpected), .timeLimit(.minutes(60))) struct PostgreSQLTests {
  private let server: PostgresServer
  private let sandbox: Sandbox

  init() throws {
    server = try PostgresServer.shared.get()
    sandbox = try Sandbox()
  }

  /// A URI with a password, which the server does not ask for.
  private var database: String { "postgres://postgres:s3cret@/postgres?host=\(server.host)" }

  /// The password is in no list of processes, run file, log, export or message (trap A-21), and `resume` works without it.
  @Test func thePasswordIsNowhere() throws {
    try sandbox.write("SELECT $1, pg_sleep(CASE $1 WHEN '3' THEN 100000 ELSE 0 END)", to: "query")
    let ending = try sandbox.run(
      """
      seq 1 5 > ids
      pfor-tui ids -j 1 --no-tui --grace 0 --joblog log --events events --db '\(database)' \\
        --sql "$(cat query)" -o rows 2> messages &
      until [ "$(cat rows 2>/dev/null | wc -l)" = 2 ]; do sleep 0.02; done
      tr '\\0' ' ' < /proc/$!/cmdline > line
      kill -TERM $!; wait $!; echo "status $?"
      sed -i 's/^3$/30/' ids
      pfor-tui resume --no-tui 2>> messages; echo "status $?"
      pfor-tui show > shown; pfor-tui show --json >> shown; pfor-tui runs >> shown
      for form in csv json trace; do pfor-tui export --$form > export.$form; done
      pfor-tui ids --no-tui --db 'postgres://u:s3cret@h:x/d' --sql 'SELECT $1' 2>> messages; echo "status $?"
      grep -rla s3cret . ; cat rows line
      """)
    let rows = ["1", "2", "30", "4", "5"].map { "\($0)\t" }
    #expect(ending.lines.dropLast() == ["status 143", "status 0", "status 255"] + rows, "\(sandbox.read("messages"))")
    #expect(ending.lines.last?.contains("--db ****") == true, "\(ending.output)")
  }

  /// When the terminal closes, no query continues on the server (trap A-29).
  @Test func aHangUpCancelsAllQueries() throws {
    let ending = try sandbox.run(
      """
      count() {
        psql -X -A -t -h '\(server.host)' -U postgres postgres \\
          -c "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(100000)'"
      }
      seq 1 8 > ids
      pfor-tui ids -j 8 --no-tui --grace 0 --db '\(server.database)' --sql 'SELECT $1, pg_sleep(100000)' > rows &
      until [ "$(count)" = 8 ]; do sleep 0.05; done
      kill -HUP $!; wait $!; echo "status $?"; count
      """)
    #expect(ending.lines == ["status 129", "0"], "\(ending.errors)")
  }

  /// What was seen while an item ran is in the summary, in `show` and in exports.
  @Test func theRecordTellsWhyAnItemWasSlow() throws {
    let ending = try sandbox.run(
      """
      printf '20\n0\n' > ids
      pfor-tui ids -j 2 --no-tui --db '\(server.database)' --sql 'SELECT pg_sleep($1::int)' -o rows 2> messages
      grep -c '^why: sleeps (pg_sleep) took ' messages
      pfor-tui show | grep -c '^why  *sleeps (pg_sleep) .* (1 item)$'
      pfor-tui show --json | grep -c '{"reason":"sleeps (pg_sleep)","kind":"sleep","subject":"pg_sleep",'
      pfor-tui export --json | grep '"why":"sleeps (pg_sleep)"' | grep -c '"item":"20"'
      pfor-tui export --json | grep '"item":"0"' | grep -c why
      """)
    #expect(ending.lines == ["1", "1", "1", "1", "0"], "\(sandbox.read("messages")) \(ending.errors)")
  }

  @Test(arguments: [
    ("SELECT * FROM nosuch WHERE a = $1", "pfor-tui: the query cannot be prepared: relation \"nosuch\" does not exist"),
    ("SELECT 1", "pfor-tui: the query has no parameter for the item: write $1 or :name"),
  ]) func aWrongQueryLeavesNoRecord(query: String, words: String) throws {
    let ending = try sandbox.run(
      "seq 1 5 | pfor-tui - --no-tui --db '\(database)' --sql '\(query)'; echo $?; pfor-tui runs; find . -name '*.run'")
    #expect(ending.errors.hasPrefix(words), "\(ending.errors)")
    #expect(ending.lines.first == "255" && !ending.output.contains(".run"))
  }
}
