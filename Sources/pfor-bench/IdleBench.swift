import ArgumentParser

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

struct IdleBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "idle", abstract: "The share of one core that the dashboard uses with 64 waiting workers, and paused.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "How long to measure each case, in seconds.") var seconds = 10.0

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let short = try folder.lines("short", count: 64 * (Int(seconds) + 30)) { _ in "1" }
    let long = try folder.lines("long", count: 1000) { _ in String(Int(seconds) + 60) }
    let busy = try open(short) { try $0.cpuShare(over: seconds) }
    let still = try open(long) { try $0.cpuShare(over: seconds) }
    let paused = try open(short) { terminal in
      terminal.type("p")
      _ = try terminal.waitFor("paused")
      // Items that run when the pause starts continue for their second.
      _ = try terminal.cpuShare(over: 2)
      return try terminal.cpuShare(over: seconds)
    }
    return Report(
      title: "The dashboard at 120x36 with 64 workers, share of one core",
      commands: [Program.line(command("SECONDS"))],
      rows: [
        Report.Row(name: "busy on sleep 1 (64 starts per second)", figure: Figures.percent(busy), goal: "< 3 %"),
        Report.Row(name: "busy on one long sleep (no starts)", figure: Figures.percent(still), goal: "< 3 %"),
        Report.Row(name: "paused and idle", figure: Figures.percent(paused), goal: "< 0.5 %"),
      ])
  }

  /// Opens the dashboard, waits until it has settled, measures it, and ends it.
  private func open(_ file: String, look: (PseudoTerminal) throws -> Double) throws -> Double {
    Progress.tell(Program.line(command(file)))
    let terminal = try PseudoTerminal(command(file))
    _ = try terminal.waitFor("Results")
    _ = try terminal.cpuShare(over: 2)
    let share = try look(terminal)
    terminal.signal(SIGTERM)
    _ = try terminal.finish()
    return share
  }

  private func command(_ file: String) -> [String] {
    [options.program, file, "-j64", "--no-run", "--grace", "0s", "--", "sleep"]
  }
}
