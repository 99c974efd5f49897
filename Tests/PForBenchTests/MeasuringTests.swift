import CBenchLoops
import Foundation
import Testing

@testable import pfor_bench

/// The arithmetic of the figures, and the work of the contenders.
struct MeasuringTests {
  @Test(arguments: [([3], 3), ([9, 1, 4], 4), ([1, 2, 3, 10], 2.5)] as [([Double], Double)])
  func medianIsTheMiddle(numbers: [Double], expected: Double) {
    #expect(median(of: numbers) == expected)
  }

  @Test func medianOfNothingIsNoNumber() { #expect(median(of: []).isNaN) }

  @Test func speedComparesWithinRounds() {
    // A busy machine slowed all contenders of the second round.
    let fast = series([1, 10, 1])
    let slow = series([2, 20, 2])
    #expect(fast.speed(against: slow) == 2)
    #expect(slow.speed(against: fast) == 0.5)
    #expect(slow.less(fast).samples.map(\.wall) == [1, 10, 1])
  }

  @Test func reportAlignsItsColumns() {
    let rows = [
      Report.Row(name: "short", figure: "5 ms", goal: "< 1 s"), Report.Row(name: "much longer", figure: "123.4 ms"),
    ]
    let text = Report.text(of: [Report(title: "Title", commands: ["command"], rows: rows)])
    #expect(
      text == """
                         median  user+sys  ratio   goal
        Title
          short            5 ms                   < 1 s
          much longer  123.4 ms

        Commands:
          command
        """)
  }

  @Test func missingProgramIsNoSample() {
    #expect(throws: BenchError.self) { try Program.run(["/no/such/program"]) }
  }

  @Test func spawnLoopRunsTheProgram() throws {
    let sample = try Program.measure("loop") { bench_start_spawn_loop("/bin/sh", 4, 2, nil) }
    #expect(sample.peakBytes > 0)
    #expect(throws: BenchError.self) {
      try Program.measure("loop") { bench_start_spawn_loop("/no/such/program", 4, 2, nil) }
    }
  }

  @Test func sqliteLoopWritesEscapedRows() throws {
    let folder = try ScratchFolder()
    let database = folder.path("rows.sqlite")
    let made = bench_sqlite_execute(
      database, #"CREATE TABLE t(id INTEGER PRIMARY KEY, a, b); INSERT INTO t VALUES (7, 'x' || char(9, 10, 92), -5);"#)
    #expect(made == 0)
    let output = folder.path("output")
    let file = try File(writing: output)
    // Not in a child, because it would inherit SQLite's locks from other tests, and they would never become free.
    bench_run_sqlite_loop(database, "SELECT a, b FROM t WHERE id = ?", [7, 8, 7], 3, 2, file.descriptor)
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "x\\t\\n\\\\\t-5\nx\\t\\n\\\\\t-5\n")
  }

  @Test func terminalShowsWhatIsDrawnAndTakesKeys() throws {
    let terminal = try PseudoTerminal(["sh", "-c", "echo $TERM > /dev/tty; read key; echo \"<$key>\" > /dev/tty"])
    _ = try terminal.waitFor("xterm-256color")
    terminal.type("p\n")
    _ = try terminal.waitFor("<p>")
    #expect(try terminal.finish().status == 0)
  }

  private func series(_ walls: [Double]) -> Series {
    Series(name: "", samples: walls.map { Sample(wall: $0, cpu: 0, peakBytes: 0) })
  }
}
