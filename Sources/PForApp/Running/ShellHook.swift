import Dashboard
import Jobs
import ParallelFor

/// Runs a line of the user's shell once, when the run is over or when its first item has failed.
final class ShellHook: @unchecked Sendable {
  private enum State {
    case idle, running
    case ended(problem: String?)
  }

  /// The option that gave the line.
  let option: String
  private let job: CommandJob
  private let monitor = Monitor()
  private let hasEnded = Condition()
  private var state = State.idle

  /// - Parameters:
  ///   - option: the option that gave the line.
  ///   - line: the line.
  init(_ option: String, _ line: String) {
    self.option = option
    job = CommandJob(Template(arguments: ["/bin/sh", "-c", line, "sh"]))
  }

  /// Starts the line on its own thread, the first time that this is called.
  ///
  /// - Parameter text: what the line gets as `$1`.
  func start(_ text: @autoclosure () -> String) {
    let isFirst = monitor.withLock {
      guard case .idle = state else { return false }
      state = .running
      return true
    }
    guard isFirst else { return }
    let text = text()
    let hasThread = WorkerThread.start(name: "pfor-on-done", .patient) { [self] in end(problem(of: text)) }
    if !hasThread { end(AppThread.noThread) }
  }

  /// Waits for the end of the line, if it was started.
  ///
  /// - Parameter nanoseconds: the longest wait; afterwards, the line is killed with the program's other commands.
  /// - Returns: why it failed; nil if it did not.
  func wait(atMost nanoseconds: Int64) -> String? {
    monitor.withLock {
      if case .running = state { monitor.wait(for: hasEnded, nanoseconds: nanoseconds) }
      return switch state {
      case .idle: nil
      case .running: "has not ended and is killed"
      case .ended(let problem): problem
      }
    }
  }

  private func end(_ problem: String?) {
    monitor.withLock {
      state = .ended(problem: problem)
      hasEnded.signal()
    }
  }

  private func problem(of text: String) -> String? {
    let worker = WorkerID(1)
    guard let session = try? job.openSession(for: worker) else { return nil }
    defer { session.close() }
    let context = ItemContext(item: ItemID(0), worker: worker, cancellation: Cancellation())
    return session.run(Item(text), in: context).outcome.failureReason
  }

  /// The item with the reason of its failure: `#7 name: exit status 1`.
  static func failure(_ item: FinishedItem) -> String {
    "\(item.id) \(item.label): \(item.outcome.failureReason ?? "")"
  }

  /// The result in a few words: `9 ok, 1 failed`.
  static func result(_ run: RunSnapshot) -> String {
    let counts = [(run.succeeded, "ok"), (run.unsuccessful, "failed"), (run.skipped, "not run")]
    return counts.enumerated().filter { $0.offset == 0 || $0.element.0 > 0 }.map { "\($0.element.0) \($0.element.1)" }
      .joined(separator: ", ")
  }
}
