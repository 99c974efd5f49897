import OSText
import SQLite

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run file that this program alone records into, from its opening to its closing.
public final class RunFile {
  /// How much of the last moments a power cut may take. The end of the program, even by SIGKILL, takes nothing that was
  /// committed in either case.
  public enum Durability: Sendable {
    /// What is committed is on the disk: not even a power cut takes it.
    case powerCut
    /// A power cut may take what was committed since the last checkpoint, and nothing more; those items run again.
    case programEnd
  }

  /// A file up to this size is checked from end to end before a run is resumed from it.
  private static let checkedPages: Int64 = 4_096
  /// Pages of 4 KiB in the write-ahead log from which on they are moved to the file: few, so that little of that is left
  /// for the end of the run, when nobody works beside it.
  private static let checkpointPages = 1_000

  /// The path of the file.
  public let path: String
  /// The run as it was when the file was opened.
  public let record: RunRecord
  let isRenumbered: Bool
  /// What never changes in the row of the run.
  let fixed: RunRow.Fixed
  /// When the last thing happened in a session that was killed; nil if the last one ended in good order.
  let killedSessionEnd: Int64?
  let database: RunDatabase
  private let lock: RunFileLock
  /// The file itself, whatever its name leads to later.
  private let identity: FileIdentity?
  /// How large it is at least: it only grows.
  private var size: Int64
  /// What should have been removed beside the file and is still there, a sentence for each.
  public private(set) var leftovers: [RunStoreError] = []

  /// Makes the file of a run that begins.
  ///
  /// - Parameters:
  ///   - path: where; there must be no such file yet, and its folder must exist.
  ///   - record: the run.
  ///   - durability: what a power cut may take.
  /// - Throws: when a file is there, another program holds it, or it cannot be written.
  public static func create(
    at path: String, _ record: RunRecord, durability: Durability = .powerCut
  ) throws(RunStoreError) -> RunFile {
    let lock = try RunFileLock(of: path)
    try RunDatabase.checkFile(path, .create)
    try checkSideFiles(of: path)
    let (row, leftover) = try makeWhole(path, record)
    do throws(RunStoreError) {
      let database = try RunDatabase(path: path, access: .write)
      database.checks = .all
      try setUp(database, durability)
      let file = RunFile(path, row, killedSessionEnd: nil, database, lock)
      file.leftovers += leftover
      return file
    } catch {
      throw error.leaving(SideFile.remove(HistoryEntry.files(of: path)))
    }
  }

  /// Removes the file of a run that has not begun: what is not recorded must not look as if it could be resumed. What
  /// cannot be removed is among the ``leftovers``.
  public func discard() {
    database.close()
    leftovers += SideFile.remove(HistoryEntry.files(of: path))
    releaseLock()
  }

  private func releaseLock() {
    if let leftover = lock.release() { leftovers.append(leftover) }
  }

  /// SQLite would take what a removed database has left beside it for a part of the new one.
  private static func checkSideFiles(of path: String) throws(RunStoreError) {
    for side in ["-wal", "-shm", "-journal", "-tail"].map({ path + $0 }) where isThere(side) {
      throw RunStoreError(
        .exists, path, "\(side) is there, left by another database of that name; move it away, or name another file")
    }
  }

  /// The file gets its name when it is whole, so that a kill leaves no half of one.
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
      database.checks = .all
      return try RunRow.insert(record, into: database)
    }
    database.close()
    return row
  }

  /// Not every file system has links; where there are some, a file that came in between is not overwritten.
  private static func name(_ unfinished: String, _ path: String) throws(RunStoreError) {
    if link(unfinished.osPath, path.osPath) == 0 { return }
    if errno == EEXIST { try RunDatabase.checkFile(path, .create) }
    guard rename(unfinished.osPath, path.osPath) == 0 else { throw cannotBeMade(path, SystemReason()) }
  }

  /// SQLite would make it readable for everybody; what it makes beside it later has the same mode.
  private static func makeEmpty(_ name: String, for path: String) throws(RunStoreError) {
    if let reason = FileIdentity.makeFile(name) { throw cannotBeMade(path, reason) }
  }

  private static func cannotBeMade(_ path: String, _ reason: SystemReason) -> RunStoreError {
    RunStoreError(reason.kind, path, "cannot be made: \(reason.words)")
  }

  /// A name that nobody has taken, as a stranger or a program that was killed may have.
  private static func freeName(beside path: String) -> String {
    var name = path + "-new"
    while isThere(name) { name += "+" }
    return name
  }

  private static func isThere(_ path: String) -> Bool {
    var status = stat()
    return lstat(path.osPath, &status) == 0
  }

  /// Opens the file of a run to go on with it.
  ///
  /// - Throws: when there is no run file, when it is damaged or newer than this program, when another program records
  ///   into it, or it cannot be written. Nothing has been changed in it then.
  public static func open(at path: String, durability: Durability = .powerCut) throws(RunStoreError) -> RunFile {
    // Looks without the right to write come first: what is not ours, or damaged, is not touched.
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
      database.checks = .some
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
    record = row.record
    isRenumbered = row.isRenumbered
    fixed = row.fixed
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

  /// Moves pages from the write-ahead log to the file when there are many; to be called after commits.
  ///
  /// - Throws: when somebody has cut the file off.
  func checkpointIfDue() throws(RunStoreError) {
    guard database.loggedPages >= Self.checkpointPages else { return }
    try checkSize()
    database.checkpoint()
    size = Self.size(of: path)
  }

  /// SQLite would not notice that pages are missing: it reads zeros, and does not read what it has in memory.
  private func checkSize() throws(RunStoreError) {
    guard isThere, Self.size(of: path) < size else { return }
    throw SQLiteProblem.damaged(path, "it was cut off while the run went on")
  }

  /// Closes the file, as a recorder does when it has finished.
  ///
  /// When nobody else reads it, what lies beside it is put into it, so that the one file is the whole run.
  ///
  /// - Returns: why the file is not the whole run, if so.
  func close() -> RunStoreError? {
    defer { releaseLock() }
    do throws(RunStoreError) {
      try checkName()
      try checkSize()
      let isSettled: Bool
      do throws(RunStoreError) { isSettled = try Self.settle(database) } catch { isSettled = try settleAgain() }
      database.close()
      // SQLite does not say when it cannot remove them.
      if isSettled { leftovers += SideFile.remove([path + "-wal", path + "-shm"]) }
      return nil
    } catch {
      database.close()
      return error
    }
  }

  /// Whether the file is still where it was made or opened.
  var isThere: Bool { identity == nil || FileIdentity(path) == identity }

  private func checkName() throws(RunStoreError) {
    guard !isThere else { return }
    throw RunStoreError(
      .missing, path, "was removed or replaced while the run went on, so that this run is not recorded there")
  }

  /// Moves the write-ahead log into the file. Readers may prevent that, which does no harm.
  ///
  /// - Returns: whether nothing but the file is needed any more.
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
    // The mode is a byte of the first page. A journal on the disk for its change would, after a kill, keep readers out.
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
