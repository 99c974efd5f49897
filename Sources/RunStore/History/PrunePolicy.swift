import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which runs are let go.
public struct PrunePolicy: Sendable, Equatable {
  /// Runs that began before this go, in nanoseconds since 1970; nil for no limit.
  public var before: Int64?
  /// How many of the newest stay at most; nil for no limit.
  public var newest: Int?
  /// How many bytes the files of those that stay take at most; nil for no limit.
  public var bytes: Int64?
  /// Whether runs that could go on may go.
  public var includesUnfinished: Bool

  /// Makes a policy.
  public init(before: Int64? = nil, newest: Int? = nil, bytes: Int64? = nil, includesUnfinished: Bool = false) {
    self.before = before
    self.newest = newest
    self.bytes = bytes
    self.includesUnfinished = includesUnfinished
  }

  /// The runs to let go among all runs, the newest first; never one that runs or cannot be read.
  public func selected(from runs: [HistoryEntry]) -> [HistoryEntry] {
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
  /// - Throws: when a program records into it, or it cannot be removed.
  public func remove() throws(RunStoreError) {
    let lock = try RunFileLock(of: path)
    // The run first: what is left beside it after a power cut belongs to nothing then.
    for file in Self.files(of: path) {
      if let leftover = SideFile.remove(file) { throw leftover }
    }
    if let leftover = lock.release() { throw leftover }
  }
}
