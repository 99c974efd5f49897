import Dashboard
import Jobs
import OSText
import RunStore

/// An earlier run that shows how long items are likely to take.
struct PastRun {
  /// The number of runs to examine, the newest first.
  private static let runsExamined = 100
  /// The least wall time per item, in nanoseconds. Below it, the times of single items say no more than their mean.
  private static let shortItem: Int64 = 1_000_000

  private let path: String

  /// Finds an earlier run of the same job in the same folder; nil if there is none.
  ///
  /// The newest finished run on the same items file is preferred, then the newest other finished run, then the newest
  /// unfinished one.
  ///
  /// - Parameters:
  ///   - run: the current run, which is not an earlier one.
  ///   - history: the folder of runs.
  init?(of run: RunRecord, in history: RunHistory) {
    var best: (rank: Int, path: String)?
    for entry in history.newest.prefix(Self.runsExamined) {
      guard let record = entry.record, Self.tells(record, of: run) else { continue }
      let rank = record.state == .finished ? record.source == run.source ? 2 : 1 : 0
      if rank > best?.rank ?? -1 { best = (rank, entry.path) }
      if rank == 2 { break }
    }
    guard let best else { return nil }
    path = best.path
  }

  /// The run in a file, for a session that runs its items again.
  init(path: String) { self.path = path }

  /// Finds the earlier run of the items of a recorded run. For items that run again, it is the resumed run itself.
  ///
  /// - Parameters:
  ///   - recording: the current run's record.
  ///   - history: the folder of runs; nil if there is none.
  static func find(for recording: RunRecording, in history: RunHistory?) -> PastRun? {
    switch recording.mode {
    case .failed, .all: PastRun(path: recording.path)
    case .outstanding, nil: history.flatMap { PastRun(of: recording.record, in: $0) }
    }
  }

  /// The number of threads that was enough; nil if that is not known.
  var enoughThreads: Int? {
    guard let reader = try? RunReader(path: path) else { return nil }
    defer { reader.close() }
    return try? ThreadHistory.enough(reader, reader.record())
  }

  /// Opens the run to find its items one by one.
  func items() throws(RunStoreError) -> PastLatencies { try PastLatencies(RunReader(path: path)) }

  private static func tells(_ record: RunRecord, of run: RunRecord) -> Bool {
    guard record.id != run.id, record.kind == run.kind, record.command.elementsEqual(run.command, by: OSText.isSame),
      OSText.isSame(record.directory, run.directory), record.counts.done > 0, let latest = record.latest
    else { return false }
    return (latest - record.created) / Int64(record.counts.done) >= shortItem
  }

  /// Returns the times that items took in this run; nil if none of the items is known.
  ///
  /// - Parameters:
  ///   - items: reads the items.
  ///   - isCancelled: called between batches; true ends the reading.
  /// - Throws: if the items or the run file cannot be read.
  func times(of items: ItemReader, isCancelled: () -> Bool) throws -> ItemTimes? {
    let reader = try RunReader(path: path)
    defer { reader.close() }
    let past = try PastLatencies(reader)
    var times = ItemTimes()
    var isKnown = false
    while !isCancelled(), let batch = try items.nextBatch(limit: 512) {
      for item in batch {
        let time = try past.next(text: item.value.recorded, fields: item.fields?.recorded).latency
        isKnown = isKnown || time != nil
        times.append(time)
      }
    }
    return isKnown && !isCancelled() ? times : nil
  }
}
