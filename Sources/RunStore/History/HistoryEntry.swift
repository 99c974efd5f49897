import OSText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run file in a list of runs.
package struct HistoryEntry: Sendable, Equatable {
  /// The state of a run.
  package enum State: String, Sendable {
    /// A program is recording into it now.
    case running
    /// Every item has ended for good.
    case finished
    /// The run was ended or killed before every item had ended.
    case unfinished
    /// The file cannot be read.
    case unreadable
  }

  package let path: String
  /// The run; nil when the file cannot be read.
  package let record: RunRecord?
  /// Why the file cannot be read; nil when it can.
  package let problem: RunStoreError?
  /// The bytes of the file and of its side files.
  package let size: Int64
  package let state: State

  /// Reads the entry from a run file.
  package init(path: String) {
    var record: RunRecord?
    var problem: RunStoreError?
    do throws(RunStoreError) {
      let reader = try RunReader(path: path)
      defer { reader.close() }
      record = try reader.record()
    } catch {
      problem = error
    }
    let isRunning = RunFileLock.isHeld(of: path)
    self.init(path: path, record: record, problem: problem, size: Self.size(of: path), isRunning: isRunning)
  }

  init(path: String, record: RunRecord?, problem: RunStoreError?, size: Int64, isRunning: Bool) {
    self.path = path
    self.record = record
    self.problem = problem
    self.size = size
    state =
      if isRunning { .running } else if let record { record.state == .finished ? .finished : .unfinished } else {
        .unreadable
      }
  }

  /// The paths of the run file and of the side files that it has while it runs or after it was killed.
  static func files(of path: String) -> [String] { [path, path + "-wal", path + "-shm", RunTail.path(of: path)] }

  private static func size(of path: String) -> Int64 {
    files(of: path).reduce(0) { sum, file in
      var status = stat()
      return stat(file.osPath, &status) == 0 ? sum + Int64(status.st_size) : sum
    }
  }
}
