import Foundation
import TestSupport
import Testing

/// Problems between a run and its terminal: signals, hang-ups, readers that do not read, and typed items.
@Suite(.serialized) struct TerminalFaultTests {
  private let nap = "86400.\(Int.random(in: 100_000...999_999))"

  private func open(_ line: String, environment: [String: String] = [:]) throws -> TmuxSession {
    let session = try TmuxSession(environment: environment)
    try session.type("stty -a > before")
    try session.type("clear; \(line); echo status-$?")
    return session
  }

  /// Waits until this number of items run.
  private func waitForItems(_ count: Int, in sandbox: Sandbox) throws {
    try sandbox.waitForProcesses(count, running: "sleep \(nap)")
  }

  private func expectOver(_ session: TmuxSession, status: Int) throws {
    try session.waitFor("status-\(status)")
    try session.type("stty -a > after; echo rea''dy")
    try session.waitFor("ready")
    #expect(session.sandbox.read("after") == session.sandbox.read("before"))
    #expect(try session.flag("alternate_on") == "0")
    try waitForItems(0, in: session.sandbox)
  }

  // MARK: - Signals

  @Test(arguments: [
    ("QUIT", 131, ""), ("ALRM", 142, ""), ("PROF", 155, "--no-tui"), ("XCPU", 152, ""), ("TERM", 143, "--no-tui"),
    ("TERM", 143, ""),
  ])
  func aSignalEndsCommandsAndGivesTheTerminalBack(name: String, status: Int, option: String) throws {
    let session = try open("seq 9 > ids; pfor-tui ids \(option) -j2 --grace 100ms -- sleep \(nap)")
    try waitForItems(2, in: session.sandbox)
    try session.sandbox.run("pkill -\(name) -f '^pfor-tui ids.*\(nap)$'")
    try expectOver(session, status: status)
  }

  @Test func theQuitKeyWithoutADashboardLeavesNothingRunning() throws {
    let session = try open("seq 9 > ids; pfor-tui ids --no-tui -j2 -- sleep \(nap)")
    try waitForItems(2, in: session.sandbox)
    try session.send("C-\\")
    try expectOver(session, status: 131)
  }

  /// The first five items end before the terminal closes, the others after it. Each gate has one reader. A FIFO that
  /// one writer opens lets all its readers in, and the next writer would wait forever.
  @Test func aRunThatIgnoresTheEndOfItsTerminalContinues() throws {
    let session = try open(
      "mkfifo gate6 gate7 gate8; seq 12 > ids; trap '' HUP; exec pfor-tui ids -j3 -o out -- sh -c "
        + "'test $0 -le 5 -o $0 -ge 9 || read x < gate$0; echo line $0'")
    try session.wait("five done, three running") { $0.contains("5 ok") && $0.contains("3 running") }
    let pid = try session.flag("pane_pid")
    let sandbox = session.sandbox
    try session.hangUp()
    let run = try sandbox.run(
      "for item in 6 7 8; do echo > gate$item; done; timeout 200 tail --pid=\(pid) -f /dev/null; cat out")
    #expect(run.output == (1...12).map { "line \($0)\n" }.joined())
  }

  // MARK: - Readers that do not read

  /// A full pipe that nobody reads.
  private static let full = """
    mkfifo full; exec 3<>full; dd if=/dev/zero of=full bs=4096 count=99 oflag=nonblock 2> dd
    """

