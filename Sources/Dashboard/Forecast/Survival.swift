#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The distribution of how long an item takes, from ended items and from the ages of running ones.
///
/// Running items are censored at their age, by the estimator of Kaplan and Meier ("Nonparametric Estimation from
/// Incomplete Observations", 1958). Beyond the longest time seen, the tail is Pareto's; its exponent is Hill's estimate
/// ("A Simple General Approach to Inference About the Tail of a Distribution", 1975).
struct Survival {
  /// The number of items from which the exponent of the tail can be estimated.
  private static let enoughForTail = 100.0
  private static let usualExponent = 2.0

  /// For each bucket, the probability that an item takes longer than the bucket's lower edge.
  private var longer: [Double] = []
  /// Where the tail begins in nanoseconds, and its exponent.
  private var tailEdge = 0.0
  private let exponent: Double
  /// The index after the last bucket before the tail.
  private var end = 0
  /// The mean and the standard deviation in nanoseconds.
  private(set) var mean = 0.0
  private(set) var deviation = 0.0

  /// - Parameters:
  ///   - ended: The number of ended items in each bucket, some of them above 0.
  ///   - ages: How long running items have run, in nanoseconds.
  init(ended: [Double], ages: [Double]) {
    var running = [Double](repeating: 0, count: ended.count)
    for age in ages { running[LatencyBucket.index(of: Int64(age))] += 1 }
    var (atRisk, left) = (ended.reduce(Double(ages.count), +), 1.0)
    for (index, count) in ended.enumerated() {
      longer.append(left)
      // An item that runs is at risk for half of its own bucket.
      if count > 0 { left *= max(0, 1 - count / max(count, atRisk - running[index] / 2)) }
      atRisk -= count + running[index]
      if count > 0 || left > 0 && running[index] > 0 { end = index + 1 }
      if left < 1e-9 { left = 0 }
    }
    longer.append(left)
    tailEdge = LatencyBucket.edge(end)
    exponent = Self.exponent(of: ended)
    measure()
  }

  private static func exponent(of ended: [Double]) -> Double {
    let total = ended.reduce(0, +)
    guard total >= enoughForTail else { return usualExponent }
    var (count, sum, index) = (0.0, 0.0, ended.count)
    while index > 1, count < total * 0.05 {
      index -= 1
      count += ended[index]
      sum += ended[index] * log(LatencyBucket.middle(index))
    }
    let excess = sum / count - log(LatencyBucket.edge(index))
    return excess > 0 ? min(3, max(1.3, 1 / excess)) : 3
  }

  private mutating func measure() {
    var (sum, squares) = (0.0, 0.0)
    func add(_ share: Double, _ time: Double, _ spread: Double = 1) {
      sum += share * time
      squares += share * time * time * spread
    }
    for index in 0..<end { add(longer[index] - longer[index + 1], LatencyBucket.middle(index)) }
    // A tail that is heavy has no useful mean.
    add(longer[end], tailEdge * min(exponent / (exponent - 1), 3), 1.5)
    mean = sum
    deviation = max(0, squares - sum * sum).squareRoot()
  }

  /// Returns the probability that an item takes longer than a time in nanoseconds.
  func probability(beyond time: Double) -> Double {
    if time >= tailEdge { return longer[end] * Self.power(time / max(tailEdge, 1), -exponent) }
    let index = LatencyBucket.index(of: Int64(time))
    let (low, high) = (LatencyBucket.edge(index), LatencyBucket.edge(index + 1))
    let part = min(1, max(0, (time - low) / (high - low)))
    return longer[index] + (longer[index + 1] - longer[index]) * part
  }

  /// Returns the time in nanoseconds beyond which an item takes with a probability.
  func time(beyond probability: Double) -> Double {
    if probability <= longer[end] {
      return tailEdge * min(Self.power(longer[end] / max(probability, 1e-12), 1 / exponent), 1_000)
    }
    var (low, high) = (0, end)
    while low < high {
      let middle = (low + high) / 2
      if longer[middle + 1] >= probability { low = middle + 1 } else { high = middle }
    }
    let (from, to) = (LatencyBucket.edge(low), LatencyBucket.edge(low + 1))
    let fall = longer[low] - longer[low + 1]
    return fall > 0 ? from + (to - from) * (longer[low] - probability) / fall : from
  }

  /// Returns how long an item that has run for `age` will still run, in nanoseconds, at a quantile from 0 to 1.
  func rest(age: Double, at quantile: Double) -> Double {
    let alive = probability(beyond: age)
    // No item took that long, so the tail alone is left.
    if alive < 1e-9 { return age * (Self.power(1 - quantile, -1 / exponent) - 1) }
    return max(0, time(beyond: alive * (1 - quantile)) - age)
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    exp(exponent * log(base))
  }
}
