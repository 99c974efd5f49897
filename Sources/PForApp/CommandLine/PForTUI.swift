public import ArgumentParser
import Jobs
import OSText
import ParallelForDashboard
import Terminal

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
    pfor-tui ITEMS [options] --on slurm -- COMMAND [ARG …]
    pfor-tui ITEMS [options] --db FILE.sqlite --sql 'SELECT … WHERE id = ?'
    pfor-tui QUERIES.sql [options] --db FILE.sqlite --each
    pfor-tui ITEMS [options] --db postgres://HOST/NAME --sql 'SELECT … WHERE id = $1'
    pfor-tui resume [RUN]
    pfor-tui runs | show [RUN] | export [RUN] --FORM | prune
    pfor-tui replay [RUN] [--speed 10]
    pfor-tui demo
    pfor-tui themes
    """

  private static let versionNumber = "0.1.0"

  /// The name and the help texts of the program.
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

      An item that is inserted into a --shell line is data to the shell that reads the line. A second shell runs it \
      as code, as in sh -c 'echo {}', eval or ssh HOST 'echo {}', with --shell and after --. Pass the item to the \
      second shell as an argument, sh -c 'echo "$1"' sh {}, or as input, printf '%s\\n' {} | ssh HOST 'read -r x; \
      echo "$x"'.

      Try: pfor-tui demo
      """,
    version: versionNumber,
    subcommands: Self.subcommands.map(\.command))

  @OptionGroup var options: RunOptions

  /// Creates the command; the argument parser calls this.
  public init() {}

  /// Runs the plan that the options describe and exits with its status.
  public func run() throws {
    Self.exit(after: { () throws(AppError) in
      let plan = try RunPlan(options, arguments: OSProcess.arguments)
      return try Launcher(plan, look: options.look).run()
    })
  }

  /// Exits with the status that `body` returns, or reports its error and exits with 255.
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

  /// The subcommands and their names.
  static let subcommands: [(name: String, command: any ParsableCommand.Type)] = [
    ("resume", ResumeCommand.self), ("runs", RunsCommand.self), ("show", ShowCommand.self),
    ("export", ExportCommand.self), ("prune", PruneCommand.self),
    ("replay", ReplayCommand.self), ("demo", DemoCommand.self), ("themes", ThemesCommand.self),
  ]

  /// Parses a command line.
  ///
  /// A subcommand is looked up first. The parser would take its name for the items file, because a run has no name of
  /// its own.
  static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let isHelp = arguments.first == "help" && arguments.count <= 2
    if isHelp, arguments.count == 1 { throw CleanExit.helpRequest() }
    if let command = subcommand(isHelp ? arguments[1] : arguments.first) {
      if isHelp { throw CleanExit.helpRequest(command) }
      return try command.parseAsRoot(Array(arguments.dropFirst()))
    }
    try checkSubcommand(arguments)
    let words = CommandWords(arguments)
    if let run = run(words) { return run }
    let command = words.joined(try parseAsRoot(words.short))
    guard !subcommands.contains(where: { $0.command == type(of: command) }) else {
      throw ValidationError(
        "a subcommand comes first, as in pfor-tui demo [options]; a command to run comes after --; for a file of that "
          + "name, write ./NAME")
    }
    return command
  }

  /// Parses a run directly; nil if the words are wrong, or may be meant for a subcommand or for help.
  ///
  /// For a command with subcommands, the argument parser takes a third longer, because it first tries two commands that
  /// generate shell scripts.
  static func run(_ words: CommandWords) -> PForTUI? {
    let mayBeSubcommand = words.short.prefix { $0 != "--" }.contains { $0 == "help" || subcommand($0) != nil }
    guard !mayBeSubcommand, let line = try? RunLine.parseAsRoot(words.short) as? RunLine else { return nil }
    var command = PForTUI()
    command.options = words.joined(line.options)
    return command
  }

  /// Refuses the mistyped name of a subcommand, which would be taken for the items file.
  private static func checkSubcommand(_ arguments: [String]) throws(ValidationError) {
    let jobs = ["--", "--shell", "--sql"]
    guard let word = arguments.first, !arguments.contains(where: jobs.contains), !OSFile.exists(word),
      let near = NearestWord.of(word, among: subcommands.map(\.name))
    else { return }
    throw ValidationError("\(word): no such file and no such subcommand; did you mean pfor-tui \(near)?")
  }

  private static func subcommand(_ name: String?) -> (any ParsableCommand.Type)? {
    subcommands.first { $0.name == name }?.command
  }

  /// Runs the program: parses the command line and executes it. Wrong options exit with 255.
  public static func begin() {
    // This must happen before any file is opened and before any thread starts; opening a database starts some.
    CommandStart.prepareDescriptors()
    let arguments = OSProcess.arguments
    guard !arguments.isEmpty else {
      StandardError.writeRaw("\(synopsis)\n\nSee it in action: pfor-tui demo\nAll options:      pfor-tui --help")
      end(ExitCode.couldNotRun)
    }
    // Scripts often ask for the version. The argument parser would only cost time.
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

  /// Answers a shell that asks for completions and exits; returns for any other command line.
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
  /// - Returns: the exit status.
  private static func printed(_ lines: [String]) -> Int32 {
    let output = CommandOutput()
    for line in lines { output.write(line: line) }
    return output.finish()
  }

  /// One line that says what is wrong with a command line, what was expected, and where to read more.
  static func refusal(of error: any Error, _ arguments: [String]) -> String {
    let command = arguments.first.flatMap { subcommand($0) == nil ? nil : "pfor-tui \($0)" } ?? "pfor-tui"
    let message = message(for: error)
    var sentences = [Self.lowercased(message)] + explanation(of: error, message)
    let takesCommand = command == "pfor-tui" && !arguments.contains("--")
    if takesCommand, message.contains("nexpected argument") {
      sentences.append("A command to run comes after --, as in pfor-tui ITEMS -- wc -l")
    }
    let ended = (sentences + ["See \(command) --help"]).map { $0.hasSuffix(".") || $0.hasSuffix("?") ? $0 : "\($0)." }
    return "pfor-tui: \(ended.joined(separator: " "))"
  }

  /// The parser's message as it continues a line, like all other messages.
  private static func lowercased(_ message: String) -> String { message.prefix(1).lowercased() + message.dropFirst() }

  /// The help text of an option, if the parser says only that its value is wrong or missing.
  private static func explanation(of error: any Error, _ message: String) -> [String] {
    // The parser puts it between its message and the usage, after the name of the option and two spaces.
    let rest = fullMessage(for: error).split(separator: "\(message)\nHelp:  ", maxSplits: 1).dropFirst().first
    guard message.hasSuffix("'"), let rest, let end = rest.ranges(of: "\nUsage: ").last else {
      return []
    }
    let label = rest[..<end.lowerBound].split(separator: "  ", maxSplits: 1)
    return label.dropFirst().map { $0.split(separator: "\n").joined(separator: " ") }
  }
}

