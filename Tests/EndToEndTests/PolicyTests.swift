import TestSupport
import Testing

/// Retries, timeouts and halting, with the built program and real commands. `SessionPolicyTests` checks the rules.
@Suite struct PolicyTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test func anItemThatAlwaysFailsHasFailed() throws {
    let run = try sandbox.run("echo a | pfor-tui - -q --retries 3 -- sh -c 'echo once; exit 7'; echo $?")
    #expect(run.lines == ["once", "1"])
  }

  /// The second item would never end by itself. It exits with status 0 when it is asked to end. The first one has
  /// enough time even on a busy machine.
  @Test func anItemThatTakesTooLongHasTimedOutEvenIfItSucceeds() throws {
    let run = try sandbox.run(
      """
      mkfifo never
      seq 2 | pfor-tui - -j2 --timeout 5s --shell 'trap "exit 0" TERM; echo {}; if test {} = 2; then cat never & wait; fi'
      echo $?
      """)
    #expect(run.lines == ["1", "1"])
    #expect(run.errors.contains("1 timed out of 2") && run.errors.contains("#2 2: timed out"), "\(run.errors)")
  }

  @Test func anItemThatIgnoresTheTimeoutIsKilled() throws {
    let run = try sandbox.run(
      """
      mkfifo never
      echo a | pfor-tui - -q --timeout 100ms --grace 100ms -- bash -c 'trap "" TERM; while :; do read -t 9 <> never; done'
      echo $?
      """)
    #expect(run.lines == ["1"])
  }

  @Test func aQueryThatTakesTooLongIsInterrupted() throws {
    let run = try sandbox.run(
      """
      python3 -c 'import sqlite3; sqlite3.connect("a.sqlite").execute("create table t(x)")' 2>/dev/null || : > a.sqlite
      echo 1 | pfor-tui - --timeout 100ms --db a.sqlite --sql \
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i > ?'
      echo $?
      """)
    #expect(run.lines == ["1"])
    #expect(run.errors.contains("1 timed out"), "\(run.errors)")
  }

  /// The program and its item are stopped for longer than the timeout. The item ends as soon as both continue.
  @Test func suspendedTimeCountsInNoTimeoutAndItemsAreStoppedToo() throws {
    let run = try sandbox.run(
      """
      set -m; mkfifo begun gate over
      { echo a | pfor-tui - -q --timeout 5s -- sh -c 'echo $$ > begun; cat gate'; echo $? > over; } &
      read item < begun; program=$(ps -o ppid= -p $item)
      state() { ps -o stat= -p $1 | cut -c 1; }
      kill -TSTP %1
      until test "$(state $program)$(state $item)" = TT; do :; done
      read -t 5.5 <> <(:)
      kill -CONT %1
      echo done > gate; cat over
      """)
    #expect(run.lines == ["done", "0"])
  }

  @Test func haltingSoonStartsNoMoreItems() throws {
    let run = try sandbox.run("seq 100 | pfor-tui - -j1 --halt soon,fail=2 --shell 'echo {}; test {} -lt 5'; echo $?")
    #expect(run.lines == ["1", "2", "3", "4", "5", "6", "2"])
    #expect(run.errors.contains("halted: 2 items have failed"), "\(run.errors)")
    #expect(run.errors.contains("never ran: 94 items"))
  }

  @Test func haltingNowEndsRunningItems() throws {
    let run = try sandbox.run(
      """
      mkfifo never begun
      seq 2 | pfor-tui - -j2 --halt now,fail=1 --shell \
        'if test {} = 1; then trap "exit 1" TERM; echo > begun; cat never & wait; else cat begun; exit 1; fi'
      echo $?
      """)
    #expect(run.errors.contains("1 failed, 1 stopped of 2"), "\(run.errors)")
  }

  @Test(arguments: ["--halt later,fail=1", "--retries -1", "--timeout 0", "--retry-delay x", "--time-budget 5w"])
  func wrongValuesAreNamed(_ option: String) throws {
    let run = try sandbox.run("echo a | pfor-tui - \(option) -- true; echo $?")
    #expect(run.lines == ["255"])
    #expect(run.errors.contains(option.split(separator: " ")[0]), "\(run.errors)")
  }

  @Test func theSummaryWithoutADashboardSaysWhatFailedItemsSaidLast() throws {
    let run = try sandbox.run(
      """
      printf '%s\\n' a b > ids; : > tries
      pfor-tui ids -j1 --no-tui --retries 1 --shell 'echo {} $(wc -l < tries) >&2; echo x >> tries; [ {} != a ] || exit 3'
      """)
    #expect(run.errors.contains(/\n  #1 a: exit status 3: a [12]\n/), "\(run.errors)")
  }

  /// The first attempt at item 1 fails before item 2 ends, and the second one is an hour away.
  @Test func anItemThatIsTriedAgainShowsItsAttempts() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      ":wait done 1\n4g<Enter>\n:save-screen screen\n:quit\n:save-screen dialog\n:choose s\n",
      to: "steps")
    let run = try sandbox.run(
      "printf '7\\n0\\n' > ids; pfor-tui ids -j1 --retries 1 --retry-delay 1h --script steps -- sh -c 'echo oops; exit $0'",
      environment: ["COLUMNS": "120", "LINES": "36"])
    #expect(run.status == 130 && run.errors.contains("stopped: 1 ok of 2 items"), "\(run.errors)")
    #expect(run.errors.contains("\nto be tried again: 1 item\n"), "\(run.errors)")
    let dialog = sandbox.read("dialog")
    #expect(dialog.contains("1 item to be tried again."), "\(dialog)")
    let screen = sandbox.read("screen")
    for text in ["again in", "exit status 7, ", "of CPU time", "1  ✗ failed: exit status 7, ", "on worker 1", "oops"] {
      #expect(screen.contains(text), "\(text) in\n\(screen)")
    }
  }
}
