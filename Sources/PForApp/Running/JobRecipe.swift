import Jobs
import OSText
import ParallelForDashboard
import RunStore

/// What a run does for each item, as the command line gives it and the run file keeps it.
///
/// Everything that differs between kinds of jobs follows from the case: the job that workers run, and the commands that
/// logs, exports and replays show.
enum JobRecipe: Equatable {
  case command([String])
  case shell(String)
  /// Without a query, each item is a statement.
  case sqlite(database: String, query: String?)
  /// The database's name is without passwords. Without a query, each item is a statement.
  case postgresql(database: String, query: String?)

  /// The kinds of jobs by their names in run files, which never change.
  enum Kind: String, CaseIterable {
    case command, shell, sqlite, postgresql
  }

  // MARK: - The command line

  /// Reads the job from the options.
  ///
  /// - Throws: a sentence if the options describe no job, or more than one.
  init(_ options: RunOptions) throws(AppError) {
    let given = [
      options.command.isEmpty ? nil : .command(options.command), options.job.shell.map { .shell($0) },
      try Self.query(options.job),
    ].compactMap(\.self)
    guard let recipe = given.first else {
      throw AppError(
        "no command: add -- COMMAND, or --shell 'LINE', or --db DATABASE with --sql 'QUERY', "
          + "or with --each for a file of queries")
    }
    guard given.count == 1 else {
      throw AppError("more than one job: give a command after --, or --shell, or --db with --sql")
    }
    self = recipe
  }

  private static func query(_ options: JobOptions) throws(AppError) -> JobRecipe? {
    switch (options.db, options.sql) {
    case (_, _?) where options.each: throw AppError("--each takes the queries from the items: leave out --sql")
    case (nil, nil) where options.each: throw AppError("--each needs a database: add --db DATABASE")
    case (nil, nil): return nil
    case (let database?, let query?): return try self.query(query, in: database)
    case (let database?, nil) where options.each: return try self.query(nil, in: database)
    case (_, nil):
      throw AppError("--db needs a query: add --sql 'SELECT … WHERE id = ?', or --each if the items are queries")
    case (nil, _): throw AppError("--sql needs a database: add --db DATABASE")
    }
  }

  private static func query(_ query: String?, in database: String) throws(AppError) -> JobRecipe {
    guard PostgreSQLName.isOne(database) else { return .sqlite(database: database, query: query) }
    do throws(JobError) {
      return .postgresql(database: try PostgreSQLName(database).recordable, query: query)
    } catch {
      throw AppError(error.description)
    }
  }

  // MARK: - The run file

  /// Reads the job of a recorded run; nil if its kind is unknown, as it may be in the file of a newer program.
  init?(_ run: RunRecord) {
    let words = run.command
    switch Kind(rawValue: run.kind) {
    case .command: self = .command(words)
    case .shell where words.count == 1: self = .shell(words[0])
    case .sqlite where words.count == 4: self = .sqlite(database: words[1], query: words[3])
    case .postgresql where words.count == 4: self = .postgresql(database: words[1], query: words[3])
    case .sqlite where words.count == 3: self = .sqlite(database: words[1], query: nil)
    case .postgresql where words.count == 3: self = .postgresql(database: words[1], query: nil)
    case .shell, .sqlite, .postgresql, nil: return nil
    }
  }

  /// The kind of the job, as it is recorded.
  var kind: Kind {
    switch self {
    case .command: .command
    case .shell: .shell
    case .sqlite: .sqlite
    case .postgresql: .postgresql
    }
  }

  /// The job as words, as it is recorded; a run can be resumed only with the same words.
  var words: [String] {
    switch self {
    case .command(let words): words
    case .shell(let line): [line]
    case .sqlite(let database, let query), .postgresql(let database, let query):
      ["--db", database] + (query.map { ["--sql", $0] } ?? ["--each"])
    }
  }

  /// The part of the options that no other user of the system may see; nil if there is none.
  func secret(in options: JobOptions) -> String? {
    guard case .postgresql = self, let database = options.db, let name = try? PostgreSQLName(database), name.hasSecret
    else { return nil }
    return database
  }

  /// The command line as it is recorded: without passwords.
  func recordable(_ arguments: [String], _ options: JobOptions) -> [String] {
    guard case .postgresql(let database, _) = self, let secret = options.db else { return arguments }
    return arguments.map { $0 == secret ? database : $0 == "--db=\(secret)" ? "--db=\(database)" : $0 }
  }

  // MARK: - What follows

  /// The job, checked against the fields of the items.
  ///
  /// - Parameters:
  ///   - reader: reads the items.
  ///   - options: how to do the job.
  ///   - timeBudget: how long the run may take; it also limits the wait for a locked database.
  ///   - grace: how long a query may take to end after it was cancelled.
  func job(
    for reader: ItemReader, _ options: JobOptions, timeBudget: TimeSpan?, grace: TimeSpan
  ) throws(AppError) -> any Job {
    do {
      // Plain lines have no fields, and asking the reader would wait for the first line of a pipe.
      let fields = reader.format.mayHaveFields ? try reader.fieldNames() : .none
      switch self {
      case .command(let words): return try command(Template(arguments: words, fields: fields), fields)
      case .shell(let line): return try command(Template(shell: line, fields: fields), fields)
      case .sqlite(let database, let query):
        return try SQLiteJob(
          path: database, query: query, fields: fields, rows: options.rows,
          access: options.write ? .readWrite : .readOnly, busyTimeoutMilliseconds: options.busyTimeout.milliseconds,
          openingTimeoutMilliseconds: timeBudget?.milliseconds)
      case .postgresql(let database, let query):
        // The options have the password.
        return try PostgreSQLJob(
          database: options.db ?? database, query: query, fields: fields, rows: options.rows, mayWrite: options.write,
          graceMilliseconds: grace.milliseconds)
      }
    } catch {
      throw AppError("\(error)")
    }
  }

  private func command(_ template: Template, _ fields: FieldNames) throws(JobError) -> CommandJob {
    try template.check(against: fields)
    let job = CommandJob(template)
    try job.checkProgram()
    return job
  }

  /// The template of a job that runs commands; nil for a query, which is the same for all items.
  func template(for fields: FieldNames) -> Template? {
    switch self {
    case .command(let words): Template(arguments: words, fields: fields)
    case .shell(let line): Template(shell: line, fields: fields)
    case .sqlite, .postgresql: nil
    }
  }

  /// Whether each item is an SQL statement.
  var runsStatements: Bool {
    switch self {
    case .command, .shell: false
    case .sqlite(_, let query), .postgresql(_, let query): query == nil
    }
  }

  /// Whether every item starts a command.
  var startsCommands: Bool {
    switch self {
    case .command, .shell: true
    case .sqlite, .postgresql: false
    }
  }

  /// The number of threads with which an automatic choice begins: few for a database, which may be busy already.
  var firstThreads: Int {
    switch self {
    case .command, .shell: max(1, min(Int(Processors.usable), 8))
    case .sqlite, .postgresql: 4
    }
  }

  /// The file that the job reads besides the items; nil if none is known.
  var file: String? {
    switch self {
    case .command, .shell, .postgresql: nil
    case .sqlite(let database, _): DatabaseName(database).path
    }
  }
}
