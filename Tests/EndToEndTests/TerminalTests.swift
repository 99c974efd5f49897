import Foundation
import TestSupport
import Testing

/// Behaviour that only a real terminal shows: the first frame, keys, sizes, and every way to leave.
///
/// Items wait at a named pipe that nobody opens, so they run until the test ends them.
@Suite(.serialized) struct TerminalTests {
  /// The argument for fifty items that wait. Its number identifies their processes.
  private let nap = "86400.\(Int.random(in: 100_000...999_999))"
  private var waiting: String { "seq 50 > ids; pfor-tui ids -j 3 -- sleep \(nap)" }

  private func open(
    _ line: String? = nil, width: Int = 80, height: Int = 24, environment: [String: String] = [:]
  ) throws -> TmuxSession {
    let session = try TmuxSession(width: width, height: height, environment: environment)
    try session.type("stty -a > before")
    try session.type("clear; \(line ?? waiting); echo status-$?")
    return session
  }

  /// Waits until this number of items run. `sleep` gets two arguments and sleeps for their sum.
  private func waitForItems(_ count: Int, in session: TmuxSession) throws {
    try session.sandbox.waitForProcesses(count, running: "sleep \(nap)")
  }

  /// Expects that the shell has its terminal back: the modes, the cursor and the main screen.
  private func expectTerminalIsBack(
    _ session: TmuxSession, status: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try session.waitFor("status-\(status)", sourceLocation: sourceLocation)
    try session.type("stty -a > after; echo rea''dy")
    try session.waitFor("ready", sourceLocation: sourceLocation)
    let sandbox = session.sandbox
    #expect(sandbox.read("after") == sandbox.read("before"), sourceLocation: sourceLocation)
    #expect(!sandbox.read("after").isEmpty, sourceLocation: sourceLocation)
    #expect(try session.flag("alternate_on") == "0", sourceLocation: sourceLocation)
    #expect(try session.flag("cursor_flag") == "1", sourceLocation: sourceLocation)
    #expect(try session.flag("mouse_any_flag") == "0", sourceLocation: sourceLocation)
  }

  @Test func theFirstFrameIsWholeAndThePlusKeyAddsWorkers() throws {
    let session = try open()
    try session.wait("three workers") { $0.contains("3 running") && $0.contains("47 queued") }
    let screen = try session.capture()
    #expect(screen.contains("Workers") && screen.contains("Latency") && screen.contains("Results"), "\(screen)")
    #expect(try session.flag("alternate_on") == "1")
    try session.send("+", "+")
    try session.wait("five workers") { $0.contains("5 running") && $0.contains("5 threads") }
    try waitForItems(5, in: session)
    try session.send("-")
    try session.waitFor("5→4")
    try waitForItems(5, in: session)
    try session.send("q")
    try session.waitFor("Leave?")
    try session.send("s")
    try expectTerminalIsBack(session, status: 130)
    try session.waitFor("5 stopped")
    try waitForItems(0, in: session)
  }

  @Test func theScreenFollowsTheTerminalsSize() throws {
    let session = try open()
    try session.waitFor("3 running")
    try session.resize(width: 60, height: 15)
    try session.wait("the tabs of a small screen") { $0.contains("2 Workers") && $0.contains("3 running") }
    try session.resize(width: 30, height: 5)
    try session.wait("a screen of five rows") { !$0.contains("2 Workers") && $0.contains("/50") }
    try session.resize(width: 80, height: 24)
    try session.wait("all panels again") { $0.contains("Latency") && $0.contains("Results") }
    try session.send("C-c")
    try session.waitFor("Leave?")
    try session.send("C-c")
    try expectTerminalIsBack(session, status: 130)
    try waitForItems(0, in: session)
  }

  @Test func theThirdInterruptKillsItemsThatIgnoreTheSecond() throws {
    let session = try open("seq 9 | pfor-tui - -j2 --grace 5m -- bash -c 'trap \"\" TERM; exec sleep \(nap)'")
    try session.waitFor("2 running")
    // Now the program that ignores TERM is one that the pattern finds.
    try waitForItems(2, in: session)
    try session.send("C-c")
    try session.waitFor("Leave?")
    try session.send("C-c")
    try session.waitFor("stopping")
    try waitForItems(2, in: session)
    try session.send("C-c")
    try expectTerminalIsBack(session, status: 130)
    try waitForItems(0, in: session)
  }

  @Test func terminationDrainsWithinTheGraceTime() throws {
    let session = try open(
      "mkfifo gate; seq 9 > ids; pfor-tui ids -j1 --grace 5m -o out -- sh -c 'read x < gate; echo late-{}' & "
        + "echo $! > pid; fg")
    try session.waitFor("1 running")
    try session.keepDrawing()
    try session.sandbox.run("kill -TERM $(cat pid)")
    try session.waitUntilDrawn("terminated")
    #expect(try session.flag("alternate_on") == "1")
    try session.sandbox.run("echo go > gate")
    try expectTerminalIsBack(session, status: 143)
    #expect(session.sandbox.read("out") == "late-1\n")
  }

  @Test func aClosedTerminalLeavesNoProcess() throws {
    let session = try open("seq 50 > ids; exec pfor-tui ids -j 3 --grace 1s -- sleep \(nap)")
    try session.waitFor("3 running")
    try session.send("q")
    try session.waitFor("Leave?")
    let sandbox = session.sandbox
    let pid = try session.flag("pane_pid")
    try session.hangUp()
    let end = try sandbox.run("timeout 200 tail --pid=\(pid) -f /dev/null; echo $?")
    #expect(end.output == "0\n")
    try sandbox.waitForProcesses(0, running: "sleep \(nap)")
  }

