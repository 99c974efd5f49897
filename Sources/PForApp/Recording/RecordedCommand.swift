import Attempts
import Dashboard
import Jobs
import OSText
import ParallelFor
import RunStore

/// The commands of a recorded or current run's items; used by one thread.
final class RecordedCommand {
  private let recipe: JobRecipe?
  private let title: String
  /// The job for items with the same fields as the last one.
  private var job: (names: FieldNames, job: CommandJob)?

  init(_ run: RunRecord) {
    title = run.title
    recipe = JobRecipe(run)
    rowText = recipe.flatMap { $0.startsCommands ? nil : RowText(RecordedArguments.rows(of: run)) }
  }

  /// How rows of a query are split into values; nil for a command. A run file has the names only in rows of JSON.
  let rowText: RowText?

  /// The command of an item on a worker. For a query, it is the query: its database may no longer exist.
  func invocation(of item: Item, _ id: ItemID, _ worker: WorkerID) -> String {
    if recipe?.runsStatements == true { return item.text }
    return job(for: item)?.invocation(of: item, id: id, worker: worker) ?? title
  }

  /// The command of an item on a worker, as one line for a shell. A query is followed by the item.
  func line(_ item: Item, _ id: ItemID, _ worker: WorkerID) -> [UInt8] {
    if recipe?.runsStatements == true { return item.bytes }
    guard let job = job(for: item) else { return Array("\(title) ".utf8) + item.bytes }
    return OSText.bytes(ShellWord.oneLine(job.invocation(of: item, id: id, worker: worker)))
  }

  private func job(for item: Item) -> CommandJob? {
    let names = Self.names(of: item)
    if let job, job.names == names { return job.job }
    guard let template = recipe?.template(for: names) else { return nil }
    let new = CommandJob(template)
    job = (names, new)
    return new
  }

  /// The field names as they were known before the run. Each JSON object has its own.
  private static func names(of item: Item) -> FieldNames {
    guard let fields = item.fields else { return .none }
    return Fields.members(ofJSON: item.bytes)?.names == fields.names ? .perItem : .known(fields.names)
  }

  /// The command of a recorded item.
  func line(_ record: ItemRecord) -> [UInt8] {
    let item = Item(ByteText(record.text), fields: record.fields.flatMap { Fields.members(ofJSON: $0) })
    return line(item, ItemID((record.number ?? 0) - 1), WorkerID(record.attempt?.worker ?? 0))
  }
}

extension RowText {
  /// Returns the values of a row for the screen.
  func fields(of line: String) -> [ItemDetail.Field] {
    values(of: line).map { ItemDetail.Field(name: $0.name, value: $0.value) }
  }
}
