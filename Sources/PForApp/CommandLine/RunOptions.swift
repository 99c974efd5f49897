import ArgumentParser
import Jobs

/// The arguments and options of a run.
struct RunOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A file with one item per line, or - for standard input.", valueName: "items"),
    completion: .file())
  var items: String?

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp(
      "The program to run for each item, with its arguments, after --.",
      valueName: "command"))
  var command: [String] = []

  @OptionGroup(title: "What to do for each item") var job: JobOptions
  @OptionGroup(title: "How to read the items") var input: InputOptions
  @OptionGroup(title: "How to run") var running: RunningOptions
  @OptionGroup(title: "What to do about failures") var failures: PolicyOptions
  @OptionGroup(title: "Where results go") var results: ResultOptions
  @OptionGroup(title: "How the run is recorded") var recording: RecordOptions
  @OptionGroup(title: "How it looks") var look: DisplayOptions
}

/// The options that say what to do with each item, besides a command after `--`.
struct JobOptions: ParsableArguments {
  // The next word is the line or the query, even if it begins with a dash as an SQL comment does.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      A line for /bin/sh, run once for each item; inserted text is quoted for that one shell. For a second shell, write \
      sh -c 'echo "$1"' sh {}.
      """,
      valueName: "template"))
  var shell: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      Run the commands on the machines of a cluster: slurm, or slurm:'OPTIONS of srun'. Each thread has an agent there; \
      in an allocation, it is a step of it, and otherwise a job.
      """,
      valueName: "engine"))
  var on: String?

  @Option(
    help: ArgumentHelp(
      """
      The database for --sql, opened read-only: an SQLite file, SQLite's URI file:NAME?PARAMETERS, or PostgreSQL's \
      postgres://… or 'host=db dbname=shop'.
      """,
      valueName: "database"),
    completion: .file())
  var db: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      A query to run once for each item: ? is bound to the item, :name or ?2 to a field; for PostgreSQL, $1 and :name \
      or $2. In SQLite, numbers in the notation of SQL or JSON (40, 40.5, 4e1, not 007) are bound as numbers, \
      everything else as text. CAST(? AS TEXT) gets a number as it is written.
      """,
      valueName: "query"))
  var sql: String?

  @Flag(help: "The items are SQL statements, each ended by a semicolon: run each of them on --db.")
  var each = false

  @Flag(help: "Let the query change the database.")
  var write = false

  @Option(help: ArgumentHelp("The format of the printed rows.", valueName: "format"))
  var rows: RowFormat = .tsv

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long a query waits for a locked SQLite database.", valueName: "time"))
  var busyTimeout = TimeSpan(seconds: 5)
}

/// The options for reading the items file.
struct InputOptions: ParsableArguments {
  @Flag(name: [.customShort("0"), .customLong("null")], help: "Items end with a NUL byte, as from find -print0.")
  var null = false

  @Option(
    help: ArgumentHelp(
      "The format of the items; the default depends on the extension of the file.", valueName: "format"))
  var format: FormatName?

  @Flag(inversion: .prefixedNo, help: "Whether the first line of CSV or TSV names the fields; it does by default.")
  var header: Bool?
}

/// The options for running the items.
struct RunningOptions: ParsableArguments {
  @Option(
    name: [
      .customShort("j", allowingJoined: true), .customLong("threads"), .customLong("jobs"),
      .customShort("P", allowingJoined: true),
    ],
    parsing: .unconditional,
    help: ArgumentHelp(
      """
      How many items run at once: a number, a share of the processors that the program may use (200%), more or fewer \
      than those (+2, -1), or as many as help, found by measuring (auto, auto:16 for at most 16).
      """,
      valueName: "n"),
    transform: ThreadCount.parse)
  var threads = ThreadCount(5)

  @Option(
    help: ArgumentHelp(
      """
      The order in which items start: input, longest (those that took longest in an earlier run), failed-first or \
      shuffle. Results keep the order of the items.
      """,
      valueName: "order"))
  var order = StartOrder.input

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Begin no item while the machine's load is this or more: a number, or a share of the processors (100%).",
      valueName: "load"))
  var load: LoadLimit?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Begin no item while less memory is available, such as 500M or 2G.", valueName: "size"))
  var memfree: MemorySize?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Begin no item within this time after another one, such as 100ms.", valueName: "time"))
  var delay = TimeSpan(seconds: 0)

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Mark items slower than a time, 2s, or a multiple of the median, 3x; may be given twice. (default: 3x)",
      valueName: "limit"))
  var slow: [SlowLimit] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How much longer running items may take when the program must end.", valueName: "time"))
  var grace = TimeSpan(seconds: 10)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Run this line of shell when the run is over; $1 in it is the result, such as 9 ok, 1 failed.",
      valueName: "line"))
  var onDone: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Run this line of shell when the first item has failed; $1 in it is the item with the reason.",
      valueName: "line"))
  var onFirstFailure: String?

  @Flag(help: "Ring the terminal's bell when the run is over.")
  var bell = false
}

/// The options for results.
struct ResultOptions: ParsableArguments {
  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("output")],
    help: ArgumentHelp("Write results to this file instead of standard output (-).", valueName: "file"),
    completion: .file())
  var output: String?

  @Flag(help: "Write results as items end, not in the order of the items.")
  var unordered = false

  @Flag(help: "Put the item and a tab before each line of its result.")
  var tag = false
}

/// The options for the dashboard and the progress lines.
struct DisplayOptions: ParsableArguments {
  @Flag(name: .customLong("no-tui"), help: "Show no dashboard; write plain progress lines to standard error.")
  var noTui = false

  @OptionGroup var dashboard: DashboardOptions

  @Option(
    help: ArgumentHelp(
      "After the last item, stay in the dashboard or leave. (default: leave if standard output is a pipe or a file)",
      valueName: "what"))
  var whenDone: WhenDone?

  @Flag(
    name: [.customShort("q"), .customLong("quiet")],
    help: "Print no progress lines and no summary; for runs without a dashboard.")
  var quiet = false
}

/// The options for how a dashboard looks and what drives it.
struct DashboardOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The name of a theme, or a theme file; pfor-tui themes lists the names.", valueName: "theme"),
    completion: .file())
  var theme: String?

  @Option(help: ArgumentHelp("When to use colours.", valueName: "when"))
  var color: ColorChoice = .auto

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  @Flag(name: .customLong("no-mouse"), help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Option(
    help: ArgumentHelp(
      "Drive the dashboard with keys and commands from a file, without a terminal.", valueName: "file"),
    completion: .file())
  var script: String?
}
