import TestSupport
import Testing

/// The table of exit statuses, with one test for each row.
@Suite struct ExitCodeTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  @Test(arguments: [(0, 0), (1, 1), (42, 42), (100, 100), (101, 101), (150, 101)])
  func failuresAreCounted(failures: Int, status: Int32) throws {
    let run = try sandbox.run("seq 150 | pfor-tui - -q --shell 'test {} -gt \(failures)'")
    #expect(run.status == status)
    #expect(run.errors == "")
  }

  @Test func anItemEndedByASignalHasFailed() throws {
    let run = try sandbox.run("echo x | pfor-tui - -- sh -c 'kill -KILL $$'")
    #expect(run.status == 1)
    #expect(run.errors.contains("#1 x: ") && run.errors.contains("KILL"), "\(run.errors)")
  }

  /// The item itself sends the signal to the program, its parent, so it is certainly running.
  @Test(arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)])
  func aSignalLetsRunningItemsEnd(signal: String, status: Int32) throws {
    let run = try sandbox.run(
      """
      set -m; mkfifo never
      pfor-tui - -j1 -- sh -c 'kill -\(signal) $PPID; echo done' < <(echo first; cat never) &
      wait $!; echo $?; : > never
      """)
    #expect(run.lines == ["done", "\(status)"])
  }

  /// Before the next interrupt is sent, the program answers the last one on standard error, possibly after lines of
  /// progress, and so does the item.
  @Test func aSecondInterruptAsksItemsToEndAndAThirdInsists() throws {
    let run = try sandbox.run(
      """
      set -m; mkfifo ready never err
      seq 9 | pfor-tui - -j1 --grace 5m -- bash -c 'trap "echo asked > ready" TERM; echo > ready; while :; do read -t 9 <> never; done' 2> err &
      exec 3< err; cat ready
      kill -INT %1; while read -u 3 line; do case $line in interrupted:*) echo interrupted; break;; esac; done
      kill -INT %1; cat ready
      kill -INT %1; cat <&3 > rest; wait $!; echo $?
      """)
    #expect(run.lines == ["interrupted", "asked", "130"])
    #expect(sandbox.read("rest").contains("1 stopped"), "\(sandbox.read("rest"))")
  }

  /// A reader that has left ends the run without a message.
  @Test(arguments: ["seq 100000", "yes"])
  func aClosedOutputEndsQuietly(items: String) throws {
    let run = try sandbox.run("\(items) | pfor-tui - -- echo {} | head -n 1 > first; echo ${PIPESTATUS[1]}")
    #expect(run.output == "141\n")
    // A long run prints its progress.
    let words = run.errors.split(separator: "\n").filter { !$0.contains(/\d threads? ·/) }
    #expect(words == [])
    #expect(["1\n", "y\n"].contains(sandbox.read("first")))
  }

  @Test func aFullDiskEndsTheRunWithASentence() throws {
    let run = try sandbox.run("seq 100000 | pfor-tui - -o /dev/full -- echo {}")
    #expect(run.status == 255)
    #expect(run.errors.contains("/dev/full: cannot be written: No space left on device"), "\(run.errors)")
  }
}
