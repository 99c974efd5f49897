import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// Looks for the times of an earlier run, on its own thread and shortly after the start of the run.
struct PastSearch {
  /// The delay before the search, so that a shorter run does not pay for it.
  private static let delay = Duration.milliseconds(300)

  private let recording: RunRecording
  private let history: RunHistory?
  private let source: ItemSource
  private let format: ItemFormat

  /// Creates a search; nil for a run that is not recorded or whose items can be read only once.
  ///
  /// - Parameters:
  ///   - plan: the plan of the run.
  ///   - recording: the run's record.
  ///   - history: the folder of runs; nil if there is none.
  init?(_ plan: RunPlan, recording: RunRecording?, history: RunHistory?) {
    guard let recording, plan.reader.source.isRegularFile else { return nil }
    self.recording = recording
    self.history = history
    source = plan.reader.source
    format = plan.reader.format
  }

  /// Starts the search.
  ///
  /// - Parameters:
  ///   - run: the current run.
  ///   - tracker: gets the times that were found.
  ///   - waker: wakes the loop that shows them.
  func start(beside run: ParallelRun<Item, JobResult>, for tracker: PastTracker, waker: Waker) {
    _ = WorkerThread.start(name: "pfor-past", .none) {
      guard !run.waitUntilOver(within: Self.delay) else { return }
      let past = PastRun.find(for: recording, in: history)
      let times = try? past?.times(of: ItemReader(source: source, format: format)) {
        run.waitUntilOver(within: .zero)
      }
      tracker.learn(times ?? nil)
      waker.wake()
    }
  }
}
