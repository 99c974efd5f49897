import ParallelFor

/// The effect of a change of threads on the rate, available when both sides have been measured for long enough.
///
/// A period starts when as many workers are alive as were asked for and as many items have ended as there are threads,
/// because those started before. It ends with the next change. Pauses interrupt it.
package struct ThreadComparison: Equatable, Sendable {
  static let enoughItems = 30
  static let enoughTime: Int64 = 2_000_000_000

  /// A period with a constant number of threads.
  package struct Period: Equatable, Sendable {
    package let threads: Int
    /// The number of items that ended in it.
    package internal(set) var items = 0
    var since: Instant?
    var earlier: Int64 = 0
    var itemsToSkip: Int

    init(threads: Int) {
      self.threads = threads
      itemsToSkip = threads
    }

    var isMeasured: Bool { items >= enoughItems && earlier >= enoughTime }
    /// The items per second.
    package var rate: Double { earlier > 0 ? Double(items) * 1e9 / Double(earlier) : 0 }

    mutating func countItem(at instant: Instant) {
      if itemsToSkip > 0 {
        itemsToSkip -= 1
        if itemsToSkip == 0 { since = instant }
        return
      }
      items += 1
      extend(to: instant)
    }

    private mutating func extend(to instant: Instant) {
      if let since { earlier += max(0, instant.nanoseconds(since: since)) }
      since = instant
    }
  }

  /// The last measured period before the change.
  package private(set) var before: Period?
  /// The period since the change.
  package private(set) var after: Period?

  /// The two periods, if both are measured.
  package var measured: (before: Period, after: Period)? {
    guard let before, let after, after.isMeasured else { return nil }
    return (before, after)
  }

  /// The gain as a fraction of the rate before, and whether it exceeds chance; nil until measured.
  package var gain: (fraction: Double, isClear: Bool)? {
    guard let (before, after) = measured, before.rate > 0 else { return nil }
    let fraction = after.rate / before.rate - 1
    let chance = 2 * (1 / Double(before.items) + 1 / Double(after.items)).squareRoot()
    return (fraction, abs(fraction) > chance)
  }

  mutating func workersSettled(at threads: Int) {
    if after?.threads == threads { return }
    endPeriod()
    after = threads > 0 ? Period(threads: threads) : nil
  }

  mutating func endPeriod() {
    if let period = after, period.isMeasured { before = period }
    after = nil
  }

  mutating func interrupt() {
    guard var period = after else { return }
    period.since = nil
    period.itemsToSkip = period.threads
    after = period
  }

  @inline(__always)
  mutating func countItem(at instant: Instant) { after?.countItem(at: instant) }
}
