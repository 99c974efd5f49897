import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The end of a run, simulated many times: running attempts end, and free workers take the others in order.
///
/// Equal forecasts give equal results, because the random numbers are always the same.
struct Forecast {
  /// A running attempt: how long it has run, and how long it took in an earlier run if that is known, in nanoseconds.
  struct Running {
    var age: Double
    var past: Double?
  }

  /// Items to start that an earlier run knows. Times are in nanoseconds.
  struct Known {
    /// The time of all items but the last.
    var bulk = 0.0
    /// The times of the last items in order.
    var last: [Double] = []
    /// The longest time, before which the run cannot be over.
    var longest = 0.0
    /// The standard deviation of the logarithm of an item's time over its earlier time, and the error of its mean.
    var spread = 0.2
    var error = 0.1
  }

  /// The number of items for each worker that are simulated one by one. Those before them count as a sum.
  static let itemsPerWorker = 10
  /// The number of simulations. With very many workers each one takes longer and varies less.
  private var draws: Int { min(100, max(25, 6_400 / max(1, threads))) }
  /// The quantiles of the range.
  private static let range = (low: 0.08, high: 0.92)

  var pace: RunPace.Estimate
  var threads: Int
  var running: [Running]
  /// The number of items to start whose times are unknown.
  var queued: Int
  var known = Known()
  /// How long items that failed will still wait for their next attempt, and the usual wait, in nanoseconds.
  var waits: [Double] = []
  var usualWait = 0.0

  /// Returns the range of the time left and its middle, in nanoseconds.
  func timeLeft() -> (low: Double, middle: Double, high: Double) {
    var random = RepeatableRandom()
    // Both factors are spread evenly over their distributions, independently of each other.
    let factors = (0..<draws).map { Normal.quantile((Double($0) + 0.5) / Double(draws)) }
    let pairs = zip(factors.shuffled(using: &random), factors.shuffled(using: &random))
    let ends = pairs.map { own, known in
      var draw = Draw(
        forecast: self, factor: pace.factor * exp(pace.error * own),
        knownFactor: exp(self.known.error * known), random: random)
      defer { random = draw.random }
      return draw.end()
    }.sorted()
    func at(_ quantile: Double) -> Double { ends[Int(quantile * Double(ends.count))] }
    return (at(Self.range.low), at(0.5), at(Self.range.high))
  }
}

/// One simulated end of a run.
private struct Draw {
  let forecast: Forecast
  /// The factors for times from the pace, and for times from an earlier run.
  let factor: Double
  let knownFactor: Double
  var random: RepeatableRandom

  /// When each worker is free.
  private var free = Heap<Double>()
  /// When failed items may be tried again; the next one is last.
  private var retries: [Double] = []
  private var last = 0.0

  init(forecast: Forecast, factor: Double, knownFactor: Double, random: RepeatableRandom) {
    self.forecast = forecast
    self.factor = factor
    self.knownFactor = knownFactor
    self.random = random
    retries = forecast.waits.sorted(by: >)
  }

  mutating func end() -> Double {
    for attempt in forecast.running {
      let end = rest(attempt)
      free.insert(end)
      note(end)
    }
    while free.count < forecast.threads { free.insert(0) }
    while free.count > max(1, forecast.threads) { free.removeFirst() }
    let single = Forecast.itemsPerWorker * max(1, forecast.threads)
    var (unknown, known) = (min(forecast.queued, single), forecast.known.last[...])
    share(bulk(of: forecast.queued - unknown) + forecast.known.bulk * knownFactor / (1 - forecast.pace.retryShare))
    // However often attempts fail, a simulation ends.
    for _ in 0..<(40 * (unknown + known.count + retries.count + forecast.running.count + 1)) {
      if unknown == 0, known.isEmpty, retries.isEmpty { break }
      begin(&unknown, &known)
    }
    return max(last, free.elements.max() ?? 0, forecast.known.longest * knownFactor)
  }

  /// Lets the first free worker take an attempt: a retry that is due, or else the next item.
  private mutating func begin(_ unknown: inout Int, _ known: inout ArraySlice<Double>) {
    var begin = free.first ?? 0
    let time: Double
    if let due = retries.last, due <= begin || unknown + known.count == 0 {
      retries.removeLast()
      begin = max(begin, due)
      time = drawn()
    } else if !known.isEmpty, random.unit() * Double(unknown + known.count) >= Double(unknown) {
      time = rest(ofKnown: known.removeFirst(), age: 0)
    } else {
      unknown -= 1
      time = drawn()
    }
    free.replaceFirst(by: begin + time)
    note(begin + time)
  }

  /// Notes the end of an attempt, which another one may follow.
  private mutating func note(_ end: Double) {
    last = max(last, end)
    guard forecast.pace.retryShare > 0, random.unit() < forecast.pace.retryShare else { return }
    let due = end + forecast.usualWait
    retries.insert(due, at: retries.firstIndex { $0 < due } ?? retries.count)
  }

  private mutating func drawn() -> Double { factor * forecast.pace.survival.time(beyond: random.unit()) }

  private mutating func rest(_ attempt: Forecast.Running) -> Double {
    if let past = attempt.past { return rest(ofKnown: past, age: attempt.age) }
    return factor * forecast.pace.survival.rest(age: attempt.age / factor, at: random.unit())
  }

  /// The rest of an attempt whose time is log-normal around that of an earlier run.
  private mutating func rest(ofKnown time: Double, age: Double) -> Double {
    let spread = forecast.known.spread
    let middle = time * knownFactor * exp(-spread * spread / 2)
    guard age > 0 else { return middle * exp(spread * Normal.quantile(random.unit())) }
    let past = Normal.probability(upTo: log(age / middle) / spread)
    // It has run far longer than expected, so the rest is a part of its age.
    guard past < 0.999 else { return age * spread / 2 * -log(random.unit()) }
    return max(0, middle * exp(spread * Normal.quantile(past + (1 - past) * random.unit())) - age)
  }

  /// The time of many items together, by the central limit theorem.
  private mutating func bulk(of items: Int) -> Double {
    guard items > 0 else { return 0 }
    let attempts = Double(items) / (1 - forecast.pace.retryShare)
    let noise = attempts.squareRoot() * forecast.pace.survival.deviation * Normal.quantile(random.unit())
    return max(0, attempts * forecast.pace.survival.mean + noise) * factor
  }

  /// Shares work among the workers so that those that are free earlier take more of it.
  private mutating func share(_ work: Double) {
    guard work > 0 else { return }
    let times = free.elements.sorted()
    var (rest, filled) = (work, 1)
    while filled < times.count {
      let step = (times[filled] - times[filled - 1]) * Double(filled)
      if step > rest { break }
      rest -= step
      filled += 1
    }
    let level = times[filled - 1] + rest / Double(filled)
    free = Heap()
    for (index, time) in times.enumerated() { free.insert(index < filled ? level : time) }
  }
}

/// Random numbers that are the same each time: SplitMix64 (Steele, Lea and Flood, 2014).
package struct RepeatableRandom: RandomNumberGenerator {
  private var state: UInt64

  /// - Parameter state: Decides all numbers.
  package init(state: UInt64 = 42) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }

  /// Returns a number between 0 and 1, both excluded.
  package mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }
}
