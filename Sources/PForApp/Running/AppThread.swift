import ParallelFor
import ParallelForDashboard

/// Starts the program's threads other than the workers.
enum AppThread {
  /// Runs `body` on a new thread.
  ///
  /// - Throws: if the system cannot create a thread, after two seconds of trying.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(AppError) {
    if WorkerThread.start(name: name, .patient, body: body) { return }
    throw AppError(noThread)
  }

  /// The message for a thread that the system cannot create.
  static let noThread = "the system cannot create a thread; see 'ulimit -u' and the limits of the control group"
}
