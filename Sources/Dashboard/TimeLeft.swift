package import ParallelFor

/// How long a run will still take, as far as that is known.
package enum TimeLeft: Equatable, Sendable {
  /// Nothing is left.
  case none
  /// Nothing has ended yet, or no thread is asked for.
  case unknown
  /// The number of items is unknown. Those that are known take at least this many nanoseconds.
  case atLeast(Int64)
  /// Items wait for their turn.
  case estimate(Range)
  /// No item waits: `running` items still run, and the longest has run for `elapsed` nanoseconds. The range is nil if
  /// nothing has ended yet.
  case lastItems(Range?, running: Int, longest: ItemID, elapsed: Int64)

  /// A range in which the true time lies in about four of five cases.
  package struct Range: Equatable, Sendable {
    /// The ends of the range and the most likely time, in nanoseconds.
    package var low: Int64
    package var middle: Int64
    package var high: Int64
    /// Whether the range is mostly based on an earlier run of the same items.
    package var isFromPast = false

    /// Whether the range is so narrow that its middle says enough.
    package var isNarrow: Bool { Double(high) <= 1.2 * Double(low) }

    /// Makes a range from nanoseconds.
    package init(low: Int64, middle: Int64, high: Int64, isFromPast: Bool = false) {
      self.low = low
      self.middle = middle
      self.high = high
      self.isFromPast = isFromPast
    }

    func later(by nanoseconds: Int64) -> Range {
      Range(
        low: max(0, low - nanoseconds), middle: max(0, middle - nanoseconds), high: max(0, high - nanoseconds),
        isFromPast: isFromPast)
    }
  }
}

/// A forecast and when it was made. A forecast costs up to some milliseconds, so frames share one.
struct RecentForecast: Equatable, Sendable {
  /// How long a forecast is used, in nanoseconds.
  private static let lifetime: Int64 = 1_000_000_000

  var range: TimeLeft.Range?
  var instant: Instant
  /// What makes it obsolete when it changes.
  var threads: Int
  var isLast: Bool
  var isPaused: Bool
  var isPastKnown: Bool

  func isValid(at now: Instant, for facts: RunFacts) -> Bool {
    // Unknown becomes known with the next event.
    range != nil && isPastKnown == (facts.past != nil) && threads == facts.targetWorkers
      && isLast == facts.isNothingLeftToBegin && isPaused == facts.isPaused
      && instant <= now && now.nanoseconds(since: instant) < Self.lifetime
  }
}

extension RunFacts {
  /// Returns how long the run will still take.
  package func timeLeft(at now: Instant) -> TimeLeft {
    guard state != .done else { return .none }
    if tally.running > 0, isNothingLeftToBegin { return lastItems(at: now) }
    guard isHandingOut, let range = range(at: now) else { return .unknown }
    return total == nil ? .atLeast(range.low) : .estimate(range)
  }

  /// Whether no further items will start: all are known and none waits, or the run is finishing or stopping.
  package var isNothingLeftToBegin: Bool {
    !isHandingOut || total.map { tally.known >= $0 } ?? false && tally.queued == 0 && tally.waiting == 0
  }

  /// Whether queued items will start. Once the run is finishing or stopping, they never do.
  package var isHandingOut: Bool { state == .running || state == .paused }

  private func lastItems(at now: Instant) -> TimeLeft {
    guard let longest = runningItems.min(by: { ($0.start, $0.id) < ($1.start, $1.id) }) else { return .unknown }
    return .lastItems(
      state == .stopping ? nil : range(at: now), running: tally.running, longest: longest.id,
      elapsed: max(0, now.nanoseconds(since: longest.start)))
  }

  // MARK: - The forecast

  /// Makes the forecast and the other figures that are computed once a second, unless the present ones are newer.
  mutating func refreshForecast(at now: Instant) {
    if let forecast, forecast.isValid(at: now, for: self) { return }
    forecast = nil
    scaling = ScalingBand(threadRates.points)
    guard state != .done else { return }
    let times = Utilization.WorkerTimes(busy: busyTime(at: now), held: heldTime(at: now), alive: workerTime(at: now))
    utilization.note(times, machine, at: now)
    forecast = RecentForecast(
      range: forecastRange(at: now), instant: now, threads: targetWorkers, isLast: isNothingLeftToBegin,
      isPaused: isPaused, isPastKnown: past != nil)
  }

