import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The results of each number of threads that has been in force for long enough.
package struct ThreadRates: Equatable, Sendable {
  /// The measured periods, by number of threads and then by time. Of each number, the latest are kept.
  private var closed: [ThreadPeriod] = []
  private var current: ThreadPeriod?

  private static let periodsKept = 8

  mutating func workersSettled(at threads: Int) {
    if current?.threads == threads { return }
    endPeriod()
    current = threads > 0 ? ThreadPeriod(threads: threads) : nil
  }

  mutating func endPeriod() {
    if let current, current.isMeasured { close(current) }
    current = nil
  }

  mutating func interrupt() { current?.interrupt() }

  @inline(__always)
  mutating func count(_ latency: Int64, isSuccess: Bool, at instant: Instant) {
    current?.count(latency, isSuccess: isSuccess, at: instant)
  }

  private mutating func close(_ period: ThreadPeriod) {
    closed.insert(period, at: closed.firstIndex { $0.threads > period.threads } ?? closed.count)
    let alike = closed.indices.filter { closed[$0].threads == period.threads }
    if alike.count > Self.periodsKept { closed.remove(at: alike[0]) }
  }

  // MARK: - Results

  /// The number of threads in force and the number of items so far, while they are too few to be compared.
  package var unmeasured: (threads: Int, items: Int)? {
    guard let current, !current.isMeasured else { return nil }
    return (current.threads, current.items)
  }

  /// The measured numbers of threads, in their order.
  package var points: [ThreadPoint] {
    var periods: [Int: [ThreadPeriod]] = [:]
    for period in closed + (current.map { $0.isMeasured ? [$0] : [] } ?? []) {
      periods[period.threads, default: []].append(period)
    }
    return periods.values.map(ThreadPoint.init).sorted { $0.threads < $1.threads }
  }
}

/// The results of a number of threads in all of its periods.
package struct ThreadPoint: Equatable, Sendable {
  package let threads: Int
  /// The number of items that succeeded.
  package let items: Int
  /// The items per second.
  package let rate: Double
  /// The standard error of the rate, as a fraction of it.
  package let error: Double
  /// The median and the 95th percentile of the latencies, in nanoseconds.
  package let p50: Int64
  package let p95: Int64
  /// The rates of the first and the last period, if they clearly differ although the number of threads is the same.
  package let drift: Drift?

  /// A change of the rate by itself, in items per second.
  package struct Drift: Equatable, Sendable {
    package let before: Double
    package let after: Double
  }

  /// - Parameter periods: The periods with this number of threads, at least one, in order of time.
  init(_ periods: [ThreadPeriod]) {
    threads = periods[0].threads
    items = periods.reduce(0) { $0 + $1.items }
    let time = periods.reduce(0.0) { $0 + Double($1.time) }
    rate = time > 0 ? Double(items) * 1e9 / time : 0
    let squares = periods.reduce(0.0) {
      let part = $1.error * Double($1.items)
      return $0 + part * part
    }
    error = squares.squareRoot() / Double(max(1, items))
    let latencies = periods.dropFirst().reduce(into: periods[0].latencies) { $0.add($1.latencies) }
    p50 = latencies.value(at: 0.5) ?? 0
    p95 = latencies.value(at: 0.95) ?? 0
    drift = Self.drift(periods)
  }

  private static func drift(_ periods: [ThreadPeriod]) -> Drift? {
    guard let first = periods.first, let last = periods.last, periods.count > 1 else { return nil }
    let gain = Gain(of: (last.rate, last.error), over: (first.rate, first.error))
    return gain.isClear && abs(gain.logRatio) > 0.15 ? Drift(before: first.rate, after: last.rate) : nil
  }

  /// Returns how much more this number of threads does than another one.
  package func gain(over other: ThreadPoint) -> Gain { Gain(of: (rate, error), over: (other.rate, other.error)) }
}

/// The ratio of two rates.
package struct Gain: Equatable, Sendable {
  /// A smaller difference is not worth a thread, as a natural logarithm.
  private static let least = 0.05

  /// The natural logarithm of the ratio, and its standard error.
  package let logRatio: Double
  package let error: Double

  init(of left: (rate: Double, error: Double), over right: (rate: Double, error: Double)) {
    logRatio = left.rate > 0 && right.rate > 0 ? log(left.rate / right.rate) : 0
    error = ThreadCurve.sum(left.error, right.error)
  }

  /// The ratio.
  package var ratio: Double { exp(logRatio) }
  /// Whether the difference is more than chance, with a confidence of 99 %.
  package var isClear: Bool { abs(logRatio) > max(Self.least, 2.6 * error) }
  package var isClearGain: Bool { isClear && logRatio > 0 }
  package var isClearLoss: Bool { isClear && logRatio < 0 }
  /// Whether any gain is certainly too small to be worth a thread.
  package var isNoGain: Bool { logRatio + error < Self.least || isClearLoss }
}
