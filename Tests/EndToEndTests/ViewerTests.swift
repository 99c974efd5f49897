import Foundation
import TestSupport
import Testing

/// The page of an item, the mouse and the pager in a real terminal.
@Suite(.serialized) struct ViewerTests {
  /// Item 1 has ended with an output; the other two wait at a pipe that nobody opens after the first line.
  private func open(_ options: String = "", environment: [String: String] = [:]) throws -> TmuxSession {
    let session = try TmuxSession(width: 100, height: 30, environment: environment)
    try session.sandbox.run("mkfifo never")
    try session.sandbox.write(
      """
      #!/bin/sh
      echo "first line of $1"
      [ $1 = 1 ] && exit
      read x < never
      """, to: "job")
    try session.sandbox.write(
      """
      #!/bin/sh
      cat "$1" > paged
      echo in-the-pager
      read x
      echo left-with-$x >> paged
      """, to: "page")
    try session.sandbox.run("chmod +x job page")
    try session.type("clear; seq 3 > ids; pfor-tui ids -j 2 \(options) -- ./job {}; echo status-$?")
    try session.wait("two running items") { $0.contains("1 ok") && $0.contains("2 running") }
    return session
  }

  private func leave(_ session: TmuxSession) throws {
    try session.send("q")
    try session.waitFor("Leave?")
    try session.send("s")
    try session.waitFor("status-130")
    #expect(try session.flag("mouse_any_flag") == "0")
    #expect(try session.flag("alternate_on") == "0")
  }

  @Test func theOutputOfARunningItemIsShownAsItComes() throws {
    let session = try open()
    try session.send("4", "g", "j", "Enter")
    try session.waitFor("first line of 2")
    try session.waitFor("process ")
    try leave(session)
  }

  @Test func aPagerHasTheTerminalWhileTheRunContinues() throws {
    let session = try open(environment: ["PAGER": "./page"])
    try session.send("4", "g", "o")
    try session.waitFor("in-the-pager")
    #expect(session.sandbox.read("paged") == "first line of 1\n")
    // Ctrl-C is for the pager, here a shell that it ends. The run goes on.
    try session.send("C-c")
    try session.wait("the dashboard") { $0.contains("2 running") && $0.contains("Results") }
    try session.send("o")
    try session.waitFor("in-the-pager")
    try session.send("x", "Enter")
    try session.wait("the dashboard") { $0.contains("2 running") && $0.contains("Results") }
    #expect(session.sandbox.read("paged") == "first line of 1\nleft-with-x\n")
    #expect(try session.sandbox.run("ls -d pfor-tui.* | wc -l").output == "0\n")
    try leave(session)
  }

  /// A line of the user's has the terminal, the item and its output. The list is saved, and plain lines come and go.
  @Test func anItemAndAListAreTakenElsewhere() throws {
    let session = try open()
    try session.send("4", "g", "!")
    try session.waitFor("run about #1")
    try session.sendText(
      "echo item-$PFOR_ITEM-$PFOR_NUMBER; cat $PFOR_OUTPUT > taken; [ -f $PFOR_RUN ] && echo recorded")
    try session.send("Enter")
    try session.waitFor("exit status 0: Enter returns")
    #expect(try session.capture().contains("item-1-1\nrecorded"))
    #expect(session.sandbox.read("taken") == "first line of 1\n")
    try session.send("Enter")
    try session.wait("the dashboard") { $0.contains("2 running") && $0.contains("Results") }
    try session.send("w")
    try session.waitFor("save the list")
    try session.sendText("saved.tsv")
    try session.send("Enter")
    try session.waitFor("saved 3 rows to saved.tsv")
    #expect(session.sandbox.read("saved.tsv").contains("\nfirst line of 1\n") == false)
    #expect(session.sandbox.read("saved.tsv").contains("1\tsucceeded\t"))
    try session.send("S")
    try session.waitFor("plain lines: Enter returns")
    try session.send("Enter")
    try session.wait("the dashboard") { $0.contains("2 running") && $0.contains("Results") }
    try session.send("S")
    try session.waitFor("plain lines: Enter returns")
    // Ctrl-C returns and asks.
    try session.send("C-c")
    try session.waitFor("Leave?")
    try session.send("Escape")
    try leave(session)
  }

  @Test func aClickOpensAndTheWheelMoves() throws {
    let session = try open()
    try session.send("4", "g")
    // The first row of the only panel is the sixth of the screen; its headings are above.
    try session.sendText("\u{1B}[<0;20;6M\u{1B}[<0;20;6m")
    try session.waitFor("Esc back")
    try leave(session)
  }

  @Test func theMouseCanBeLeftToTheTerminal() throws {
    let session = try open("--no-mouse")
    #expect(try session.flag("mouse_any_flag") == "0")
    try leave(session)
    let other = try open()
    #expect(try other.flag("mouse_any_flag") == "1")
    try leave(other)
  }

  /// The run ends with a failure that a second session does not have: R continues the run in the same terminal.
  @Test func rAfterTheEndContinuesTheRun() throws {
    let session = try TmuxSession(width: 100, height: 30)
    try session.type(
      "clear; seq 3 > ids; pfor-tui ids -o out --shell '[ {} != 2 ] || [ -e mended ] && echo {}'; echo status-$?")
    try session.wait("the end") { $0.contains("2 ok") && $0.contains("1 failed") && $0.contains("done") }
    try session.sandbox.write("", to: "mended")
    try session.send("R")
    try session.waitFor("Run failed items again?")
    try session.send("y")
    try session.wait("the end of the second session") { $0.contains("3 ok") && $0.contains("done") }
    try session.send("q")
    try session.waitFor("status-0")
    #expect(session.sandbox.read("out") == "1\n2\n3\n")
    #expect(try session.capture().contains("to run failed items again: pfor-tui resume --failed"))
  }
}