  @Test(arguments: ["2>full", "-o out 2>full", ">full", ">full 2>full"])
  func terminationNeedsNoReader(redirection: String) throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      """
      \(Self.full); seq 40 > ids
      pfor-tui ids --no-tui -j2 --no-run --grace 200ms --shell 'echo $$ >> begun; seq 500; seq 500 >&2; sleep \(nap)' \
        \(redirection) & program=$!
      until [ $(cat begun 2>/dev/null | wc -l) -ge 2 ]; do :; done
      kill -TERM $program; wait $program; echo $?
      """)
    #expect(run.lines.last == "143", "\(run.errors)")
    try waitForItems(0, in: sandbox)
  }

  /// No item runs any longer. The reader of the results may take any time until a signal asks for the end.
  @Test(arguments: ["TERM", "INT"], [">full", "-o full", ">full 2>full"])
  func unreadResultsAreReportedAndDeliveredLater(signal: String, redirection: String) throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      """
      set -m; \(Self.full); seq 40 > ids
      pfor-tui ids --no-tui -j2 --run run --grace 200ms --shell ': {}; seq 500' \(redirection) 2> errors & program=$!
      until pfor-tui show ./run --json 2>/dev/null | grep -q '"succeeded":40'; do :; done
      kill -\(signal) $program; wait $program; echo $?
      pfor-tui show ./run --json | grep -c '"finished":false'
      pfor-tui ids --resume --run run --no-tui -q -o out --shell ': {}; seq 500'; echo $?
      for i in $(seq 40); do seq 500; done | cmp - out && echo whole
      """)
    #expect(run.lines == [signal == "TERM" ? "143" : "130", "1", "0", "whole"], "\(run.errors)")
    if !redirection.contains("2>") {
      let place = redirection.hasPrefix("-o") ? "full" : "standard output"
      let errors = sandbox.read("errors")
      #expect(errors.contains("pfor-tui: \(place): cannot be written: its reader has stopped reading"), "\(errors)")
      #expect(errors.contains("to continue: pfor-tui resume"), "\(errors)")
    }
  }

  @Test(arguments: ["--joblog", "--events"]) func anUnreadLogIsGivenUp(option: String) throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      """
      \(Self.full); seq 40 > ids
      pfor-tui ids --no-tui -j2 --no-run --grace 200ms -o out \(option) full -- echo 2> errors & program=$!
      until cmp -s ids out; do :; done; kill -TERM $program; wait $program; echo $?
      """)
    #expect(run.lines == ["255"], "\(run.errors)")
    let told = "full: cannot be written: its reader has stopped reading; this log ends there"
    #expect(sandbox.read("errors").contains(told), "\(sandbox.read("errors"))")
  }

  @Test func theSummaryWaitsForAReaderUnlessTheProgramMustEnd() throws {
    let sandbox = try Sandbox()
    let run = try sandbox.run(
      """
      \(Self.full); seq 3 > ids; pfor-tui ids --no-tui --no-run -o out -- echo 2>full & program=$!
      until [ "$(cat out 2>/dev/null | wc -l)" -eq 3 ]; do :; done
      cat <&3 > read & reader=$!
      wait $program; echo $?; until grep -aq 'done: 3 ok' read; do :; done; kill $reader
      """)
    #expect(run.lines == ["0"])
  }

  // MARK: - Keys

  @Test func itemsThatAreTypedAreReadWithoutADashboard() throws {
    let session = try open("pfor-tui - -- echo item")
    try session.waitFor("no dashboard: the items are typed in this terminal")
    try session.type("one")
    try session.type("two")
    try session.send("C-d")
    try session.waitFor("done: 2 ok")
    try expectOver(session, status: 0)
    #expect(try session.capture().contains("item two"))
  }

  @Test func oneInterruptEndsTheWaitForTypedItems() throws {
    let session = try open("pfor-tui - -- echo item")
    try session.waitFor("no dashboard")
    try session.send("C-c")
    try expectOver(session, status: 130)
  }

  @Test(arguments: ["", "--no-tui"]) func aPipedRunIsResumedThroughAPipe(option: String) throws {
    let session = try open(
      "seq 9 | pfor-tui - --run file.run -j1 --no-tui --halt soon,done=3 -o out -- echo; "
        + "pfor-tui resume ./file.run \(option)")
    try session.waitFor("to continue, pipe the items in again")
    try session.wait("the refusal") {
      $0.replacing("\n", with: "").contains("pipe the items in again, as in cat ITEMS")
    }
    try expectOver(session, status: 255)
    try session.type("clear; seq 9 | pfor-tui resume ./file.run --when-done leave; echo again-$?")
    try session.waitFor("again-0")
    #expect(session.sandbox.read("out") == (1...6).map { "\($0)\n" }.joined())
  }

  @Test func pastedTextArrivesInAPromptAndPressesNothing() throws {
    let session = try open("seq 9 > ids; pfor-tui ids -j2 -- sleep \(nap)")
    try session.waitFor("2 running")
    try waitForItems(2, in: session.sandbox)
    let paste = "tmux -S ./tmux set-buffer \"$(printf 'qs\\nzebra')\"; tmux -S ./tmux paste-buffer -p"
    try session.sandbox.run(paste)
    try session.send("/")
    try session.wait("the prompt") { $0.contains("Enter") || $0.contains("earch") }
    try session.sandbox.run(paste)
    try session.waitFor("qs zebra")
    try waitForItems(2, in: session.sandbox)
    try session.send("Escape")
    try session.wait("the list") { !$0.contains("qs zebra") }
    try session.send("q")
    try session.waitFor("Leave?")
    try session.send("s")
    try expectOver(session, status: 130)
  }

  // MARK: - The environment

  @Test(arguments: ["0", "-5", "many", "9223372036854775808"])
  func nothingDependsOnWrongSizes(columns: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(":wait finished\n:save-screen screen\nq\n", to: "steps")
    let run = try sandbox.run(
      """
      export COLUMNS='\(columns)' LINES='\(columns)'; seq 3 > ids
      pfor-tui --help | grep -c ITEMS; pfor-tui --no-such-option; echo $?
      pfor-tui ids --no-tui --no-run -o out -- false; echo $?
      """)
    #expect(run.lines.count == 3 && run.lines.suffix(2) == ["255", "3"], "\(run.output)\(run.errors)")
    #expect(run.errors.contains("0 ok, 3 failed") && run.errors.contains("--no-such-option"), "\(run.errors)")
    if Int(columns).map({ !(1...9_999).contains($0) }) ?? true {
      try sandbox.run("COLUMNS='\(columns)' LINES='\(columns)' pfor-tui ids --no-run --script steps -o out -- true")
      #expect(sandbox.read("screen").split(separator: "\n").map(\.count).max() == 80)
    }
  }

  @Test func aTerminalOpensWhateverSizeTheEnvironmentGives() throws {
    let session = try open(
      "seq 9 > ids; COLUMNS=100000000 LINES=100000000 pfor-tui ids -j2 -- sleep \(nap)")
    try session.wait("the dashboard") { $0.contains("2 running") && $0.contains("Latency") }
    try session.send("q", "s")
    try expectOver(session, status: 130)
  }
}
