import Synchronization

/// Counts a loop's finished elements and now and then writes a progress line, on the thread that finished an element.
@usableFromInline
final class ProgressMeter: Sendable {
  /// The minimum time between two lines, in nanoseconds.
  private static let terminalInterval: Int64 = 100_000_000
  private static let logInterval: Int64 = 5_000_000_000

  private let total: Int?
  private let begin = MonotonicClock.now
  private let interval: Int64
  private let output: StandardErrorLine
  private let done = Atomic<Int>(0)
  private let nextLine: Atomic<Int64>
  private let hasEnded = Atomic<Bool>(false)

  private init(total: Int?, output: StandardErrorLine) {
    self.total = total
    self.output = output
    interval = output.isTerminal ? Self.terminalInterval : Self.logInterval
    nextLine = Atomic(begin.nanoseconds + interval)
  }

  /// Starts to count. Returns nil when there is nothing to report.
  @usableFromInline
  static func start(_ progress: LoopProgress, total: Int?) -> ProgressMeter? {
    switch progress {
    case .none: nil
    case .line: ProgressMeter(total: total, output: StandardErrorLine())
    }
  }

  /// Counts one more element.
  @usableFromInline
  func count() {
    let done = done.add(1, ordering: .relaxed).newValue
    let now = MonotonicClock.now
    let due = nextLine.load(ordering: .relaxed)
    // Several threads may find the line due. Only one of them writes it.
    guard now.nanoseconds >= due,
      nextLine.compareExchange(expected: due, desired: now.nanoseconds + interval, ordering: .relaxed).exchanged
    else { return }
    output.show(text(done, at: now).line)
  }

  /// Writes the last line, at the end of the loop. Further calls do nothing.
  @usableFromInline
  func end() {
    guard !hasEnded.exchange(true, ordering: .relaxed) else { return }
    var text = text(done.load(ordering: .relaxed), at: MonotonicClock.now)
    text.isOver = true
    output.finish(text.line)
  }

  deinit { end() }

  private func text(_ done: Int, at now: Instant) -> ProgressText {
    ProgressText(done: done, total: total, elapsed: now.nanoseconds(since: begin))
  }
}
