import Dashboard
import Jobs
import OSText
import ParallelFor
import ParallelForDashboard

/// A run that has been checked as far as is possible before it starts.
struct RunPlan {
  /// The destination of results.
  enum Destination: Equatable {
    case standardOutput
    case file(String)
  }

  var reader: ItemReader
  var job: any Job
  var threads: Int
  /// How the number of threads is chosen; nil if it is fixed.
  var automatic: AutomaticThreads?
  /// When no item begins, because the machine is too busy.
  var limits: MachineLimits
  var inOrder: Bool
  /// The order in which items start.
  var order: StartOrder
  var tags: Bool
  var destination: Destination
  var slow: SlowThreshold
  var grace: TimeSpan
  var policy: RunPolicy
  /// The job for each item, as it is recorded.
  var recipe: JobRecipe
  /// The command line without the program's name, for the record.
  var arguments: [String]
  /// How the run is recorded.
  var recording: RecordPlan
  /// The logs to write during the run.
  var logs: [LogRequest]
  /// The command line that runs this again, for the summary.
  var command: String?
  /// The line of shell to run when the run is over.
  var onDone: String?
  /// The page on which the dashboard opens.
  var startPage = Page.overview
  /// The page that the dashboard shows at the end, unless the user has given a command; nil to stay.
  var endPage: Page?

  /// Checks the options of a run.
  ///
  /// - Parameters:
  ///   - options: the options.
  ///   - arguments: the command line that gave them.
  /// - Throws: a sentence about the first thing that is not possible.
  init(_ options: RunOptions, arguments: [String]) throws(AppError) {
    guard let items = options.items else {
      throw AppError("no items: name a file with one item per line, or - for standard input (see pfor-tui --help)")
    }
    try Self.checkNames(items, options)
    threads = try Self.threads(options.running.threads.count)
    recipe = try JobRecipe(options)
    if options.running.threads.isAutomatic {
      automatic = .automatic(upTo: threads)
      threads = min(threads, recipe.firstThreads)
    }
    self.arguments = recipe.recordable(arguments, options.job)
    recipe.secret(in: options.job).map(OSProcess.hide)
    reader = try Self.reader(items, options.input, ofStatements: recipe.runsStatements)
    job = try recipe.job(
      for: reader, options.job, timeBudget: options.failures.timeBudget, grace: options.running.grace)
    inOrder = !options.results.unordered
    tags = options.results.tag
    destination = options.results.output.flatMap { $0 == "-" ? nil : .file($0) } ?? .standardOutput
    slow = SlowLimit.threshold(options.running.slow)
    grace = options.running.grace
    onDone = options.running.onDone
    policy = options.failures.policy(grace: options.running.grace)
    policy.delay = options.running.delay.duration
    if options.job.on != nil { policy.losses = RemoteJob.losses }
    limits = MachineLimits(load: options.running.load?.load, memory: options.running.memfree?.bytes)
    order = options.running.order
    recording = options.recording.plan
    logs = options.recording.logs
    if order.needsPast, recording == .none {
      throw AppError("--order \(order.rawValue) needs the record of an earlier run: leave out --no-run")
    }
  }

  /// Refuses empty names, which a script passes when it forgot to set a variable.
  private static func checkNames(_ items: String, _ options: RunOptions) throws(AppError) {
    let recording = options.recording
    let names = [
      ("ITEMS", items), ("--db", options.job.db), ("-o", options.results.output), ("--run", recording.runFile),
      ("--joblog", recording.joblog), ("--events", recording.events),
    ]
    for case (let option, ""?) in names {
      throw AppError("\(option) is an empty string: give the name of a file")
    }
  }

  private static func threads(_ count: Int) throws(AppError) -> Int {
    guard count > 0 else {
      throw AppError(
        "-j 0 would run nothing: give the number of threads, such as -j 8, or a share of the cores, such as -j 200%")
    }
    guard count <= RunController.mostThreads else {
      throw AppError("-j \(count) is too many: give at most \(RunController.mostThreads)")
    }
    return count
  }

  private static func reader(
    _ items: String, _ input: InputOptions, ofStatements: Bool
  ) throws(AppError) -> ItemReader {
    let source: ItemSource = items == "-" ? .standardInput : .file(items)
    let format = try ofStatements ? statementFormat(input) : format(of: items, input)
    do throws(ItemError) {
      return try ItemReader(source: source, format: format)
    } catch {
      throw AppError(error.description)
    }
  }

  private static func statementFormat(_ input: InputOptions) throws(AppError) -> ItemFormat {
    guard !input.null, input.format == nil, input.header == nil else {
      throw AppError("--each reads SQL statements: leave out -0, --format and --header")
    }
    return .sql
  }

  private static func format(of path: String, _ input: InputOptions) throws(AppError) -> ItemFormat {
    let header = input.header ?? true
    if input.null {
      guard input.format == nil else { throw AppError("-0 and --format cannot be used together: choose one") }
      return .nul
    }
    switch input.format {
    case .lines: return .lines
    case .csv: return .csv(header: header)
    case .tsv: return .tsv(header: header)
    case .jsonl: return .jsonl
    case nil: return ItemFormat(path: path, header: header)
    }
  }
}

extension ItemFormat {
  /// Whether items of this format have named fields.
  var mayHaveFields: Bool {
    switch self {
    case .csv, .tsv, .jsonl: true
    case .lines, .nul, .sql: false
    }
  }
}
