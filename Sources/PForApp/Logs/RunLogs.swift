import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// The logs that grow during a run, in the order in which attempts end.
///
/// Workers hand over attempts and continue. A thread formats and writes the lines. Workers wait only if this thread is
/// far behind, because the disk is slow or the reader of a pipe does not read. If a log can no longer be written, the
/// run and the other log continue.
final class RunLogs: @unchecked Sendable {
  /// The most entries in the queue, and the most bytes in them.
  private static let mostEntries = 8_192
  private static let mostBytes = 8 << 20
  /// A pause between batches, in nanoseconds, so that a fast run does not wake the thread for every few entries.
  private static let pause: Int64 = 10_000_000
  /// How long the program waits for a reader that does not read, in milliseconds, at its end or after a signal that
  /// ends it.
  private static let patience = 10_000
  private static let shortPatience = 500
  /// How often to check for such a signal, in nanoseconds.
  private static let pollTime: Int64 = 50_000_000

  private let files: [LogFile]
  private let monitor = Monitor()
  private let work = Condition()
  private let hurry = Condition()
  private let room = Condition()
  private let over = Condition()
  /// The monitor protects this and the following properties.
  private var queue: [LogEntry] = []
  private var queuedBytes = 0
  private var isWanted = true
  private var isEnding = false
  private var isOver = false
  private var problemsFound: [String] = []

  /// Opens the files of all logs in a plan; nil if there are none.
  ///
  /// - Throws: if a file cannot be written, or if the run also uses it for something else.
  init?(_ plan: RunPlan) throws(AppError) {
    guard !plan.logs.isEmpty else { return nil }
    var opened: [LogFile] = []
    for request in plan.logs {
      opened.append(try LogFile(request))
      try Self.check(request.path, plan, others: opened.dropLast().map(\.request.path))
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

  /// Starts writing.
  ///
  /// - Parameters:
  ///   - newRun: the run, used if nothing is recorded.
  ///   - recording: the run's record. If the run is resumed, lines are appended to existing logs.
  /// - Throws: if a log is the run file itself, or if the system cannot create a thread.
  func begin(_ newRun: RunRecord, _ recording: RunRecording?) throws(AppError) {
    for file in files {
      if let run = recording?.path, ResultFile.isSame(run, file.request.path) {
        throw AppError("\(file.request.path): a log would overwrite the record of the run; choose another file")
      }
    }
    for file in files { file.begin(recording?.record ?? newRun, continues: recording?.isResumed ?? false) }
    try AppThread.start("pfor-logs") { [self] in write() }
  }

  /// Hands over an ended attempt. Waits while the queue is full; safe from any thread.
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

  /// A sentence for each log that is incomplete.
  var problems: [String] { monitor.withLock { problemsFound } }

  /// The logs that are incomplete; valid after ``finish()``.
  var failed: [LogRequest] { files.filter { $0.problem != nil }.map(\.request) }

  /// Limits how long writes wait for a reader that does not read, in milliseconds. Workers no longer wait afterwards.
  func giveUp(after milliseconds: Int) { for file in files { file.giveUp(after: milliseconds) } }

  /// Writes the rest of the logs and closes them.
  func finish() {
    let before = Signals.endings
    giveUp(after: Self.patience)
    monitor.withLock {
      isEnding = true
      work.signal()
      hurry.signal()
      while !isOver {
        if Signals.endings != before { giveUp(after: Self.shortPatience) }
        monitor.wait(for: over, nanoseconds: Self.pollTime)
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
    // A pipe that is full at the start blocks only this thread.
    for file in files { file.flush() }
    note()
    while let entries = take() {
      for file in files { file.write(entries) }
      note()
      monitor.withLock { if !isHalfFull, !isEnding { monitor.wait(for: hurry, nanoseconds: Self.pause) } }
    }
    for file in files { file.finish() }
    note()
    monitor.withLock {
      isOver = true
      over.broadcast()
    }
  }

  /// Waits for entries and takes all of them; nil if there are no more.
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

  /// Notes which logs are incomplete and whether any is still open.
  private func note() {
    let (problems, isWanted) = (files.compactMap(\.problem), files.contains(where: \.isOpen))
    monitor.withLock {
      problemsFound = problems
      self.isWanted = isWanted
      if !isWanted { room.broadcast() }
    }
  }
}