/// The command line of a run, without the subcommands.
private struct RunLine: ParsableCommand {
  // With a super command, the parser does not look for the words that generate shell scripts.
  static let configuration = CommandConfiguration(commandName: "run", _superCommandName: "pfor-tui")

  @OptionGroup var options: RunOptions
}

/// A command line split so that parsing time does not grow with the square of the command's length.
///
/// The parser compares the words after `--` with each other. It gets only two of them, which is enough to recognize the
/// command. The others are appended to the command afterwards.
struct CommandWords {
  /// The words for the parser.
  let short: [String]
  private let rest: ArraySlice<String>

  init(_ arguments: [String]) {
    let end = (arguments.firstIndex(of: "--") ?? arguments.count) + 3
    short = Array(arguments.prefix(end))
    rest = arguments.dropFirst(end)
  }

  /// The options with the whole command.
  func joined(_ options: RunOptions) -> RunOptions {
    guard !options.command.isEmpty else { return options }
    var options = options
    options.command += rest
    return options
  }

  /// A run with its whole command; any other command unchanged.
  func joined(_ command: any ParsableCommand) -> any ParsableCommand {
    guard var run = command as? PForTUI else { return command }
    run.options = joined(run.options)
    return run
  }
}

/// The width of help texts and of messages about wrong options.
///
/// The argument parser takes the width from `COLUMNS` or the terminal. It ends the program if that leaves no space
/// beside the names of the options.
enum HelpWidth {
  private static let least = 40

  /// Sets a width that the argument parser can use; call it just before the program prints such a text and ends.
  static func prepare(_ environment: [String: String] = OSProcess.environment) {
    setenv("COLUMNS", "\(columns(environment, terminal: CommandOutput.columns ?? StandardError.columns))", 1)
  }

  /// The width that the environment or the terminal gives, but at least the minimum.
  static func columns(_ environment: [String: String], terminal: Int?) -> Int {
    max(least, Terminal.columns(of: environment) ?? terminal ?? 80)
  }
}

/// Ends the program. Within a command, `exit` is a method of the argument parser.
private func end(_ status: Int32) -> Never { exit(status) }
