import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How long items take at the number of threads in force, and what earlier numbers of threads say about it.
struct RunPace: Equatable, Sendable {
  /// The time since the last change of the number of threads.
  private struct Period: Equatable, Sendable {
    var threads = 0
    var since = Instant(nanoseconds: .min / 2)
    /// The attempts that started in this period.
    var window = LatencyWindow()
    var trend = PaceTrend(threads: 0)
    /// The time that attempts took, and that workers were alive before, in nanoseconds.
    var timed = 0.0
    var earlierWorkerTime = 0.0
  }

  /// What is known about the time of an attempt now.
  struct Estimate {
    var survival: Survival
    /// The factor for the times of the survival, and the standard error of its logarithm.
    var factor: Double
    var error: Double
    /// The share of attempts that are followed by another one.
    var retryShare: Double
  }

  /// From this number of attempts on, earlier numbers of threads say nothing more.
  private static let enoughAttempts = 400
  /// The number of attempts up to which the shape of the distribution comes from the time before, too.
  private static let enoughForShape = 20
  /// The least error: no run keeps its pace exactly.
  private static let drift = 0.04

  private var period = Period()
  private var curve = ThreadCurve()
  /// The latencies of an earlier period.
  private var shape: LatencyBlock?
  private var attempts = 0
  private var retried = 0

  /// Starts a new period if the number of threads is another one.
  ///
  /// - Parameter workerTime: The time that workers have been alive so far, in nanoseconds.
  mutating func setThreads(_ threads: Int, at now: Instant, workerTime: Double) {
    guard threads != period.threads else { return }
    if period.window.count >= 3 {
      curve.set(measured(workerTime: workerTime), at: period.threads)
      shape = period.window.whole
    }
    let isFirst = period.threads == 0 && attempts == 0
    period = Period(threads: threads, trend: PaceTrend(threads: threads), earlierWorkerTime: workerTime)
    if !isFirst { period.since = now }
  }

  /// Counts the end of an attempt.
  mutating func count(from start: Instant, latency: Int64, isRetried: Bool) {
    attempts += 1
    if isRetried { retried += 1 }
    period.timed += Double(latency)
    guard start >= period.since else { return }
    period.window.add(latency)
    period.trend.add(latency)
  }

  /// Counts an attempt as its item's last one, although it was counted as retried.
  mutating func makeLast() { retried -= 1 }

  /// Returns what is known about the time of an attempt; nil if nothing is.
  ///
  /// - Parameters:
  ///   - running: When the running attempts that count have started.
  ///   - left: The number of items that have not ended.
  ///   - workerTime: The time that workers have been alive so far, in nanoseconds.
  func estimate(running: [Instant], left: Int, at now: Instant, workerTime: Double) -> Estimate? {
    let own = period.window.whole
    let ages = running.filter { $0 >= period.since }.map { Double(max(0, now.nanoseconds(since: $0))) }
    let predicted = own.count < Self.enoughAttempts ? curve.time(at: period.threads) : nil
    guard let counts = counts(own, predicted) else { return nil }
    let survival = Survival(ended: counts, ages: ages)
    let stretch = stretch(workerTime: workerTime, running: ages.reduce(0, +))
    var time = mean(own, survival, ages)
    time.logTime += log(stretch)
    if let predicted { time = own.count == 0 ? predicted : Self.combine(time, predicted) }
    if let change = period.trend.change(left: left, recent: own.count) { time = time + change }
    let error = ThreadCurve.sum(ThreadCurve.sum(time.error, Self.drift), period.window.unrest)
    return Estimate(
      survival: survival, factor: exp(time.logTime) / max(1, survival.mean), error: error,
      retryShare: attempts > 0 ? min(0.9, Double(retried) / Double(attempts)) : 0)
  }

  /// The distribution to use when nothing has ended, so that an item is expected to take twice its age.
  static func guess(ages: [Double]) -> Estimate? {
    guard let longest = ages.max(), longest > 0 else { return nil }
    var counts = [Double](repeating: 0, count: LatencyBucket.count)
    counts[LatencyBucket.index(of: Int64(2 * longest))] = 1
    return Estimate(survival: Survival(ended: counts, ages: ages), factor: 1, error: 1, retryShare: 0)
  }

  /// The attempts in each bucket. While they are few, an earlier period gives the shape; nil without any.
  private func counts(_ own: LatencyBlock, _ predicted: ThreadCurve.Time?) -> [Double]? {
    var counts = own.buckets.map { Double($0) }
    if own.count < Self.enoughForShape, let predicted, let shape {
      let missing = 1 - Double(own.count) / Double(Self.enoughForShape)
      let weight = missing * max(1, 5 / (1 + 10 * predicted.error)) / Double(shape.count)
      let shift = Int(((predicted.logTime - log(max(1, shape.mean))) / LatencyBucket.width).rounded())
      for (index, count) in shape.buckets.enumerated() where count > 0 {
        counts[min(max(0, index + shift), counts.count - 1)] += weight * Double(count)
      }
      return counts
    }
    return own.count > 0 ? counts : nil
  }

  /// The mean time of an attempt.
  ///
  /// With many attempts, the total time of ended and running ones gives the mean, without a guess about the tail. With
  /// few, the mean of the survival depends on the running ones. They may take no longer than those that ended, so the
  /// result lies between both means.
  private func mean(_ own: LatencyBlock, _ survival: Survival, _ ages: [Double]) -> ThreadCurve.Time {
    if own.count >= 10 * period.threads {
      let share = Double(own.count) / Double(max(own.count, attempts))
      let time = (own.sum + ages.reduce(0, +) * share) / Double(own.count)
      return ThreadCurve.Time(logTime: log(max(1, time)), error: own.error)
    }
    let soonest = ages.reduce(own.sum) { $0 + max($1, own.mean) } / Double(max(1, own.count + ages.count))
    let doubt = max(0, log(max(1, survival.mean) / max(1, soonest)))
    let part = 1 - min(1, Double(own.count) / Double(2 * ages.count + 1))
    return ThreadCurve.Time(
      logTime: log(max(1, survival.mean)) - part * doubt / 2, error: ThreadCurve.sum(own.error, part * doubt / 2.2))
  }

  private func measured(workerTime: Double) -> ThreadCurve.Time {
    let own = period.window.whole
    return ThreadCurve.Time(
      logTime: log(max(1, own.mean) * stretch(workerTime: workerTime, running: 0)), error: own.error)
  }

  /// The time of workers for each time of items: above 1 if workers also wait between items.
  private func stretch(workerTime: Double, running: Double) -> Double {
    let timed = period.timed + running
    return timed > 0 ? max(1, min(100, (workerTime - period.earlierWorkerTime) / timed)) : 1
  }

  /// Combines two independent measurements, each with the weight of its error.
  private static func combine(_ left: ThreadCurve.Time, _ right: ThreadCurve.Time) -> ThreadCurve.Time {
    let weights = (1 / (left.error * left.error), 1 / (right.error * right.error))
    let sum = weights.0 + weights.1
    return ThreadCurve.Time(
      logTime: (weights.0 * left.logTime + weights.1 * right.logTime) / sum, error: 1 / sum.squareRoot())
  }
}
