import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// How a parallel `for` reports its progress.
public enum LoopProgress: Sendable {
  /// No report, at no cost.
  case none
  /// A line on standard error with the number of elements done, the total, the rate and the time left.
  ///
  /// ```
  /// 12,345/50,000   24 %   812/s   46 s left
  /// ```
  ///
  /// On a terminal, the line is updated in place, at most ten times a second. Elsewhere, as in a log, a line is added
  /// every five seconds. Each element costs one reading of the clock.
  case line
}

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

/// A loop's progress in words.
struct ProgressText: Equatable {
  /// The number of finished elements.
  var done: Int
  /// The number of all elements; nil if it is not known.
  var total: Int?
  /// The nanoseconds since the start.
  var elapsed: Int64
  /// Whether the loop is over.
  var isOver = false

  /// The line, such as `12,345/50,000   24 %   812/s   46 s left`.
  var line: String {
    var parts = [total.map { "\(NumberText.count(done))/\(NumberText.count($0))" } ?? "\(NumberText.count(done)) done"]
    if let total, total > 0 { parts.append("\(Int(Double(done) * 100 / Double(total))) %") }
    if let rate { parts.append("\(NumberText.figures(rate))/s") }
    if isOver {
      parts.append("in \(NumberText.clock(elapsed))")
    } else if let left {
      parts.append("\(NumberText.clock(left)) left")
    }
    return parts.joined(separator: "   ")
  }

  /// The elements per second.
  private var rate: Double? { done > 0 && elapsed > 0 ? Double(done) * 1e9 / Double(elapsed) : nil }

  /// The nanoseconds that the rest will take at this rate.
  private var left: Int64? {
    guard let total, done > 0, done <= total else { return nil }
    return Int64(min(Double(elapsed) / Double(done) * Double(total - done), 9e18))
  }
}

/// A line on standard error. On a terminal, each line replaces the one before; elsewhere, lines are added.
struct StandardErrorLine: Sendable {
  /// The column up to which a line is padded, because the one before may have been longer.
  private static let width = 72

  /// Whether standard error is a terminal.
  let isTerminal: Bool

  init() { isTerminal = isatty(STDERR_FILENO) == 1 }

  /// Shows a line that another one will follow.
  func show(_ line: String) { put(isTerminal ? "\r\(Self.padded(line))" : "\(line)\n") }

  /// Shows the last line.
  func finish(_ line: String) { put(isTerminal ? "\r\(Self.padded(line))\n" : "\(line)\n") }

  private static func padded(_ line: String) -> String {
    line + String(repeating: " ", count: max(0, width - line.count))
  }

  /// Writes the text in one call, so that lines of several threads do not mix. A failed write is ignored.
  private func put(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
