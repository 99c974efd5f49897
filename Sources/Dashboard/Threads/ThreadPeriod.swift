import ParallelFor

/// A time with a constant number of threads, and the items that succeeded in it.
///
/// It starts when the requested number of workers are alive and one item per thread has ended, because those items
/// started before. It ends with the next change. Pauses interrupt it. Only successes count, because failures are often
/// fast.
struct ThreadPeriod: Equatable, Sendable {
  private static let enoughItems = 30
  private static let enoughTime: Int64 = 2_000_000_000

  let threads: Int
  private(set) var items = 0
  /// How long items took.
  private(set) var latencies = LatencyShape()
  /// The time in nanoseconds.
  private(set) var time: Int64 = 0
  private var batches: BatchTimes
  private var since: Instant?
  private var itemsToSkip: Int

  init(threads: Int) {
    self.threads = threads
    itemsToSkip = threads
    // Threads that started together end together, so a batch holds at least one item of each.
    batches = BatchTimes(itemsPerBatch: max(4, threads))
  }

  /// Whether it is long enough to be compared.
  var isMeasured: Bool { items >= Self.enoughItems && time >= Self.enoughTime }

  /// The items per second.
  var rate: Double { time > 0 ? Double(items) * 1e9 / Double(time) : 0 }

  /// The standard error of the rate, as a fraction of it.
  var error: Double { batches.error ?? 1 / Double(max(1, items)).squareRoot() }

  @inline(__always)
  mutating func count(_ latency: Int64, isSuccess: Bool, at instant: Instant) {
    guard let since else { return skip(at: instant) }
    let elapsed = max(0, instant.nanoseconds(since: since))
    time += elapsed
    self.since = instant
    batches.pass(Double(elapsed))
    guard isSuccess else { return }
    items += 1
    latencies.add(latency)
    batches.countItem()
  }

  private mutating func skip(at instant: Instant) {
    itemsToSkip -= 1
    if itemsToSkip <= 0 { since = instant }
  }

  /// Leaves out the time until one item per thread has ended again.
  mutating func interrupt() {
    since = nil
    itemsToSkip = threads
  }
}

/// The times of batches of equally many items, from which the error of a rate follows.
///
/// The method of batch means: neighbouring items depend on each other, for instance when they wait for the same lock, but
/// sums over many of them hardly do. When there are too many batches, pairs become one.
struct BatchTimes: Equatable, Sendable {
  private static let mostBatches = 32
  private static let fewestBatches = 4
  /// The least error of a rate, however even the batches are.
  private static let leastError = 0.01

  private var itemsPerBatch: Int
  private var times: [Double] = []
  private var items = 0
  private var time = 0.0

  init(itemsPerBatch: Int) { self.itemsPerBatch = itemsPerBatch }

  /// Adds a time in nanoseconds to the open batch.
  @inline(__always)
  mutating func pass(_ time: Double) { self.time += time }

  @inline(__always)
  mutating func countItem() {
    items += 1
    if items == itemsPerBatch { closeBatch() }
  }

  private mutating func closeBatch() {
    times.append(time)
    (items, time) = (0, 0)
    guard times.count == Self.mostBatches else { return }
    times = stride(from: 0, to: times.count, by: 2).map { times[$0] + times[$0 + 1] }
    itemsPerBatch *= 2
  }

  /// The standard error of the mean time as a fraction of it; nil while there are too few batches.
  var error: Double? {
    guard times.count >= Self.fewestBatches else { return nil }
    let count = Double(times.count)
    let mean = times.reduce(0, +) / count
    guard mean > 0 else { return nil }
    let variance = times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    // Few batches may be alike by chance.
    let doubt = 1 + 2 / count
    return max(Self.leastError, doubt * (variance / count).squareRoot() / mean)
  }
}

/// A histogram of latencies, for percentiles to within 5 %. They are exact if all latencies are equal.
struct LatencyShape: Equatable, Sendable {
  private var counts = [UInt32](repeating: 0, count: LatencyBucket.count)
  private var sums = [Double](repeating: 0, count: LatencyBucket.count)

  @inline(__always)
  mutating func add(_ latency: Int64) {
    let index = LatencyBucket.index(of: latency)
    counts[index] &+= 1
    sums[index] += Double(latency)
  }

  mutating func add(_ other: LatencyShape) {
    for index in counts.indices {
      counts[index] &+= other.counts[index]
      sums[index] += other.sums[index]
    }
  }

  /// Returns the latency in nanoseconds that a share of the items does not exceed; nil without items.
  func value(at share: Double) -> Int64? {
    let wanted = share * Double(counts.reduce(0) { $0 + Int($1) })
    var passed = 0.0
    for (index, count) in counts.enumerated() where count > 0 {
      passed += Double(count)
      if passed >= wanted { return Int64(min(sums[index] / Double(count), 9e18)) }
    }
    return nil
  }
}
