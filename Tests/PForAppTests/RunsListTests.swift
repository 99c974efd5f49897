import Screen
import Testing

@testable import PForApp
@testable import RunStore

/// The table that `pfor-tui runs` prints.
@Suite struct RunsListTests {
  private static func entry(_ command: String) -> HistoryEntry {
    var run = RunRecord(
      id: "r", created: 1_700_000_000_000_000_000, title: command, kind: "command", command: [], source: "ids",
      directory: "/")
    run.total = 1_234
    run.counts.succeeded = 1_200
    return HistoryEntry(path: "/runs/20231114-221320-123-abc.run", record: run, problem: nil, size: 9, isRunning: false)
  }

  @Test(arguments: [200, 120, 80, 60, 40, 10]) func noLineIsWiderThanTheTerminal(width: Int) {
    let long = String(repeating: "word ", count: 100)
    for line in RunTable([Self.entry(long), Self.entry("short")]).lines(width: width) {
      #expect(TextWidth.columns(of: line) <= width, "\(line)")
    }
  }

  @Test func aPipeGetsAllColumnsAndTheWholeCommand() {
    let long = String(repeating: "word ", count: 100) + "end"
    let lines = RunTable([Self.entry(long)]).lines()
    #expect(lines[0].split(separator: " ") == ["RUN", "STATE", "BEGAN", "TOOK", "DONE", "FAILED", "SIZE", "COMMAND"])
    #expect(lines[1].hasSuffix(" end") && lines[1].contains("1,200/1,234"))
  }

  @Test func aNarrowTerminalKeepsTheCommand() {
    let lines = RunTable([Self.entry("sleep 0.1 {}")]).lines(width: 80)
    #expect(lines[1].contains("sleep 0.1 {}"))
    #expect(RunTable([]).lines(width: 80) == [])
  }
}
