import ArgumentParser
import Foundation

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// `pfor-bench all`: the benchmarks of the program and its dashboard in one table.
struct AllBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "The program's benchmarks in one table, with the machine and the commands.",
    discussion: "It takes about ten minutes. The machine should be otherwise idle.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("The number of items in the long runs.", valueName: "n"))
  var items = 10_000_000

  @OptionGroup var other: OtherLoopOptions

  func run() throws {
    let common = ["--program", options.program] + options.repetition.words
    let facts = Self.machine + ["program: \(options.program)", "rounds: \(options.rounds)"]
    let benchmarks: [any Benchmark] = [
      try SpawnBench.parse(common + other.words), try SQLiteBench.parse(common),
      try MemoryBench.parse(common + ["--items", "\(items)"]),
      try RecordedBench.parse(common), try RecordLargeBench.parse(common + ["--items", "\(items)"]),
      try IdleBench.parse(common),
      try LatencyBench.parse(common),
      // Last, because its memory would count towards the peak of programs that start after it.
      try FrameBench.parse(options.repetition.words),
    ]
    let reports = try benchmarks.map { try $0.measure() }
    print(facts.joined(separator: "\n"))
    print(Report.text(of: reports))
  }

  /// The machine on which the figures were measured, and its load.
  private static var machine: [String] {
    let process = ProcessInfo.processInfo
    var load = [0.0, 0.0, 0.0]
    getloadavg(&load, 3)
    var facts = [
      "\(process.operatingSystemVersionString), \(process.activeProcessorCount) cores, "
        + "load before the run \(String(format: "%.2f", load[0]))"
    ]
    #if DEBUG
      facts.append("pfor-bench is a debug build, so the dashboard's own times are meaningless")
    #endif
    return facts
  }
}
