public import ArgumentParser
import Jobs
import OSText
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
    pfor-tui resume [RUN]
    pfor-tui runs | show [RUN] | export [RUN] --FORM | prune
    pfor-tui replay [RUN] [--speed 10]
    pfor-tui demo
    pfor-tui themes
    """

  private static let versionNumber = "0.1.0"

  /// What it is called and how it is explained.
  public static let configuration = CommandConfiguration(
    commandName: "pfor-tui",
    abstract: "Run a command or an SQL query for every item of a file, several at a time, and watch it.",
    usage: synopsis,
    discussion: """
      ITEMS is a file with one item per line, or - for standard input. The command after -- runs once for each item, \
      without a shell. On a terminal, a dashboard opens: + and - change the number of threads during the run, ? lists \
      all keys, q quits. Results go to standard output in the order of the items. If standard output is the terminal, \
      the dashboard shows them; use -o FILE to keep them.

      In a command or a template, {} is the item, {.} the item without its extension, {/} its last part, {//} its \
      folder, {/.} its last part without the extension, {#} its number, {%} the worker, and {name} a field of CSV, \
      TSV or JSON lines. If none of these appears, the item is added at the end.

      What is put into a line of --shell is data to the shell that reads it. Where a second shell reads it once more, \
      as in sh -c 'echo {}', eval or ssh HOST 'echo {}', with --shell or after --, the item is run. Give it to that \
      shell as an argument, sh -c 'echo "$1"' sh {}, or as its input, printf '%s\\n' {} | ssh HOST 'read -r x; echo \
      "$x"'.

      Try: pfor-tui demo
      """,
    version: versionNumber,
    subcommands: Self.subcommands.map(\.command))

  @OptionGroup var options: RunOptions

  /// Made by the argument parser.
  public init() {}

  /// Runs the plan that the options describe and exits with its status.
  public func run() throws {
    Self.exit(after: { () throws(AppError) in
      let plan = try RunPlan(options, arguments: OSProcess.arguments)
      return try Launcher(plan, look: options.look).run()
    })
  }

  /// Exits with what `body` returns, or says why it could not.
  static func exit(after body: () throws(AppError) -> Int32) -> Never {
    do throws(AppError) {
      let status = try body()
      Signals.takeEffect(ofStatus: status)
      end(status)
    } catch {
      StandardError.write("pfor-tui: \(error)")
      end(ExitCode.couldNotRun)
    }
  }

  /// The subcommands by their names.
  static let subcommands: [(name: String, command: any ParsableCommand.Type)] = [
    ("resume", ResumeCommand.self), ("runs", RunsCommand.self), ("show", ShowCommand.self),
    ("export", ExportCommand.self), ("prune", PruneCommand.self),
    ("replay", ReplayCommand.self), ("demo", DemoCommand.self), ("themes", ThemesCommand.self),
  ]

  /// The parser would take a subcommand's name for the file of items, since a run needs no name of its own.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let isHelp = arguments.first == "help" && arguments.count <= 2
    if isHelp, arguments.count == 1 { throw CleanExit.helpRequest() }
    if let command = subcommand(isHelp ? arguments[1] : arguments.first) {
      if isHelp { throw CleanExit.helpRequest(command) }
      return try command.parseAsRoot(Array(arguments.dropFirst()))
    }
    let words = CommandWords(arguments)
    if let run = run(words) { return run }
    let command = words.joined(try parseAsRoot(words.short))
    guard !subcommands.contains(where: { $0.command == type(of: command) }) else {
      throw ValidationError(
        "a subcommand comes first, as in pfor-tui demo [options]; a command to run comes after --, and a file of that "
          + "name is given as ./NAME")
    }
    return command
  }

  /// A run that is parsed at once; nil when the words are wrong, or may be meant for a subcommand or for help.
  ///
  /// A command with subcommands takes the argument parser a third longer: it tries two other commands first, which make
  /// scripts for shells.
  static func run(_ words: CommandWords) -> PForTUI? {
    let mayBeSubcommand = words.short.prefix { $0 != "--" }.contains { $0 == "help" || subcommand($0) != nil }
    guard !mayBeSubcommand, let line = try? RunLine.parseAsRoot(words.short) as? RunLine else { return nil }
    var command = PForTUI()
    command.options = words.joined(line.options)
    return command
  }

  private static func subcommand(_ name: String?) -> (any ParsableCommand.Type)? {
    subcommands.first { $0.name == name }?.command
  }

  /// The program: parses the command line and does what it says; wrong options exit with 255.
  public static func begin() {
    // Before any file is opened, and before there are threads, as a database that is opened brings some.
    CommandStart.prepareDescriptors()
    let arguments = OSProcess.arguments
    guard !arguments.isEmpty else {
      StandardError.writeRaw("\(synopsis)\n\nSee it at work: pfor-tui demo\nAll options:    pfor-tui --help")
      end(ExitCode.couldNotRun)
    }
    // Scripts ask for it, and need no argument parser for that.
    if arguments == ["--version"] { end(printed([versionNumber])) }
    answerShell(arguments)
    do {
      var command = try parse(arguments)
      try command.run()
    } catch {
      HelpWidth.prepare()
      guard exitCode(for: error) != .success else { exit(withError: error) }
      StandardError.write(refusal(of: error, arguments))
      end(ExitCode.couldNotRun)
    }
  }

  /// Prints what a shell wants to know for its completions and exits; returns if it is no shell that asks.
  private static func answerShell(_ arguments: [String]) {
    do throws(AppError) {
      guard
        let lines = try CompletionCommands.answer(arguments, environment: OSProcess.environment)
      else { return }
      end(printed(lines))
    } catch {
      StandardError.write("pfor-tui: \(error)")
      end(ExitCode.couldNotRun)
    }
  }

  /// Writes lines to standard output.
  ///
  /// - Returns: what the program exits with.
  private static func printed(_ lines: [String]) -> Int32 {
    let output = CommandOutput()
    for line in lines { output.write(line: line) }
    return output.finish()
  }

  /// What is wrong with a command line, what was expected, and where to read more; one line.
  static func refusal(of error: any Error, _ arguments: [String]) -> String {
    let command = arguments.first.flatMap { subcommand($0) == nil ? nil : "pfor-tui \($0)" } ?? "pfor-tui"
    let message = message(for: error)
    var sentences = [message] + explanation(of: error, message)
    let takesCommand = command == "pfor-tui" && !arguments.contains("--")
    if takesCommand, message.contains("nexpected argument") {
      sentences.append("A command to run comes after --, as in pfor-tui ITEMS -- wc -l")
    }
    let ended = (sentences + ["See \(command) --help"]).map { $0.hasSuffix(".") ? $0 : "\($0)." }
    return "pfor-tui: \(ended.joined(separator: " "))"
  }

  /// What an option is for, if the parser says no more than that its value is wrong or missing.
  private static func explanation(of error: any Error, _ message: String) -> [String] {
    // The parser gives it between its message and the usage, behind the name of the option and two blanks.
    let rest = fullMessage(for: error).split(separator: "\(message)\nHelp:  ", maxSplits: 1).dropFirst().first
    guard message.hasSuffix("'"), let rest, let end = rest.ranges(of: "\nUsage: ").last else {
      return []
    }
    let label = rest[..<end.lowerBound].split(separator: "  ", maxSplits: 1)
    return label.dropFirst().map { $0.split(separator: "\n").joined(separator: " ") }
  }
}

/// A run's command line without the rest of the program's.
private struct RunLine: ParsableCommand {
  // Where there is a command above, the parser looks for no words of a shell.
  static let configuration = CommandConfiguration(commandName: "run", _superCommandName: "pfor-tui")

  @OptionGroup var options: RunOptions
}

/// Ends the program; within a command, `exit` is the argument parser's.
private func end(_ status: Int32) -> Never { exit(status) }
