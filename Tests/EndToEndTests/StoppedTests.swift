import TestSupport
import Testing

/// Commands, and the program itself, that are stopped for a while.
@Suite struct StoppedTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// As ssh and sudo do that ask for a password.
  @Test func aCommandThatWantsTheTerminalIsTold() throws {
    let session = try TmuxSession(width: 120, in: sandbox)
    try sandbox.run("seq 2 > ids")
    try session.type("pfor-tui ids --no-run --grace 1s -o out --shell 'read x < /dev/tty # {}'")
    try session.waitFor("is stopped: it wants to read the terminal")
    try session.wait("its row") { $0.contains("▲ stop") && $0.contains("terminal)") }
    try session.send("C-c")
    try session.waitFor("Leave?")
    try session.send("C-c")
    try session.type("clear; pfor-tui ids --no-run --no-tui -o out --timeout 3s --shell 'read x < /dev/tty # {}'")
    try session.waitFor("#2 is stopped: it wants to read the terminal")
    try session.waitFor("timed out")
  }

  /// The program is stopped while the time of its item runs out; the item's command has long ended.
  @Test func whatEndedInTimeHasNotTimedOut() throws {
    let run = try sandbox.run(
      """
      echo 1 > ids; mkfifo begun
      pfor-tui ids --no-run --no-tui -q --timeout 1s --shell 'echo x > begun; : {}; sleep 0.2; echo done; echo > ended' &
      program=$!; cat begun > /dev/null; kill -STOP $program
      until [ -e ended ]; do :; done
      timeout 1.5 tail -f /dev/null
      kill -CONT $program; wait $program; echo $?
      """)
    #expect(run.output == "done\n0\n", "\(run.errors)")
  }
}
