import ArgumentParser

/// What a run is asked for on the command line.
struct RunOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A file with one item a line; - reads standard input.", valueName: "items"),
    completion: .file())
  var items: String?

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp(
      "After --, the program to run for each item, and its arguments.",
      valueName: "command"))
  var command: [String] = []

  @OptionGroup(title: "What to do for each item") var job: JobOptions
  @OptionGroup(title: "How to read the items") var input: InputOptions
  @OptionGroup(title: "How to run") var running: RunningOptions
  @OptionGroup(title: "What to do about failures") var failures: PolicyOptions
  @OptionGroup(title: "Where results go") var results: ResultOptions
  @OptionGroup(title: "How the run is recorded") var recording: RecordOptions
  @OptionGroup(title: "How it looks") var look: LookOptions
}

/// What is done to each item, besides a command after `--`.
struct JobOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A line for /bin/sh, one an item; what is put in is quoted, for that one shell. For a second one, write "
        + "sh -c 'echo \"$1\"' sh {}.",
      valueName: "template"))
  var shell: String?

  @Option(help: ArgumentHelp("An SQLite database to run --sql on, read-only.", valueName: "file"), completion: .file())
  var db: String?

  @Option(help: ArgumentHelp("One query an item: ? is bound to the item, :name to a field.", valueName: "query"))
  var sql: String?

  @Flag(help: "Let the query change the database.")
  var write = false

  @Option(help: ArgumentHelp("How rows are printed.", valueName: "format"))
  var rows: RowFormatName = .tsv

  @Option(help: ArgumentHelp("How long a query waits for a locked database.", valueName: "time"))
  var busyTimeout = TimeSpan(seconds: 5)
}

/// How the items file is read.
struct InputOptions: ParsableArguments {
  @Flag(name: [.customShort("0"), .customLong("null")], help: "Items end with a NUL byte, as from find -print0.")
  var null = false

  @Option(help: ArgumentHelp("What the file holds; else its ending tells.", valueName: "format"))
  var format: FormatName?

  @Flag(inversion: .prefixedNo, help: "The first line of CSV or TSV names the fields (default), or not.")
  var header: Bool?
}

/// How the run goes.
struct RunningOptions: ParsableArguments {
  @Option(
    name: [
      .customShort("j", allowingJoined: true), .customLong("threads"), .customLong("jobs"),
      .customShort("P", allowingJoined: true),
    ],
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many run at once: a number, a share of the processors that the program may use, 200%, or so many more or "
        + "fewer than those, +2.",
      valueName: "n"),
    transform: ThreadCount.parse)
  var threads = ThreadCount(5)

  @Option(
    help: ArgumentHelp(
      "Mark items slower than a time, 2s, or a multiple of the median, 3x; may be given twice. (default: 3x)",
      valueName: "limit"))
  var slow: [SlowLimit] = []

  @Option(help: ArgumentHelp("How long running items may take to end when the program must end.", valueName: "time"))
  var grace = TimeSpan(seconds: 10)
}

/// Where results go.
struct ResultOptions: ParsableArguments {
  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp("Write results to this file, not to standard output.", valueName: "file"), completion: .file())
  var output: String?

  @Flag(help: "Results as they come, not in the order of the items.")
  var unordered = false

  @Flag(help: "Put the item and a tab before each line of its result.")
  var tag = false
}

/// How it looks.
struct LookOptions: ParsableArguments {
  @Flag(name: .customLong("no-tui"), help: "No dashboard: plain progress lines on standard error.")
  var noTui = false

  @OptionGroup var dashboard: DashboardOptions

  @Option(
    help: ArgumentHelp(
      "When every item has run: stay in the dashboard or leave. (default: leave if standard output is a pipe or a file)",
      valueName: "what"))
  var whenDone: WhenDone?

  @Flag(
    name: [.customShort("q"), .customLong("quiet")],
    help: "No progress lines and no summary; for runs without a dashboard.")
  var quiet = false
}

/// How a dashboard looks, and what drives it.
struct DashboardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The name of a theme, or a file; see pfor-tui themes.", valueName: "theme"), completion: .file())
  var theme: String?

  @Option(help: ArgumentHelp("When to use colours.", valueName: "when"))
  var color: ColorChoice = .auto

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Option(
    help: ArgumentHelp("Drive the dashboard without a terminal, by keys and commands from a file.", valueName: "file"),
    completion: .file())
  var script: String?
}
