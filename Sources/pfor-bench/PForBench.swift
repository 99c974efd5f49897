import ArgumentParser
import Foundation

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The command line's root.
@main struct PForBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pfor-bench",
    abstract: "Measures pfor-tui against xargs, against the least work possible, and against its own promises.",
    discussion: """
      Contenders take turns in each round, so that a busy moment affects them all. The figures are medians, and a \
      ratio is the median of the rounds' ratios. Whole programs are measured from start to end. The column user+sys \
      includes the processes that they start. Build both programs in release mode first:

        swift build -c release --product pfor-tui
        swift run -c release pfor-bench all
      """,
    subcommands: [
      AllBench.self, SpawnBench.self, SQLiteBench.self, MemoryBench.self, IdleBench.self, LatencyBench.self,
      FrameBench.self, ReadBench.self, RecordBench.self, RecordedBench.self, RecordLargeBench.self, KillsBench.self,
      LoopBench.self, TimeLeftBench.self, AutoBench.self, PostgresBench.self, CancelsBench.self, WhyBench.self,
      SlurmBench.self,
    ])
}

struct AllBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "The program's benchmarks in one table, with the machine and the commands.",
    discussion: "It takes about ten minutes. The machine should be otherwise idle.")

  @OptionGroup var options: ProgramOptions
  @Option(help: "The number of items in the long runs.") var items = 10_000_000
  @OptionGroup var other: OtherLoopOptions

  func run() throws {
    let common = ["--program", options.program] + options.repetition.words
    let benchmarks: [any Benchmark] = [
      try SpawnBench.parse(common + other.words), try SQLiteBench.parse(common),
      try MemoryBench.parse(common + ["--items", "\(items)"]),
      try RecordedBench.parse(common), try RecordLargeBench.parse(common + ["--items", "\(items)"]),
      try IdleBench.parse(common),
      try LatencyBench.parse(common),
      // Last, because its memory would count towards the peak of programs that start after it.
      try FrameBench.parse(options.repetition.words),
    ]
    let machine = Self.machine
    let reports = try benchmarks.map { try $0.measure() }
    print("\(machine)\nprogram: \(options.program)\nrounds: \(options.rounds)\n\(Report.text(of: reports))")
  }

  /// The machine on which the figures are measured, and its load.
  static var machine: String {
    let process = ProcessInfo.processInfo
    var load = [0.0, 0.0, 0.0]
    getloadavg(&load, 3)
    var facts =
      "\(process.operatingSystemVersionString), \(process.activeProcessorCount) cores, "
      + "load before the run \(String(format: "%.2f", load[0]))"
    #if DEBUG
      facts += "\npfor-bench is a debug build, so the times of its own code are meaningless"
    #endif
    return facts
  }
}

/// A subcommand that measures something and reports it.
protocol Benchmark: ParsableCommand {
  /// Measures and returns a report, which takes seconds to minutes.
  ///
  /// - Throws: ``BenchError`` if a contender cannot run.
  func measure() throws -> Report
}

extension Benchmark {
  mutating func run() throws { print(Report.text(of: [try measure()])) }
}

/// The options of every benchmark that measures whole programs.
struct ProgramOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The pfor-tui to measure.", valueName: "path"))
  var program = Program.besideThisOne("pfor-tui")

  @OptionGroup var repetition: RepetitionOptions

  var rounds: Int { repetition.rounds }

  func validate() throws {
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw ValidationError("\(program): not a program; build it with swift build -c release --product pfor-tui")
    }
  }
}

/// The number of measurements.
struct RepetitionOptions: ParsableArguments {
  @Option(help: "The number of runs of each contender.") var rounds = 5

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  /// The same options as command-line arguments.
  var words: [String] { ["--rounds", "\(rounds)"] }
}

/// The option for another loop to compare with.
struct OtherLoopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another loop that starts processes, called as PATH ITEMS 2 /bin/true [ITEM].", valueName: "path"))
  var limit: String?

  /// The same options as command-line arguments.
  var words: [String] { limit.map { ["--limit", $0] } ?? [] }
}

/// The reason why a measurement failed.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
