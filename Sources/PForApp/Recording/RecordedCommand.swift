import Jobs
import OSText
import ParallelFor
import RunStore

/// What was done to the items of a recorded run, or of one that goes on.
struct RecordedCommand {
  private let job: CommandJob?
  private let title: String

  init(_ run: RunRecord) {
    title = run.title
    // A query is the same for all items; what it was given is the item.
    let template =
      switch run.kind {
      case "command": Template(arguments: run.command)
      case "shell": run.command.first.map { Template(shell: $0) }
      default: nil as Template?
      }
    job = template.map { CommandJob($0) }
  }

  /// The command of an item on a worker, in one line, as a shell takes it.
  func line(_ item: Item, _ id: ItemID, _ worker: WorkerID) -> [UInt8] {
    guard let job else { return Array("\(title) ".utf8) + item.bytes }
    return OSText.bytes(ShellWord.oneLine(job.invocation(of: item, id: id, worker: worker)))
  }

  /// The command of a recorded item.
  func line(_ record: ItemRecord) -> [UInt8] {
    let fields = record.fields.flatMap { FieldsText.decode($0) }
      .map { Fields(names: $0.names, values: $0.values.map { value in value.map { ByteText($0) } }) }
    let item = Item(ByteText(record.text), fields: fields)
    return line(item, ItemID((record.number ?? 0) - 1), WorkerID(record.attempt?.worker ?? 0))
  }
}
