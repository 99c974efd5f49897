import ParallelFor
import ParallelForDashboard

/// Starts the program's own threads, beside those of the workers.
enum AppThread {
  /// Runs `body` on a new thread.
  ///
  /// - Throws: when the system has no thread to give, after two seconds of trying.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(AppError) {
    if WorkerThread.start(name: name, .patient, body: body) { return }
    throw AppError(noThread)
  }

  /// What to say when the system has no thread to give.
  static let noThread = "the system has no thread to give; see 'ulimit -u' and the limits of the control group"
}
