import Jobs
import OSText
import ParallelFor
import RunStore

/// The commands of a recorded or current run's items; used by one thread.
final class RecordedCommand {
  private let template: ((FieldNames) -> Template)?
  private let title: String
  /// The command for items with the same fields as the last one.
  private var job: (names: FieldNames, job: CommandJob)?

  init(_ run: RunRecord) {
    title = run.title
    // A query is the same for all items and gets the item as its value.
    template =
      switch run.kind {
      case "command": { Template(arguments: run.command, fields: $0) }
      case "shell": run.command.first.map { line in { Template(shell: line, fields: $0) } }
      default: nil
      }
  }

  /// The command of an item on a worker, as one line for a shell.
  func line(_ item: Item, _ id: ItemID, _ worker: WorkerID) -> [UInt8] {
    guard let template else { return Array("\(title) ".utf8) + item.bytes }
    let names = Self.names(of: item)
    let job = self.job.flatMap { $0.names == names ? $0.job : nil } ?? CommandJob(template(names))
    self.job = (names, job)
    return OSText.bytes(ShellWord.oneLine(job.invocation(of: item, id: id, worker: worker)))
  }

  /// The field names as they were known before the run. Each JSON object has its own.
  private static func names(of item: Item) -> FieldNames {
    guard let fields = item.fields else { return .none }
    return Fields.members(ofJSON: item.bytes)?.names == fields.names ? .perItem : .known(fields.names)
  }

  /// The command of a recorded item.
  func line(_ record: ItemRecord) -> [UInt8] {
    let fields = record.fields.flatMap { FieldsText.decode($0) }
      .map { Fields(names: $0.names, values: $0.values.map { value in value.map { ByteText($0) } }) }
    let item = Item(ByteText(record.text), fields: fields)
    return line(item, ItemID((record.number ?? 0) - 1), WorkerID(record.attempt?.worker ?? 0))
  }
}
