import ArgumentParser
import Foundation

/// `pfor-bench record-large`: the cost of a long recorded run, and of the commands that read it afterwards.
struct RecordLargeBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "record-large",
    abstract: "Memory, time and file size of a long recorded SQLite run, and of runs, show and replay on its file.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of items.", valueName: "n"))
  var items = 10_000_000

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let database = try CustomerDatabase(in: folder, customers: 200_000)
    Progress.tell("writing \(items) items")
    let file = try folder.lines("ids", count: items) { String(database.id(at: $0)) }
    // The runs go to our own folder, not to the user's.
    let program = ["/usr/bin/env", "XDG_STATE_HOME=\(folder.path)", options.program]
    let run = try Rounds.run(
      [Contender("recorded run") { try Program.run(program + command(database.path, file) + ["--no-tui", "-q"]) }],
      rounds: 1)[0]
    let questions = try Rounds.run(
      [
        Contender("runs") { try Program.run(program + ["runs"]) },
        Contender("show") { try Program.run(program + ["show"]) },
        Contender("replay, first frame") { try PseudoTerminal.firstFrame(program + ["replay"]) },
      ], rounds: options.rounds)
    let rows = try [memory(run), time(run), size(in: folder)] + questions.map(answer)
    let shown = Program.line(["pfor-tui"] + command("DATABASE", "IDS")) + " --no-tui -q > /dev/null"
    return Report(title: "A recorded run of \(items) items, one SQLite query each", commands: [shown], rows: rows)
  }

  private func command(_ database: String, _ file: String) -> [String] {
    [file, "-j2", "--db", database, "--sql", CustomerDatabase.query]
  }

  // MARK: - Rows

  private func memory(_ run: Series) -> Report.Row {
    Report.Row(
      name: "peak memory", figure: Figures.megabytes(run.peakBytes), cpu: Figures.seconds(run.cpu), goal: "< 120 MB")
  }

  private func time(_ run: Series) -> Report.Row {
    let each = 1 / Double(items)
    return Report.Row(
      name: "time per item (\(Figures.perSecond(items, in: run.wall)))", figure: Figures.seconds(run.wall * each),
      cpu: Figures.seconds(run.cpu * each))
  }

  private func size(in folder: ScratchFolder) throws -> Report.Row {
    let runs = folder.path("pfor-tui/runs")
    let names = try FileManager.default.contentsOfDirectory(atPath: runs)
    let bytes = try names.reduce(0) { try $0 + File.size("\(runs)/\($1)") }
    return Report.Row(
      name: "run file (\(bytes / Int64(items)) bytes per item)", figure: Figures.megabytes(bytes))
  }

  private func answer(_ series: Series) -> Report.Row {
    Report.Row(
      name: "\(series.name) (\(Figures.megabytes(series.peakBytes)))", figure: Figures.seconds(series.wall),
      cpu: Figures.seconds(series.cpu), goal: "< 1 s")
  }
}
