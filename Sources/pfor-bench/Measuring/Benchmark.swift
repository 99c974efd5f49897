import ArgumentParser
import Foundation

/// A subcommand that measures something and reports it.
protocol Benchmark: ParsableCommand {
  /// Measures and returns a report, which takes seconds to minutes.
  ///
  /// - Throws: ``BenchError`` if a contender cannot run.
  func measure() throws -> Report
}

extension Benchmark {
  mutating func run() throws {
    let report = try measure()
    print(Report.text(of: [report]))
  }
}

/// The options of every benchmark that measures whole programs.
struct ProgramOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The pfor-tui to measure.", valueName: "path"))
  var program = ProgramOptions.besideThisOne

  @OptionGroup var repetition: RepetitionOptions

  var rounds: Int { repetition.rounds }

  private static var besideThisOne: String {
    let here = Bundle.main.executablePath ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: here).deletingLastPathComponent().appendingPathComponent("pfor-tui").path
  }

  func validate() throws {
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw ValidationError("\(program): not a program; build it with swift build -c release --product pfor-tui")
    }
  }
}

/// The number of measurements.
struct RepetitionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The number of runs of each contender.", valueName: "n"))
  var rounds = 5

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  /// The same options as command-line arguments.
  var words: [String] { ["--rounds", "\(rounds)"] }
}

/// The reason why a measurement failed.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
