import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// The logs that grow while a run goes on, in the order in which attempts end.
///
/// Workers hand over and go on; a thread makes the lines and writes them. Only when it is far behind, because the disk is
/// slow or a pipe's reader does not read, do workers wait. A log that can no longer be written is given up; the run and
/// the other log are not.
final class RunLogs: @unchecked Sendable {
  /// The most entries that wait, and the most bytes in them.
  private static let mostEntries = 8_192
  private static let mostBytes = 8 << 20
  /// A pause between two takings in nanoseconds, so that a fast run does not wake the thread for every few entries.
  private static let rest: Int64 = 10_000_000
  /// How long the end of the program waits for a reader that takes nothing, in milliseconds, and how long when somebody
  /// wants that end.
  private static let patience = 10_000
  private static let shortPatience = 500
  /// How often it is looked whether somebody does, in nanoseconds.
  private static let look: Int64 = 50_000_000

  private let files: [LogFile]
  private let monitor = Monitor()
  private let work = Condition()
  private let hurry = Condition()
  private let room = Condition()
  private let over = Condition()
  /// The following belong to the monitor.
  private var queue: [LogEntry] = []
  private var queuedBytes = 0
  private var isWanted = true
  private var isEnding = false
  private var isOver = false
  private var problemsFound: [String] = []

  /// Opens the files of all logs that a plan asks for; nil if it asks for none.
  ///
  /// - Throws: when one cannot be written, or is a file that the run uses otherwise.
  init?(_ plan: RunPlan) throws(AppError) {
    guard !plan.logs.isEmpty else { return nil }
    var opened: [LogFile] = []
    for wish in plan.logs {
      opened.append(try LogFile(wish))
      try Self.check(wish.path, plan, others: opened.dropLast().map(\.wish.path))
    }
    files = opened
  }

  private static func check(_ path: String, _ plan: RunPlan, others: [String]) throws(AppError) {
    var used = others
    if case .file(let items) = plan.reader.source { used += [items] }
    if case .file(let output) = plan.destination { used += [output] }
    if let database = plan.recipe.file { used += [database] }
    guard used.contains(where: { ResultFile.isSame($0, path) }) else { return }
    throw AppError("\(path): is named twice on the command line, and a log would overwrite it; choose another file")
  }

  /// Begins to write.
  ///
  /// - Parameters:
  ///   - newRun: the run, unless there is a record of it.
  ///   - recording: the run's record. When it is that of an earlier session, lines are appended.
  /// - Throws: when a log is the run file itself.
  func begin(_ newRun: RunRecord, _ recording: RunRecording?) throws(AppError) {
    for file in files {
      if let run = recording?.path, ResultFile.isSame(run, file.wish.path) {
        throw AppError("\(file.wish.path): a log would overwrite the record of the run; choose another file")
      }
    }
    for file in files { file.begin(recording?.record ?? newRun, continues: recording?.isResumed ?? false) }
    try AppThread.start("pfor-logs") { [self] in write() }
  }

  /// Hands over an attempt that has ended; may be called from any thread, and waits while too many lines wait.
  ///
  /// - Parameters:
  ///   - attempt: the attempt.
  ///   - place: the item's place in the run file.
  func attemptEnded(_ attempt: ItemAttempt, at place: ItemPlace) {
    let entry = LogEntry.attempt(attempt, attempt.makeRecord(), place)
    monitor.withLock {
      while isWanted, queue.count >= Self.mostEntries || queuedBytes >= Self.mostBytes { monitor.wait(for: room) }
      append(entry)
    }
  }

  /// Hands over changes of the run as a whole; never waits.
  func changed(_ changes: [RunChange]) {
    guard !changes.isEmpty else { return }
    monitor.withLock { for change in changes { append(.change(change)) } }
  }

  /// Why logs could not be written any further, a sentence for each.
  var problems: [String] { monitor.withLock { problemsFound } }

  /// The logs that could not be written any further; to be asked when they are over.
  var failed: [LogWish] { files.filter { $0.problem != nil }.map(\.wish) }

  /// Lets writes give up when their reader has taken nothing for a number of milliseconds; workers no longer wait then.
  func giveUp(after milliseconds: Int) { for file in files { file.giveUp(after: milliseconds) } }

  /// Writes what is left and closes the logs.
  func finish() {
    let before = Signals.endings
    giveUp(after: Self.patience)
    monitor.withLock {
      isEnding = true
      work.signal()
      hurry.signal()
      while !isOver {
        if Signals.endings != before { giveUp(after: Self.shortPatience) }
        monitor.wait(for: over, nanoseconds: Self.look)
      }
    }
  }

  private func append(_ entry: LogEntry) {
    guard isWanted, !isEnding else { return }
    queue.append(entry)
    queuedBytes += entry.size
    if queue.count == 1 { work.signal() }
    if isHalfFull { hurry.signal() }
  }

  private var isHalfFull: Bool { queue.count >= Self.mostEntries / 2 || queuedBytes >= Self.mostBytes / 2 }

  // MARK: - The thread

  private func write() {
    // A pipe that is full at the beginning holds up nobody but this thread.
    for file in files { file.flush() }
    note()
    while let entries = take() {
      for file in files { file.write(entries) }
      note()
      monitor.withLock { if !isHalfFull, !isEnding { monitor.wait(for: hurry, nanoseconds: Self.rest) } }
    }
    for file in files { file.finish() }
    note()
    monitor.withLock {
      isOver = true
      over.broadcast()
    }
  }

  /// Waits for entries and takes all; nil when there will be no more.
  private func take() -> [LogEntry]? {
    monitor.withLock {
      while queue.isEmpty, !isEnding { monitor.wait(for: work) }
      guard !queue.isEmpty else { return nil }
      defer {
        queue = []
        queuedBytes = 0
        room.broadcast()
      }
      return queue
    }
  }

  /// Takes notice of how the files are.
  private func note() {
    let (problems, isWanted) = (files.compactMap(\.problem), files.contains(where: \.isOpen))
    monitor.withLock {
      problemsFound = problems
      self.isWanted = isWanted
      if !isWanted { room.broadcast() }
    }
  }
}
