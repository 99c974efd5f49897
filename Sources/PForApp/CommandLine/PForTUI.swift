public import ArgumentParser
import Foundation
import ParallelForDashboard

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// The command line's root: a run, unless a subcommand is named.
public struct PForTUI: ParsableCommand {
  private static let synopsis = """
    pfor-tui ITEMS [options] -- COMMAND [ARG …]
    pfor-tui ITEMS [options] --shell 'TEMPLATE'
    pfor-tui ITEMS [options] --db FILE.sqlite --sql 'SELECT … WHERE id = ?'
    pfor-tui demo
    pfor-tui themes
    """

  /// What it is called and how it is explained.
  public static let configuration = CommandConfiguration(
    commandName: "pfor-tui",
    abstract: "Run a command or an SQL query for every item of a file, many at a time, and watch it.",
    usage: synopsis,
    discussion: """
      ITEMS is a file with one item a line, or - for standard input. What stands after -- is run once for each item, \
      without a shell. On a terminal a dashboard opens: + and - change the number of threads while it runs, ? shows \
      all keys, q quits. Results go to standard output in the order of the items; if that is the terminal, the \
      dashboard shows them, and -o FILE keeps them.

      In a command or a template: {} is the item, {.} without its extension, {/} its last part, {//} its folder, {/.} \
      its last part without extension, {#} its number, {%} the worker, {name} a field of CSV, TSV or JSON lines. \
      Without any of these the item is added at the end.

      Try: pfor-tui demo
      """,
    version: "0.1.0",
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
      Foundation.exit(ExitCode.couldNotRun)
    }
  }

  /// The parser would take a subcommand's name for the file of items, since a run needs no name of its own.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    switch (arguments.first, arguments.dropFirst().first) {
    case ("demo", _): return try DemoCommand.parseAsRoot(Array(arguments.dropFirst()))
    case ("themes", _): return try ThemesCommand.parseAsRoot(Array(arguments.dropFirst()))
    case ("help", nil): throw CleanExit.helpRequest()
    case ("help", "demo"): throw CleanExit.helpRequest(DemoCommand.self)
    case ("help", "themes"): throw CleanExit.helpRequest(ThemesCommand.self)
    default: break
    }
    let command = try parseAsRoot(arguments)
    guard !(command is DemoCommand), !(command is ThemesCommand) else {
      throw ValidationError("demo and themes stand first: pfor-tui demo [options]. A command to run stands after --.")
    }
    return command
  }

  /// The program: parses the command line and does what it says; wrong options exit with 255.
  public static func begin() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard !arguments.isEmpty else {
      StandardError.writeRaw("\(synopsis)\n\nSee it at work: pfor-tui demo\nAll options:    pfor-tui --help")
      Foundation.exit(ExitCode.couldNotRun)
    }
    do {
      var command = try parse(arguments)
      try command.run()
    } catch {
      let code = exitCode(for: error)
      guard code != .success else { exit(withError: error) }
      StandardError.writeRaw(explanation(of: error, arguments))
      Foundation.exit(ExitCode.couldNotRun)
    }
  }

  private static func explanation(of error: any Error, _ arguments: [String]) -> String {
    // A subcommand that was parsed as a root does not know the program's name.
    let message = fullMessage(for: error).replacing("See 'demo ", with: "See 'pfor-tui demo ")
      .replacing("See 'themes ", with: "See 'pfor-tui themes ")
    guard message.contains("nexpected argument"), !arguments.contains("--") else { return message }
    return "\(message)\nA command to run stands after --, as in: pfor-tui ITEMS -- wc -l"
  }
}
