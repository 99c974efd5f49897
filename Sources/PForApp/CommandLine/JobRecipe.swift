import Jobs
import ParallelForDashboard

/// Which job the options describe: exactly one of a command, a shell line and a query.
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
  ///   - timeBudget: how long the run may take, and so how long a locked database is waited for.
  func job(for reader: ItemReader, timeBudget: TimeSpan?) throws(AppError) -> any Job {
    do {
      // A plain list of lines has no fields, and asking would wait for a pipe's first line.
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

  /// The kind of job, as the run's record has it.
  var kind: String {
    switch self {
    case .command: "command"
    case .shell: "shell"
    case .query: "sqlite"
    }
  }

  /// What is done, word by word: a run is resumed with the same words.
  var words: [String] {
    switch self {
    case .command(let words): words
    case .shell(let line): [line]
    case .query(let database, let sql, _): ["--db", database, "--sql", sql]
    }
  }

  /// The file that the job reads, besides the items; nil for none that is known.
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
  /// The job's word for it.
  var format: RowFormat {
    switch self {
    case .tsv: .tsv
    case .csv: .csv
    case .json: .json
    }
  }
}
