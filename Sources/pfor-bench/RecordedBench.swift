import ArgumentParser
import Foundation

struct RecordedBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "recorded",
    abstract: "Recorded runs against the same with --no-run: one process per item, and one SQLite query per item.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of queries in a run.") var queries = 200_000
  @Option(help: "The number of processes in a run.") var processes = 5_000

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
    let query = CustomerDatabase.job(on: database.path)
    let works = [
      Work(name: "/bin/true", items: processes, goal: "≥ 0.95", arguments: [numbers, "--", "/bin/true"]),
      Work(name: "queries", items: queries, goal: "≥ 0.70", arguments: [ids] + query),
      Work(name: "queries, -j2", items: queries, goal: "", arguments: [ids, "-j2"] + query),
    ]
    let contenders = works.flatMap { work in
      [
        Contender(work.name) { try Program.run(command(work.arguments, run: nil)) },
        Contender(work.name + ", recorded (ratio to --no-run)") { try run(work.arguments, recordedIn: folder) },
      ]
    }
    let all = try Rounds.run(contenders, rounds: options.rounds)
    let shown = Program.line(command(["IDS"] + CustomerDatabase.job(on: "DATABASE"), run: "RUN"))
    return Report(
      title: "Recorded runs, \(processes) processes and \(queries) queries", commands: [shown + " > /dev/null"],
      rows: works.enumerated().flatMap { place, work in
        let (plain, recorded) = (all[2 * place], all[2 * place + 1])
        return [plain.row(items: work.items), recorded.row(items: work.items, against: plain, goal: work.goal)]
      })
  }

  private func run(_ arguments: [String], recordedIn folder: ScratchFolder) throws -> Sample {
    let run = folder.path("run-\(UUID())")
    defer { try? FileManager.default.removeItem(atPath: run) }
    return try Program.run(command(arguments, run: run))
  }

  private func command(_ arguments: [String], run: String?) -> [String] {
    [options.program, arguments[0], "--no-tui", "-q"] + (run.map { ["--run", $0] } ?? ["--no-run"])
      + arguments.dropFirst()
  }
}

struct RecordLargeBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "record-large",
    abstract: "Memory, time and file size of a long recorded SQLite run, and of runs, show and replay on its file.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of items.") var items = 10_000_000

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let (database, file) = try folder.longRun(items)
    // The runs go to our own folder, not to the user's.
    let program = ["/usr/bin/env", "XDG_STATE_HOME=\(folder.path)", options.program]
    let run = try Rounds.run(
      [Contender("recorded run") { try Program.run(program + command(database, file) + ["--no-tui", "-q"]) }],
      rounds: 1)[0]
    let questions = try Rounds.run(
      [
        Contender("runs") { try Program.run(program + ["runs"]) },
        Contender("show") { try Program.run(program + ["show"]) },
        Contender("replay, first frame") { try PseudoTerminal.firstFrame(program + ["replay"]) },
      ], rounds: options.rounds)
    let answers = questions.map { $0.row("\($0.name) (\(Figures.megabytes($0.peakBytes)))", goal: "< 1 s") }
    let shown = Program.line(["pfor-tui"] + command("DATABASE", "IDS")) + " --no-tui -q > /dev/null"
    return Report(
      title: "A recorded run of \(items) items, one SQLite query each", commands: [shown],
      rows: try rows(run, in: folder) + answers)
  }

  private func command(_ database: String, _ file: String) -> [String] {
    [file, "-j2"] + CustomerDatabase.job(on: database)
  }

  private func rows(_ run: Series, in folder: ScratchFolder) throws -> [Report.Row] {
    let each = 1 / Double(items)
    let runs = folder.path("pfor-tui/runs")
    let bytes = try FileManager.default.contentsOfDirectory(atPath: runs).reduce(0) {
      try $0 + File.size("\(runs)/\($1)")
    }
    return [
      Report.Row(
        name: "peak memory", figure: Figures.megabytes(run.peakBytes), cpu: Figures.seconds(run.cpu),
        goal: "< 120 MB"),
      Report.Row(
        name: "time per item (\(Figures.perSecond(items, in: run.wall)))", figure: Figures.seconds(run.wall * each),
        cpu: Figures.seconds(run.cpu * each)),
      Report.Row(
        name: "run file (\(bytes / Int64(items)) bytes per item)", figure: Figures.megabytes(bytes)),
    ]
  }
}
