import TestSupport
import Testing

/// A recorded run, replayed by the built program.
@Suite struct ReplayTests {
  @Test func aPastRunIsShownWithItsRetriesAndNothingIsRun() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      ":wait finished\n4\n:save-screen end\ngjj<Enter>\n:save-screen item\nq\n", to: "steps")
    let run = try sandbox.run(
      """
      seq 5 > ids
      pfor-tui ids -j2 -q --retries 1 -o out -- sh -c 'echo $0 >> side; echo got $0; test $0 -ne 3'
      wc -l < side
      COLUMNS=100 LINES=24 pfor-tui replay --speed max --script steps; echo $?
      wc -l < side
      """)
    #expect(run.lines == ["6", "0", "6"], "\(run.errors)")
    let end = sandbox.read("end")
    for text in ["replay", "4 ok", "1 failed", "#3 ✗ failed", "got 5", "5/5"] {
      #expect(end.contains(text), "\(text) is missing:\n\(end)")
    }
    let item = sandbox.read("item")
    for text in ["#3 3", "exit status 1, ", "of CPU time", "1  ✗ failed: exit status 1, ", "attempt 2", "got 3"] {
      #expect(item.contains(text), "\(text) is missing:\n\(item)")
    }
  }

  @Test func withoutATerminalAReplaySaysSo() throws {
    let run = try Sandbox().run("echo a | pfor-tui - -q -- true; pfor-tui replay; echo $?")
    #expect(run.lines.last == "255")
    #expect(run.errors.contains("pfor-tui show"), "\(run.errors)")
  }
}
