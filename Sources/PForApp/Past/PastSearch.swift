import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// Looks for the times of an earlier run, on a thread of its own and not in the first moments of a run.
struct PastSearch {
  /// A run that is over by then, in nanoseconds, pays nothing for it.
  private static let delay: Int64 = 300_000_000

  private let recording: RunRecording
  private let history: RunHistory?
  private let source: ItemSource
  private let format: ItemFormat

  /// - Parameters:
  ///   - plan: what is run; nil is made of one whose items can be read only once.
  ///   - recording: by what it is recorded; nil is made of a run that is not.
  ///   - history: the folder of runs; nil when there is none.
  init?(_ plan: RunPlan, recording: RunRecording?, history: RunHistory?) {
    guard let recording, plan.reader.source.isRegularFile else { return nil }
    self.recording = recording
    self.history = history
    source = plan.reader.source
    format = plan.reader.format
  }

  /// Begins to look.
  ///
  /// - Parameters:
  ///   - run: the run that goes on.
  ///   - tracker: gets what was found.
  ///   - waker: wakes the screen that shows it.
  func start(beside run: ParallelRun<Item, JobResult>, for tracker: PastTracker, waker: Waker) {
    _ = WorkerThread.start(name: "pfor-past", .none) {
      guard !run.waitUntilOver(nanoseconds: Self.delay) else { return }
      let times = try? found?.times(of: ItemReader(source: source, format: format)) {
        run.waitUntilOver(nanoseconds: 0)
      }
      tracker.learn(times ?? nil)
      waker.wake()
    }
  }

  /// Items that are run again have their times in the run itself.
  private var found: PastRun? {
    switch recording.mode {
    case .failed, .all: PastRun(path: recording.path)
    case .outstanding, nil: history.flatMap { PastRun(of: recording.record, in: $0) }
    }
  }
}