  private func range(at now: Instant) -> TimeLeft.Range? {
    guard let forecast, forecast.isValid(at: now, for: self) else { return forecastRange(at: now) }
    return forecast.range?.later(by: isPaused ? 0 : now.nanoseconds(since: forecast.instant))
  }

  private func forecastRange(at now: Instant) -> TimeLeft.Range? {
    guard targetWorkers > 0 || isNothingLeftToBegin else { return nil }
    let items = runningItems
    let running = items.map { item in
      Forecast.Running(age: Double(max(0, now.nanoseconds(since: item.start))), past: past?.time(of: item.id))
    }
    let queued = isHandingOut ? tally.queued : 0
    let known = isHandingOut ? knownItems(running) : Forecast.Known()
    let knownCount = isHandingOut ? (past?.items ?? 0) - running.count { $0.past != nil } : 0
    guard let pace = paceEstimate(items, running, at: now, isKnown: past != nil && (past?.items ?? 0) > 0) else {
      return nil
    }
    let waits = isHandingOut ? waiting.values.map { Double(max(0, $0.retryAt.nanoseconds(since: now))) } : []
    let left = Forecast(
      pace: pace, threads: targetWorkers, running: running, queued: max(0, queued - max(0, knownCount)), known: known,
      waits: waits, usualWait: Double(retryWait)
    ).timeLeft()
    func nanoseconds(_ value: Double) -> Int64 { Int64(min(value, 9e18)) }
    return TimeLeft.Range(
      low: nanoseconds(left.low), middle: nanoseconds(left.middle), high: nanoseconds(left.high),
      isFromPast: isMostlyKnown(running, queued))
  }

  private func paceEstimate(
    _ items: [StartedItem], _ running: [Forecast.Running], at now: Instant, isKnown: Bool
  ) -> RunPace.Estimate? {
    let left = isHandingOut ? tally.queued + tally.waiting + running.count : running.count
    let estimate = pace.estimate(running: items.map(\.start), left: left, at: now, workerTime: workerTime(at: now))
    if let estimate { return estimate }
    return isKnown ? RunPace.guess(ages: running.map(\.age) + [1]) : nil
  }

  /// The items of an earlier run that have not started.
  private func knownItems(_ running: [Forecast.Running]) -> Forecast.Known {
    guard let past, past.items > 0 else { return Forecast.Known() }
    guard startsInInputOrder else {
      let bulk = past.work - running.reduce(0) { $0 + ($1.past ?? 0) }
      return Forecast.Known(
        bulk: max(0, bulk), longest: past.longestTime(from: 0), spread: past.spread, error: past.error)
    }
    let last = past.lastTimes(Forecast.itemsPerWorker * max(1, targetWorkers), from: begun)
    let bulk = past.work - last.reduce(0, +) - running.reduce(0) { $0 + ($1.past ?? 0) }
    return Forecast.Known(
      bulk: max(0, bulk), last: last, longest: past.longestTime(from: begun), spread: past.spread, error: past.error)
  }

  /// Whether an earlier run knows at least half of the items that are left.
  private func isMostlyKnown(_ running: [Forecast.Running], _ queued: Int) -> Bool {
    guard let past else { return false }
    return isNothingLeftToBegin
      ? !running.isEmpty && running.allSatisfy { $0.past != nil } : 2 * past.items >= queued + running.count
  }

  /// Returns the total time that workers were alive outside of pauses, in nanoseconds.
  func workerTime(at now: Instant) -> Double {
    isPaused ? workerTime : workerTime + Double(liveWorkers) * Double(max(0, now.nanoseconds(since: latest)))
  }

  /// Returns the total time that workers had no item because none could begin, outside of pauses, in nanoseconds.
  func heldTime(at now: Instant) -> Double {
    isPaused ? heldTime : heldTime + Double(heldWorkers) * Double(max(0, now.nanoseconds(since: latest)))
  }

  /// The number of workers that have no item because a limit of the machine, results that are not taken, or a missing
  /// connection keeps them from one.
  private var heldWorkers: Int {
    let idle = max(0, liveWorkers - tally.running)
    let isFull = deliveryWindow.map { delivery.held + tally.running >= $0 } ?? false
    return isFull || hold != nil ? idle : min(idle, connecting.count)
  }
}
