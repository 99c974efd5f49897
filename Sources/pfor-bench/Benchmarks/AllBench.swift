import ArgumentParser
import Foundation

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// `pfor-bench all`: every figure in one table.
struct AllBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Everything below in one table, with the machine and the commands.",
    discussion: "Takes about ten minutes; the machine should have nothing else to do.")

  @OptionGroup var options: ProgramOptions

  @Option(help: ArgumentHelp("How many items the long runs have.", valueName: "n"))
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
      // Last, since what it holds in memory would count as the peak of programs started after it.
      try FrameBench.parse(options.repetition.words),
    ]
    let reports = try benchmarks.map { try $0.measure() }
    print(facts.joined(separator: "\n"))
    print(Report.text(of: reports))
  }

  /// What the figures were measured on, and how busy it was.
  private static var machine: [String] {
    let process = ProcessInfo.processInfo
    var load = [0.0, 0.0, 0.0]
    getloadavg(&load, 3)
    var facts = [
      "\(process.operatingSystemVersionString), \(process.activeProcessorCount) cores, "
        + "load before the run \(String(format: "%.2f", load[0]))"
    ]
    #if DEBUG
      facts.append("pfor-bench is a debug build: the dashboard's own times mean nothing")
    #endif
    return facts
  }
}