  @Test func suspendingGivesTheTerminalBackAndForegroundPaintsAgain() throws {
    let session = try open()
    try session.waitFor("3 running")
    try session.send("C-z")
    try session.waitFor("Stopped")
    #expect(try session.flag("alternate_on") == "0")
    #expect(try session.flag("cursor_flag") == "1")
    try session.type("stty -a > stopped; echo sus''pended")
    try session.waitFor("suspended")
    #expect(session.sandbox.read("stopped") == session.sandbox.read("before"))
    // In the background, the program may not touch the terminal, and its commands do not continue without it.
    try session.type("clear; bg; until jobs -l | grep 'tty output'; do :; done")
    try session.waitFor("(tty output)")
    let stopped = "ps -o stat= -p $(pgrep -d, -f '^[s]leep \(nap)') | grep -c ^T"
    try session.sandbox.run("until [ $(\(stopped)) = 3 ]; do sleep 0.02; done")
    try session.type("fg")
    try session.wait("the dashboard") { $0.contains("3 running") && $0.contains("Latency") }
    #expect(try session.flag("alternate_on") == "1")
    try session.send("q")
    try session.waitFor("Leave?")
    try session.send("s")
    try session.waitFor("3 stopped")
    try waitForItems(0, in: session)
  }

  @Test(arguments: ["SEGV", "ABRT"])
  func aCrashGivesTheTerminalBack(signal: String) throws {
    let session = try open(
      "seq 50 > ids; pfor-tui ids -j 1 -- sleep \(nap)", environment: ["SWIFT_BACKTRACE": "enable=no"])
    try session.waitFor("1 running")
    try session.sandbox.run("pkill -\(signal) -f '^pfor-tui ids.*\(nap)$'")
    let statuses = ["SEGV": 139, "ABRT": 134]
    try expectTerminalIsBack(session, status: statuses[signal] ?? 0)
    try session.sandbox.run("pkill -KILL -f '^[s]leep \(nap)'")
  }

  @Test func keysComeFromTheTerminalWhileItemsAndResultsArePiped() throws {
    let session = try open("mkfifo gate; (seq 20; cat gate) | pfor-tui - -j2 -- echo | cat > out")
    try session.waitFor("20 ok")
    try session.send("+")
    try session.waitFor("3 threads")
    try session.sandbox.run("seq 21 30 > gate")
    try expectTerminalIsBack(session, status: 0)
    #expect(session.sandbox.read("out") == (1...30).map { "\($0)\n" }.joined())
  }

  @Test func theSummaryFitsTheTerminal() throws {
    let session = try open(
      "echo 7 > ids; pfor-tui ids --when-done leave -- sh -c 'echo $(seq 60) >&2; exit $0'", width: 50, height: 40)
    try expectTerminalIsBack(session, status: 1)
    let line = try session.capture().split(separator: "\n").first { $0.hasPrefix("  #1 7: exit status 7: 1 2 3 ") }
    #expect(line?.hasSuffix("…") == true && line?.count == 50, "\(line ?? "none")")
  }

  @Test(
    arguments: [
      ("TERM=dumb", "no dashboard: the terminal type \"dumb\" cannot place the cursor; plain lines instead"),
      ("TERM=", "no dashboard: TERM is not set; plain lines instead"), ("CI=1", nil),
      ("TERM=no-such-terminal", "no dashboard: the terminal type \"no-such-terminal\" is unknown; plain lines instead"),
    ] as [(String, String?)])
  func aPoorTerminalGetsPlainLines(setting: String, reason: String?) throws {
    let session = try open("seq 3 | \(setting) pfor-tui - -- echo item 2> errors | tee results")
    try expectTerminalIsBack(session, status: 0)
    let text = session.sandbox.read("errors") + session.sandbox.read("results")
    #expect(text.contains("item 2\n") && text.contains("done: 3 ok"))
    #expect(!text.contains("\u{1b}"))
    #expect(text.split(separator: "\n").first { $0.hasPrefix("no dashboard") }.map(String.init) == reason)
  }

  @Test func withoutColourNoColourIsSent() throws {
    let session = try open(environment: ["NO_COLOR": "1"])
    try session.waitFor("3 running")
    let screen = try session.capture(withStyles: true)
    #expect(!screen.contains(/\u{1b}\[[0-9;]*(3[0-7]|38;|48;|4[0-7])[0-9;]*m/), "\(screen.debugDescription)")
    try session.send("q", "s")
    try expectTerminalIsBack(session, status: 130)
  }

  @Test func untrustedTextDoesNothingToTheTerminal() throws {
    let items = HostileTextTests.items.map { "'\($0)'" }.joined(separator: " ")
    let session = try open(
      "printf '%b\\0' \(items) > items; pfor-tui -0 items -- sh -c 'printf %s \"$0\"; printf %s \"$0\" >&2; exit 1'",
      width: 120, height: 36)
    try session.waitFor("7 failed")
    try session.send("4", "g", "Enter")
    try session.waitFor("Esc back")
    let screen = try session.capture()
    #expect(screen.contains("clip") && !HostileTextTests.isHarmful(screen), "\(screen.debugDescription)")
    try session.send("Escape")
    try session.wait("the list") { !$0.contains("Esc back") }
    try session.send("q")
    try expectTerminalIsBack(session, status: 7)
    #expect(try session.capture().contains("clip"))
    #expect(try session.sandbox.run("tmux -S ./tmux show-buffer").output == "")
  }
}
