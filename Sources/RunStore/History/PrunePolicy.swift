import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which runs to remove.
package struct PrunePolicy: Sendable, Equatable {
  /// Runs that started before this time are removed, in nanoseconds since 1970; nil for no limit.
  package var before: Int64?
  /// The maximum number of runs to keep, the newest first; nil for no limit.
  package var newest: Int?
  /// The maximum size of the files that are kept, in bytes; nil for no limit.
  package var bytes: Int64?
  /// Whether runs that can be resumed may be removed.
  package var includesUnfinished: Bool

  package init(before: Int64? = nil, newest: Int? = nil, bytes: Int64? = nil, includesUnfinished: Bool = false) {
    self.before = before
    self.newest = newest
    self.bytes = bytes
    self.includesUnfinished = includesUnfinished
  }

  /// Selects the runs to remove from all runs, the newest first; never one that is running or unreadable.
  package func selected(from runs: [HistoryEntry]) -> [HistoryEntry] {
    var kept = 0
    var keptBytes: Int64 = 0
    return runs.filter { run in
      let isTooMuch = newest.map { kept >= $0 } ?? false || bytes.map { keptBytes + run.size > $0 } ?? false
      let isTooOld = before.map { (run.record?.created ?? .max) < $0 } ?? false
      let mayGo = run.state == .finished || run.state == .unfinished && includesUnfinished
      if mayGo, isTooMuch || isTooOld { return true }
      kept += 1
      keptBytes += run.size
      return false
    }
  }
}

extension HistoryEntry {
  /// Removes the run's files.
  ///
  /// - Throws: when a program is recording into the run, or a file cannot be removed.
  package func remove() throws(RunStoreError) {
    let lock = try RunFileLock(of: path)
    // The run file first: after a power cut, side files without a run are harmless.
    for file in Self.files(of: path) {
      if let leftover = SideFile.remove(file) { throw leftover }
    }
    if let leftover = lock.release() { throw leftover }
  }
}
