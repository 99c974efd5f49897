import ArgumentParser
import Foundation

/// A subcommand that measures something and reports it.
protocol Benchmark: ParsableCommand {
  /// Measures; takes seconds to minutes.
  ///
  /// - Throws: ``BenchError`` when a contender cannot be run.
  func measure() throws -> Report
}

extension Benchmark {
  mutating func run() throws {
    let report = try measure()
    print(Report.text(of: [report]))
  }
}

/// What every measurement of whole programs needs to know.
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
      throw ValidationError("\(program): no program there; build it with swift build -c release --product pfor-tui")
    }
  }
}

/// How often something is measured.
struct RepetitionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How often each contender has its turn.", valueName: "n"))
  var rounds = 5

  func validate() throws {
    guard rounds > 0 else { throw ValidationError("--rounds must be at least 1") }
  }

  /// The words that ask for the same.
  var words: [String] { ["--rounds", "\(rounds)"] }
}

/// Why something could not be measured.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
