import ArgumentParser
import Attempts
import Foundation
import RunStore

struct SlurmBench: Benchmark {
  static let configuration = CommandConfiguration(
    commandName: "slurm",
    abstract: "What an item on Slurm costs more than its command, and the rate of items beside one srun per item.",
    discussion: """
      It uses the cluster of SLURM_CONF, which must have 64 free slots. This starts one on this machine for it:

        .ci/slurm-cluster 4 16 host 'swift run -c release pfor-bench slurm'

      The agent must be built beside pfor-tui: swift build -c release --product pfor-agent
      """)

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of items of true.") var items = 5_000
  @Option(help: "The number of items of true with one srun each.") var steps = 200

  func validate() throws {
    guard ProcessInfo.processInfo.environment["SLURM_CONF"] != nil else {
      throw ValidationError("SLURM_CONF names no cluster: .ci/slurm-cluster 4 16 host 'pfor-bench slurm'")
    }
    guard items > 0, steps > 0 else { throw ValidationError("--items and --steps must be at least 1") }
  }

  func measure() throws -> Report {
    let folder = try ScratchFolder()
    let many = try folder.lines("many", count: items) { String($0 + 1) }
    let few = try folder.lines("few", count: steps) { String($0 + 1) }
    let one = try folder.lines("one", count: 1) { _ in "1" }
    let all = try Rounds.run(
      [
        Contender("pfor-tui --on slurm") { try Program.run(onSlurm(many)) },
        Contender("start and end of pfor-tui --on slurm") { try Program.run(onSlurm(one)) },
        Contender("pfor-tui here") { try Program.run(command(many) + ["--", "true"]) },
        Contender("one srun per item") { try Program.run(allocation + command(few) + ["--"] + Self.step + ["true"]) },
      ], rounds: options.rounds)
    let (slurm, start, here, srun) = (all[0].less(all[1]), all[1], all[2], all[3])
    let perItem = Series(name: srun.name, samples: srun.samples.map { scaled($0) })
    return Report(
      title: "Items on Slurm, \(items) × true on 8 workers, and sleep 1 on 64",
      commands: [
        Program.line(onSlurm("ITEMS")), Program.line(allocation + command("ITEMS") + ["--"] + Self.step + ["true"]),
      ],
      rows: [
        slurm.row(
          "true, without start and end, against one srun per item", items: items, against: perItem, goal: "≥ 40"),
        srun.row(items: steps), here.row("true here, without Slurm", items: items), start.row(), try sleeping(folder),
      ])
  }

  private static let step = ["srun", "--quiet", "--exact", "-N1", "-n1", "-c1", "--mem=0"]

  private var allocation: [String] { ["/usr/bin/env", "salloc", "--quiet", "--no-kill", "-n8"] }

  private func command(_ file: String, _ threads: Int = 8) -> [String] {
    [options.program, file, "-j\(threads)", "--no-tui", "-q", "--no-run"]
  }

  private func onSlurm(_ file: String) -> [String] { allocation + command(file) + ["--on", "slurm", "--", "true"] }

  /// The time that the contender with few items would take for all.
  private func scaled(_ sample: Sample) -> Sample {
    Sample(wall: sample.wall * Double(items) / Double(steps), cpu: sample.cpu)
  }

  // MARK: - Sleeping items

  /// How much longer the median item of sleep 1 takes on 64 workers of the cluster than on 64 threads here.
  private func sleeping(_ folder: ScratchFolder) throws -> Report.Row {
    let file = try folder.lines("seconds", count: 320) { _ in "1" }
    let allocation = ["/usr/bin/env", "salloc", "--quiet", "--no-kill", "-n64"]
    let longer = try (1...options.rounds).map { round in
      Progress.tell("round \(round) of \(options.rounds): sleep 1 on 64 workers")
      let there = try latency(of: file, allocation, ["--on", "slurm"], run: folder.path("there-\(round)"))
      return try there - latency(of: file, run: folder.path("here-\(round)"))
    }
    return Report.Row(
      name: "sleep 1 on 64 workers, longer than here", figure: Figures.seconds(median(of: longer)), goal: "≤ 1.2 ms")
  }

  /// The median time of an item, in seconds.
  private func latency(
    of file: String, _ place: [String] = [], _ engine: [String] = [], run: String
  ) throws -> Double {
    let begin = place + [options.program, file, "-j64", "--no-tui", "-q", "--run", run] + engine
    _ = try Program.run(begin + ["--", "sleep", "{}"])
    let reader = try RunReader(path: run)
    defer { reader.close() }
    var times: [Double] = []
    try reader.forEachItem { item in times.append(Double(item.attempt?.latency ?? 0) / 1e9) }
    return median(of: times)
  }
}
