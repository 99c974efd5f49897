package import Dashboard
import DashboardView
package import ParallelFor
package import Screen

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A run without a dashboard. It prints a line of progress on standard error at a fixed interval.
package final class PlainLoop {
  private static let interval: Int64 = 5_000_000_000
  private static let width = 120

  private let watched: any WatchedRun
  private let signals: Int32
  private let glyphs: GlyphSet
  private let isQuiet: Bool
  private var nextLine: Instant
  private var news = RunNews()

  package private(set) var dashboard: Dashboard
  package private(set) var controller: RunController

  /// - Parameters:
  ///   - watched: The run, which has started.
  ///   - dashboard: The state of the run.
  ///   - controller: The controller of the run.
  ///   - signals: The descriptor from which signals are read.
  ///   - isQuiet: Whether to print nothing.
  package init(
    _ watched: any WatchedRun, _ dashboard: Dashboard, controller: RunController, signals: Int32, glyphs: GlyphSet,
    isQuiet: Bool
  ) {
    self.watched = watched
    self.dashboard = dashboard
    self.controller = controller
    self.signals = signals
    self.glyphs = glyphs
    self.isQuiet = isQuiet
    nextLine = MonotonicClock.now + Self.interval
  }

  /// Runs until the run is over and its results are written.
  package func run() {
    while dashboard.live.state != .done || !watched.isDelivered, !controller.isAbandoned {
      wait()
      let now = MonotonicClock.now
      for request in Signals.take(from: signals) { carryOut(request, at: now) }
      controller.tick(at: now, isIdle: dashboard.live.tally.running == 0)
      takeEvents()
      if now >= nextLine { tellProgress(at: now) }
      StandardError.sendWaiting()
    }
    if controller.reason != nil { StandardError.hurry() }
    if dashboard.takeBell() { StandardError.ring() }
  }

  /// Applies the events since the last call, and prints new problems.
  package func takeEvents() {
    let now = MonotonicClock.now
    _ = news.takeEvents(of: watched, for: &dashboard, at: now)
    _ = dashboard.takeEffects()
    for sentence in news.sentences(about: watched, for: &dashboard, at: now) { say(sentence) }
  }

  private func wait() {
    var polled = [signals, watched.waker.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), 50)
    watched.waker.clear()
  }

  private func carryOut(_ request: Signals.Request, at now: Instant) {
    switch request {
    case .interrupt:
      controller.interrupted(at: now)
      if let sentence = InterruptText.sentence(times: controller.urgency) { say(sentence) }
    case .terminate: controller.mustEnd(.terminated, at: now)
    case .hangup: controller.mustEnd(.hungUp, at: now)
    case .end(let number):
      controller.mustEnd(.signal(number), at: now)
      say("\(Signals.name(number)): waiting for running items")
    case .quit: controller.mustQuit(.quit, at: now)
    case .moreThreads: changeThreads(by: 1, at: now)
    case .fewerThreads: changeThreads(by: -1, at: now)
    case .suspend:
      if let problem = watched.suspensionProblem { say(problem) } else { Suspension.stopUntilContinued(watched) }
    case .continued: watched.programContinues()
    case .resized: break
    }
  }

  private func changeThreads(by step: Int, at now: Instant) {
    for case .run(let effect) in dashboard.perform(step > 0 ? .moreThreads : .fewerThreads, at: now) {
      controller.carryOut(effect, at: now)
    }
    // The next signal counts from the answer.
    takeEvents()
  }

  /// Prints the progress of the run.
  package func tellProgress(at now: Instant) {
    nextLine = now + Self.interval
    say(ProgressLine.text(dashboard, at: now, width: Self.width, glyphs: glyphs))
  }

  private func say(_ text: String) {
    if !isQuiet { StandardError.offer(text) }
  }
}

/// What Ctrl-C does without a dashboard.
enum InterruptText {
  /// Returns a sentence about the Ctrl-C of this number; nil if it does nothing new.
  static func sentence(times: Int) -> String? {
    switch times {
    case 1: "interrupted: waiting for running items; interrupt again to stop them, and once more to kill them"
    case 2: "interrupted again: stopping running items; interrupt once more to kill them"
    case 3: "interrupted a third time: killing running items"
    default: nil
    }
  }
}
