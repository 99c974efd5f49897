import Dashboard
import Jobs
import OSText
import RunStore

/// The earlier run that tells how long items are likely to take.
struct PastRun {
  /// The number of runs that are looked into, the newest first.
  private static let runsLookedAt = 100
  /// Where items took less than this on the wall, in nanoseconds, their own times tell no more than their mean does.
  private static let shortItem: Int64 = 1_000_000

  private let path: String

  /// Looks for an earlier run of the same job in the same folder: the newest that came to its end, first of those on the
  /// same items file; else the newest that did not.
  ///
  /// - Parameters:
  ///   - history: the folder of runs.
  ///   - run: the run that goes on; it is no earlier one.
  init?(of run: RunRecord, in history: RunHistory) {
    var best: (rank: Int, path: String)?
    for entry in history.newest.prefix(Self.runsLookedAt) {
      guard let record = entry.record, Self.tells(record, of: run) else { continue }
      let rank = record.state == .finished ? record.source == run.source ? 2 : 1 : 0
      if rank > best?.rank ?? -1 { best = (rank, entry.path) }
      if rank == 2 { break }
    }
    guard let best else { return nil }
    path = best.path
  }

  /// The run in a file, whose items are run again.
  init(path: String) { self.path = path }

  private static func tells(_ record: RunRecord, of run: RunRecord) -> Bool {
    guard record.id != run.id, record.kind == run.kind, record.command.elementsEqual(run.command, by: OSText.isSame),
      OSText.isSame(record.directory, run.directory), record.counts.done > 0, let latest = record.latest
    else { return false }
    return (latest - record.created) / Int64(record.counts.done) >= shortItem
  }

  /// How long the items of a file took then; nil when none of them is known.
  ///
  /// - Parameters:
  ///   - items: reads the items.
  ///   - isCancelled: asked now and then; true ends the reading.
  /// - Throws: when the items or the run file cannot be read.
  func times(of items: ItemReader, isCancelled: () -> Bool) throws -> ItemTimes? {
    let reader = try RunReader(path: path)
    defer { reader.close() }
    let past = try PastLatencies(reader)
    var times = ItemTimes()
    var isKnown = false
    while !isCancelled(), let batch = try items.nextBatch(limit: 512) {
      for item in batch {
        let time = try past.next(text: item.value.recorded, fields: item.fields?.recorded)
        isKnown = isKnown || time != nil
        times.append(time)
      }
    }
    return isKnown && !isCancelled() ? times : nil
  }
}
