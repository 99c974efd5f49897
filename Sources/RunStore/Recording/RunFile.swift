import OSText
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run file that only this program records into while it is open.
package final class RunFile {
  /// How much a power cut may lose. In either case the end of the program, even by SIGKILL, loses nothing that was
  /// committed.
  package enum Durability: Sendable {
    /// A power cut loses nothing that was committed, because commits reach the disk.
    case powerCut
    /// A power cut may lose commits since the last checkpoint and nothing else; those items run again.
    case programEnd
  }

  /// The maximum number of pages of a file that is checked from end to end before its run is resumed.
  private static let checkedPages: Int64 = 4_096
  /// The number of 4 KiB pages in the write-ahead log that triggers a checkpoint. It is low so that little is left for
  /// the end of the run, when no work runs alongside.
  private static let checkpointPages = 1_000

  package let path: String
  /// The row of the run when the file was opened.
  let row: RunRow.Loaded
  /// The time of the last event in a session that was killed; nil if the last session ended properly.
  let killedSessionEnd: Int64?
  let database: RunDatabase
  private let lock: RunFileLock
  /// The identity of the file itself, even if its name leads elsewhere later.
  private let identity: FileIdentity?
  /// The minimum size of the file, which only grows.
  private var size: Int64
  /// An error for each file that should have been removed and is still there.
  package private(set) var leftovers: [RunStoreError] = []

  /// The record of the run when the file was opened.
  package var record: RunRecord { row.record }

  /// Creates the file of a new run.
  ///
  /// - Parameters:
  ///   - path: the path; the file must not exist yet, and its folder must exist.
  ///   - record: the run.
  ///   - durability: what a power cut may lose.
  /// - Throws: when the file exists, another program holds it, or it cannot be written.
  package static func create(
    at path: String, _ record: RunRecord, durability: Durability = .powerCut
  ) throws(RunStoreError) -> RunFile {
    let lock = try RunFileLock(of: path)
    try RunDatabase.checkFile(path, .create)
    try checkSideFiles(of: path)
    let (row, leftover) = try makeWhole(path, record)
    do throws(RunStoreError) {
      let database = try RunDatabase(path: path, access: .write)
      try setUp(database, durability)
      let file = RunFile(path, row, killedSessionEnd: nil, database, lock)
      file.leftovers += leftover
      return file
    } catch {
      throw error.leaving(SideFile.remove(HistoryEntry.files(of: path)))
    }
  }

  /// Removes the file of a run that has not started, so that it does not look as if it could be resumed. Files that
  /// cannot be removed are added to the ``leftovers``.
  package func discard() {
    database.close()
    leftovers += SideFile.remove(HistoryEntry.files(of: path))
    releaseLock()
  }

  private func releaseLock() {
    if let leftover = lock.release() { leftovers.append(leftover) }
  }

  /// Checks for files that a removed database left; SQLite would take them for parts of the new one.
  private static func checkSideFiles(of path: String) throws(RunStoreError) {
    for side in ["-wal", "-shm", "-journal", "-tail"].map({ path + $0 }) where isThere(side) {
      throw RunStoreError(
        .exists, path, "\(side) exists, left by another database of that name; move it away, or name another file")
    }
  }

  /// Creates the file under another name and renames it when it is complete, so that a kill leaves no partial file.
  private static func makeWhole(
    _ path: String, _ record: RunRecord
  ) throws(RunStoreError) -> (RunRow.Loaded, [RunStoreError]) {
    let unfinished = freeName(beside: path)
    try makeEmpty(unfinished, for: path)
    do throws(RunStoreError) {
      let row = try fill(unfinished, record)
      try name(unfinished, path)
      return (row, SideFile.remove([unfinished]))
    } catch {
      throw error.leaving(SideFile.remove([unfinished]))
    }
  }

  private static func fill(_ unfinished: String, _ record: RunRecord) throws(RunStoreError) -> RunRow.Loaded {
    let database = try RunDatabase(path: unfinished, access: .write)
    try database.execute("PRAGMA journal_mode = MEMORY")
    let row = try transaction(database) { () throws(RunStoreError) in
      try Schema.create(in: database)
      return try RunRow.insert(record, into: database)
    }
    database.close()
    return row
  }

  /// Gives the file its name. A link overwrites no file that appeared meanwhile; not every file system has links.
  private static func name(_ unfinished: String, _ path: String) throws(RunStoreError) {
    if link(unfinished.osPath, path.osPath) == 0 { return }
    if errno == EEXIST { try RunDatabase.checkFile(path, .create) }
    guard rename(unfinished.osPath, path.osPath) == 0 else { throw cannotBeMade(path, SystemReason()) }
  }

  /// Creates an empty file for the user alone. SQLite would make it readable for all; its side files get the same mode.
  private static func makeEmpty(_ name: String, for path: String) throws(RunStoreError) {
    if let reason = FileIdentity.makeFile(name) { throw cannotBeMade(path, reason) }
  }

  private static func cannotBeMade(_ path: String, _ reason: SystemReason) -> RunStoreError {
    RunStoreError(reason.kind, path, "cannot be created: \(reason.words)")
  }

  /// Returns an unused name; another program, or one that was killed, may have taken the first choice.
  private static func freeName(beside path: String) -> String {
    var name = path + "-new"
    while isThere(name) { name += "+" }
    return name
  }

  private static func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path.osPath, &status) == 0
  }

  /// Opens the file of a run to resume it.
  ///
  /// - Throws: when the file is missing, is not a run file, is damaged or newer than this program, when another program
  ///   is recording into it, or when it cannot be written. The file is unchanged then.
  package static func open(at path: String, durability: Durability = .powerCut) throws(RunStoreError) -> RunFile {
    // Check without write access first, so that foreign or damaged files are not touched.
    try RunReader(path: path).close()
    let lock = try RunFileLock(of: path)
    try checkWhole(RunDatabase(path: path, access: .read))
    let database = try RunDatabase(path: path, access: .write)
    let version = try Schema.check(database)
    try setUp(database, durability)
    if version < Schema.version {
      try transaction(database) { () throws(RunStoreError) in
        try Schema.migrate(database, from: version)
        try RunRow.seal(database)
      }
    }
    let file = try load(path, database, lock)
    return try RunTail.restore(into: file) ? load(path, database, lock) : file
  }

  private static func load(
    _ path: String, _ database: RunDatabase, _ lock: RunFileLock
  ) throws(RunStoreError) -> RunFile {
    let row = try RunRow.load(database)
    return RunFile(path, row, killedSessionEnd: try killedSessionEnd(in: database, row.record), database, lock)
  }

  private static func killedSessionEnd(
    in database: RunDatabase, _ record: RunRecord
  ) throws(RunStoreError) -> Int64? {
    let last = try database.integer(
      "SELECT time FROM changes WHERE id = (SELECT max(id) FROM changes) AND kind <> 'session ended'")
    return last.map { max($0, record.latest ?? $0) }
  }

  private init(
    _ path: String, _ row: RunRow.Loaded, killedSessionEnd: Int64?, _ database: RunDatabase, _ lock: RunFileLock
  ) {
    self.path = path
    self.row = row
    self.killedSessionEnd = killedSessionEnd
    self.database = database
    self.lock = lock
    identity = FileIdentity(path)
    size = Self.size(of: path)
  }

  private static func size(of path: String) -> Int64 {
    var status = stat()
    return stat(path.osPath, &status) == 0 ? Int64(status.st_size) : .max
  }

  /// Moves pages from the write-ahead log to the file when there are many; call it after commits.
  ///
  /// - Throws: when another program has truncated the file.
  func checkpointIfDue() throws(RunStoreError) {
    guard database.loggedPages >= Self.checkpointPages else { return }
    try checkSize()
    database.checkpoint()
    size = Self.size(of: path)
  }

  /// Checks for a truncated file. SQLite would not notice: it reads zeros, or uses the pages that it has in memory.
  private func checkSize() throws(RunStoreError) {
    guard isThere, Self.size(of: path) < size else { return }
    throw SQLiteProblem.damaged(path, "it was truncated during the run")
  }

  /// Closes the file after recording.
  ///
  /// When no other process reads the file, the side files are merged into it, so that the one file is the whole run.
  ///
  /// - Returns: why the file is not the whole run; nil if it is, or if readers kept the side files in use.
  func close() -> RunStoreError? {
    defer { releaseLock() }
    do throws(RunStoreError) {
      try checkName()
      try checkSize()
      let isSettled: Bool
      do throws(RunStoreError) { isSettled = try Self.settle(database) } catch { isSettled = try settleAgain() }
      database.close()
      // SQLite does not report when it cannot remove these files.
      if isSettled { leftovers += SideFile.remove([path + "-wal", path + "-shm"]) }
      return nil
    } catch {
      database.close()
      return error
    }
  }

  /// Whether the file is still at the path where it was created or opened.
  var isThere: Bool { identity == nil || FileIdentity(path) == identity }

  private func checkName() throws(RunStoreError) {
    guard !isThere else { return }
    throw RunStoreError(
      .missing, path, "was removed or replaced during the run, so this run is not recorded there")
  }

  /// Moves the write-ahead log into the file. Readers may prevent that, which does no harm.
  ///
  /// - Returns: whether the side files are no longer needed.
  private static func settle(_ database: RunDatabase) throws(RunStoreError) -> Bool {
    do throws(RunStoreError) {
      try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
      try database.execute("PRAGMA journal_mode = MEMORY")
      return try !isLogged(database)
    } catch {
      guard error.kind == .inUse else { throw error }
      return false
    }
  }

  /// Does the same on a new connection: the disk may have failed for a moment, and this connection may believe in a mode
  /// that the file does not have.
  private func settleAgain() throws(RunStoreError) -> Bool {
    database.close()
    let another = try RunDatabase(path: path, access: .write)
    defer { another.close() }
    return try Self.settle(another)
  }

  private static func setUp(_ database: RunDatabase, _ durability: Durability) throws(RunStoreError) {
    // The mode is a byte of the first page. A journal of its change on the disk would lock readers out after a kill.
    if try !isLogged(database) { try database.execute("PRAGMA journal_mode = MEMORY") }
    try database.execute("PRAGMA journal_mode = WAL")
    try database.execute("PRAGMA synchronous = \(durability == .powerCut ? "FULL" : "NORMAL")")
    database.checkpointsByHand()
  }

  private static func isLogged(_ database: RunDatabase) throws(RunStoreError) -> Bool {
    let mode = try database.prepare("PRAGMA journal_mode")
    defer { mode.close() }
    return try mode.step() && mode.text(0) == "wal"
  }

  private static func checkWhole(_ database: RunDatabase) throws(RunStoreError) {
    guard try database.integer("PRAGMA page_count") ?? 0 <= checkedPages else { return }
    let check = try database.prepare("PRAGMA quick_check(1)")
    defer { check.close() }
    guard try check.step(), check.text(0) == "ok" else { throw SQLiteProblem.damaged(database.path, check.text(0)) }
  }

  static func transaction<Value>(
    _ database: RunDatabase, _ body: () throws(RunStoreError) -> Value
  ) throws(RunStoreError) -> Value {
    try database.execute("BEGIN IMMEDIATE")
    do throws(RunStoreError) {
      let value = try body()
      try database.execute("COMMIT")
      return value
    } catch {
      database.rollBack()
      throw error
    }
  }
}
