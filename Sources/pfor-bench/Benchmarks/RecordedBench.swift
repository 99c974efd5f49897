import ArgumentParser
import Foundation

/// `pfor-bench recorded`: the speed of a recorded run relative to an unrecorded one.
struct RecordedBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "recorded",
    abstract: "Recorded runs against the same with --no-run: one process per item, and one SQLite query per item.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of queries in a run.", valueName: "n"))
  var queries = 200_000

  @Option(help: ArgumentHelp("The number of processes in a run.", valueName: "n"))
  var processes = 5_000

  /// A command that runs recorded and unrecorded.
  private struct Work {
    var name: String
    var items: Int
    var goal: String
    var arguments: [String]
  }

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let database = try CustomerDatabase(in: folder, customers: queries)
    let ids = try folder.lines("ids", count: queries) { String(database.id(at: $0)) }
    let numbers = try folder.lines("items", count: processes) { String($0 + 1) }
    let query = ["--db", database.path, "--sql", CustomerDatabase.query]
    let works = [
      Work(name: "/bin/true", items: processes, goal: "≥ 0.95", arguments: [numbers, "--", "/bin/true"]),
      Work(name: "queries", items: queries, goal: "≥ 0.70", arguments: [ids] + query),
      Work(name: "queries, -j2", items: queries, goal: "", arguments: [ids, "-j2"] + query),
    ]
    let contenders = works.flatMap { work in
      [false, true].map { isRecorded in
        Contender(work.name + (isRecorded ? ", recorded (ratio to --no-run)" : "")) {
          try run(work.arguments, recordedIn: isRecorded ? folder : nil)
        }
      }
    }
    let all = try Rounds.run(contenders, rounds: options.rounds)
    return Report(
      title: "Recorded runs, \(processes) processes and \(queries) queries",
      commands: [Program.line(command(["IDS"] + ["--db", "DATABASE"] + query.suffix(2), run: "RUN")) + " > /dev/null"],
      rows: works.enumerated().flatMap { rows($1, plain: all[2 * $0], recorded: all[2 * $0 + 1]) })
  }

  private func rows(_ work: Work, plain: Series, recorded: Series) -> [Report.Row] {
    var rows = [plain, recorded].map {
      Report.Row(
        name: $0.name, figure: Figures.perSecond(work.items, in: $0.wall), cpu: Figures.seconds($0.cpu))
    }
    rows[1].ratio = Figures.ratio(recorded.speed(against: plain))
    rows[1].goal = work.goal
    return rows
  }

  private func run(_ arguments: [String], recordedIn folder: ScratchFolder?) throws -> Sample {
    let run = folder?.path("run-\(UUID())")
    defer { if let run { try? FileManager.default.removeItem(atPath: run) } }
    return try Program.run(command(arguments, run: run))
  }

  private func command(_ arguments: [String], run: String?) -> [String] {
    [options.program, arguments[0], "--no-tui", "-q"] + (run.map { ["--run", $0] } ?? ["--no-run"])
      + arguments.dropFirst()
  }
}
