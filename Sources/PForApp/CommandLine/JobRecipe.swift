import Jobs
import ParallelForDashboard

/// The job that the options describe: a command, a shell line or a query.
enum JobRecipe {
  case command([String])
  case shell(String)
  case query(database: String, sql: String, JobOptions)

  init(_ options: RunOptions) throws(AppError) {
    let job = options.job
    switch (options.command.isEmpty, job.shell, job.db, job.sql) {
    case (false, nil, nil, nil): self = .command(options.command)
    case (true, let line?, nil, nil): self = .shell(line)
    case (true, nil, let database?, let sql?): self = .query(database: database, sql: sql, job)
    case (true, nil, nil, nil):
      throw AppError("no command: add -- COMMAND, or --shell 'LINE', or --db FILE with --sql 'QUERY'")
    case (_, _, .some, nil): throw AppError("--db needs a query: add --sql 'SELECT … WHERE id = ?'")
    case (_, _, nil, .some): throw AppError("--sql needs a database: add --db FILE")
    default: throw AppError("more than one job: give a command after --, or --shell, or --db with --sql")
    }
  }

  /// The job, checked against the fields of the items.
  ///
  /// - Parameters:
  ///   - reader: reads the items.
  ///   - timeBudget: how long the run may take; it also limits the wait for a locked database.
  func job(for reader: ItemReader, timeBudget: TimeSpan?) throws(AppError) -> any Job {
    do {
      // Plain lines have no fields, and asking the reader would wait for the first line of a pipe.
      let fields = reader.format.mayHaveFields ? try reader.fieldNames() : .none
      switch self {
      case .command(let words): return try command(Template(arguments: words, fields: fields), fields)
      case .shell(let line): return try command(Template(shell: line, fields: fields), fields)
      case .query(let database, let sql, let options):
        return try SQLiteJob(
          path: database, query: sql, fields: fields, rows: options.rows.format,
          access: options.write ? .readWrite : .readOnly,
          busyTimeoutMilliseconds: options.busyTimeout.milliseconds,
          openingTimeoutMilliseconds: timeBudget?.milliseconds)
      }
    } catch {
      throw AppError("\(error)")
    }
  }

  /// The kind of job, as it is recorded.
  var kind: String {
    switch self {
    case .command: "command"
    case .shell: "shell"
    case .query: "sqlite"
    }
  }

  /// The job as words; a run can be resumed only with the same words.
  var words: [String] {
    switch self {
    case .command(let words): words
    case .shell(let line): [line]
    case .query(let database, let sql, _): ["--db", database, "--sql", sql]
    }
  }

  /// The file that the job reads besides the items; nil if none is known.
  var file: String? {
    if case .query(let database, _, _) = self { DatabaseName(database).path } else { nil }
  }

  private func command(_ template: Template, _ fields: FieldNames) throws -> any Job {
    try template.check(against: fields)
    return CommandJob(template)
  }
}

extension ItemFormat {
  /// Whether items of this format have named fields.
  var mayHaveFields: Bool {
    switch self {
    case .csv, .tsv, .jsonl: true
    case .lines, .nul: false
    }
  }
}

extension RowFormatName {
  /// The format as the job names it.
  var format: RowFormat {
    switch self {
    case .tsv: .tsv
    case .csv: .csv
    case .json: .json
    }
  }
}
