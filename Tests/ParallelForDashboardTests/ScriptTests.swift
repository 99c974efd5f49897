import Dashboard
import Screen
import Testing

@testable import ParallelForDashboard

@Suite struct ScriptTests {
  @Test func linesAndTheirStepsKeepTheirNumbers() throws {
    let script = try Script("# x\nj<Enter>\n\n  :set-threads 8\n:save-screen a\n", name: "s")
    #expect(script.lines.map(\.number) == [2, 4, 5])
    #expect(script.lines.first?.steps == [.key(.character("j")), .key(.enter)])
    #expect(script.lines[1].steps == [.command(name: "set-threads", argument: "8")])
    #expect(script.lines[2].steps == [.saveScreen("a")])
  }

  @Test(
    arguments: [
      (":wait done 3", .waitForCount(.done, 3, exactly: false)),
      (":wait running = 2", .waitForCount(.running, 2, exactly: true)), (":wait paused", .waitForState(.paused)),
      (":wait finished", .waitForState(.done)), (":wait search", .waitForSearch),
    ] as [(String, Script.Step)])
  func waits(line: String, step: Script.Step) throws {
    #expect(try Script(line, name: "s").lines.first?.steps == [step])
  }

  @Test(arguments: [
    "<Nokey>", ":no-such-command", ":set-threads many", ":wait", ":wait done", ":wait nothing 3", ":wait done x",
    ":save-screen", ":save-screen a b", ":choose yes", ":", "j<Enter",
  ])
  func aLineThatIsNotUnderstoodIsNamed(line: String) {
    let error = #expect(throws: DashboardError.self) { try Script("q\n\(line)", name: "steps") }
    #expect(error?.description.hasPrefix("steps, line 2: not understood: \"\(line)\"") == true)
  }
}
