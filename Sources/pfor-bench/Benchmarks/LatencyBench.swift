import ArgumentParser
import CBenchLoops

/// `pfor-bench latency`: many waiting items at the same time.
struct LatencyBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "latency", abstract: "1,000 items of sleep 0.1 on 100 threads, against the ideal second and a C loop."
  )

  @OptionGroup var options: ProgramOptions

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let file = try folder.lines("tenths", count: 1000) { _ in "0.1" }
    let all = try Rounds.run(
      [
        Contender("pfor-tui --no-tui") { try Program.run(own(file)) },
        Contender("xargs") { try Program.run(xargs, input: file) },
        Contender("C loop, on as many threads") {
          try Program.measure("C loop") { bench_start_spawn_loop("/bin/sleep", 1000, 100, "0.1") }
        },
      ], rounds: options.rounds)
    var rows = all.map {
      Report.Row(
        name: $0.name, figure: Figures.seconds($0.wall), cpu: Figures.seconds($0.cpu), ratio: Figures.ratio($0.wall))
    }
    rows[0].goal = "≤ 1.10"
    return Report(
      title: "1,000 items of sleep 0.1, 100 threads, against the ideal 1 s",
      commands: [Program.line(own("ITEMS")), Program.line(xargs) + " < ITEMS"], rows: rows)
  }

  private func own(_ file: String) -> [String] {
    [options.program, file, "-j100", "--no-run", "--no-tui", "-q", "--", "sleep"]
  }

  private var xargs: [String] { ["xargs", "-P100", "-n1", "sleep"] }
}
