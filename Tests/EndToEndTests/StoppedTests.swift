import TestSupport
import Testing

/// Commands that are stopped for a while, and the program itself.
@Suite struct StoppedTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  /// As ssh and sudo do when they ask for a password.
  @Test func aCommandThatWantsTheTerminalIsReported() throws {
    let session = try TmuxSession(width: 120, in: sandbox)
    try sandbox.run("seq 2 > ids")
    try session.keepDrawing()
    try session.type("pfor-tui ids --no-run --grace 1s -o out --shell 'read x < /dev/tty # {}'; echo status-$?")
    try session.waitUntilDrawn("is stopped: it wants to read the terminal")
    try session.wait("its row") { $0.contains("▲ stop") && $0.contains("terminal)") }
    try session.send("C-c")
    try session.waitFor("Leave?")
    try session.send("C-c")
    try session.waitFor("status-130")
    try session.type("clear; pfor-tui ids --no-run --no-tui -o out --timeout 8s --shell 'read x < /dev/tty # {}'")
    try session.waitFor("#2 is stopped: it wants to read the terminal")
    try session.waitFor("timed out")
  }

  /// The item's command ends in time while the program is stopped. The program continues after the timeout.
  @Test func aCommandThatEndedInTimeHasNotTimedOut() throws {
    let run = try sandbox.run(
      """
      echo 1 > ids; mkfifo begun gate
      pfor-tui ids --no-run --no-tui -q --timeout 15s --shell 'echo $$ > begun; : {}; read x < gate; echo done' &
      program=$!; read item < begun; kill -STOP $program; echo > gate
      until ps -o stat= -p $item | grep -q Z; do :; done
      timeout 15.5 tail -f /dev/null
      kill -CONT $program; wait $program; echo $?
      """)
    #expect(run.output == "done\n0\n", "\(run.errors)")
  }
}
