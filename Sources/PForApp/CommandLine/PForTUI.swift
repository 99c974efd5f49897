public import ArgumentParser
import Foundation

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The command line's root: a run, unless a subcommand is named.
public struct PForTUI: ParsableCommand {
  /// What it is called and how it is explained.
  public static let configuration = CommandConfiguration(
    commandName: "pfor-tui",
    abstract: "Run one slow thing for every item of a file, many at a time, and see what happens.",
    usage: """
      pfor-tui ITEMS [options] -- COMMAND [ARG …]
      pfor-tui ITEMS [options] --shell 'TEMPLATE'
      pfor-tui ITEMS [options] --db FILE.sqlite --sql 'SELECT … WHERE id = ?'
      pfor-tui demo
      pfor-tui themes
      """,
    discussion: """
      ITEMS is a file with one item a line, or - for standard input. The command is run once for each item: {} stands \
      for it, {.} {/} {//} {/.} for its parts, {#} for its number, {%} for the worker, {name} for a field of CSV, TSV \
      or JSON lines. On a terminal a dashboard opens: + and - change the number of threads while it runs, ? shows all \
      keys. Results go to standard output in the order of the items.

      Try: pfor-tui demo
      """,
    subcommands: [DemoCommand.self, ThemesCommand.self])

  @OptionGroup var options: RunOptions

  /// Made by the argument parser.
  public init() {}

  /// Runs the plan that the options describe and exits with its status.
  public func run() throws {
    Self.exit(after: { () throws(AppError) in
      var plan = try RunPlan(options)
      plan.command = nil
      return try Launcher(plan, look: options.look).run()
    })
  }

  /// Exits with what `body` returns, or says why it could not.
  static func exit(after body: () throws(AppError) -> Int32) -> Never {
    do throws(AppError) {
      Foundation.exit(try body())
    } catch {
      StandardError.write("pfor-tui: \(error)")
      Foundation.exit(error.exitCode)
    }
  }

  /// The parser would take a subcommand's name for the file of items, since a run needs no name of its own.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    switch arguments.first {
    case "demo": try DemoCommand.parseAsRoot(Array(arguments.dropFirst()))
    case "themes": try ThemesCommand.parseAsRoot(Array(arguments.dropFirst()))
    default: try parseAsRoot(arguments)
    }
  }

  /// The program: parses the command line and does what it says; wrong options exit with 255.
  public static func begin() {
    do {
      var command = try parse(Array(CommandLine.arguments.dropFirst()))
      try command.run()
    } catch {
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      StandardError.writeRaw(fullMessage(for: error))
      Foundation.exit(ExitCode.couldNotRun)
    }
  }
}
