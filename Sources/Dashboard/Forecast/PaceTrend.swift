#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether items take steadily longer, or steadily shorter, at one number of threads; a value.
///
/// It keeps the mean logarithms of batches of equally many attempts. A steady change is one that each quarter of the
/// attempts has a part in, so that a sudden change, which will not go on, is none.
struct PaceTrend: Equatable, Sendable {
  private static let mostBatches = 32
  private static let fewestBatches = 16
  /// A change is this many times its standard error, and a quarter has at least this share of it.
  private static let certainty = 4.0, leastShare = 0.15
  /// The least change that counts, and the largest that is expected of the attempts left, as natural logarithms.
  private static let least = 0.1, most = 1.4
  /// How much of the change is expected to go on, and the standard error of that. The range then reaches from half of
  /// it to all of it.
  private static let expected = 0.8, doubt = 0.22

  /// The number of attempts that ended first. They started together, and the short ones among them end first.
  private var toSkip: Int
  private var batchSize = 4
  private var means: [Double] = []
  private var open = (count: 0, sum: 0.0)

  init(threads: Int) { toSkip = 2 * threads }

  static func == (left: PaceTrend, right: PaceTrend) -> Bool {
    left.means == right.means && left.open == right.open && left.toSkip == right.toSkip
      && left.batchSize == right.batchSize
  }

  /// Adds the time of an attempt in nanoseconds.
  @inline(__always)
  mutating func add(_ latency: Int64) {
    guard toSkip <= 0 else {
      toSkip -= 1
      return
    }
    open.count += 1
    open.sum += Double(LatencyBucket.index(of: latency))
    if open.count == batchSize { closeBatch() }
  }

  private mutating func closeBatch() {
    means.append(open.sum / Double(open.count) * LatencyBucket.width)
    open = (0, 0)
    guard means.count == Self.mostBatches else { return }
    means = stride(from: 0, to: means.count, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
    batchSize *= 2
  }

  /// How much longer the attempts left are expected to take than recent ones, as a natural logarithm, and its error; nil
  /// if there is no steady change.
  ///
  /// - Parameters:
  ///   - left: The number of attempts left.
  ///   - recent: The number of latest attempts with which they are compared.
  func change(left: Int, recent: Int) -> ThreadCurve.Time? {
    guard left > 0, let line = line else { return nil }
    let now = Double(means.count), size = Double(batchSize)
    let before = line.start + line.slope * (now - min(now, Double(recent) / size) / 2)
    let after = line.start + line.slope * (now + Double(left) / size / 2)
    let change = max(-Self.most, min(Self.most, log(max(after, before * 0.01) / before)))
    return ThreadCurve.Time(logTime: Self.expected * change, error: Self.doubt * abs(change))
  }

  /// The line through the times of the batches, in units of the first one; nil if there is no steady change.
  private var line: (start: Double, slope: Double)? {
    guard means.count >= Self.fewestBatches, isSteady else { return nil }
    let times = means.map { exp($0 - means[0]) }, count = Double(times.count)
    let middle = (count - 1) / 2, mean = times.reduce(0, +) / count
    let products = times.enumerated().reduce(0.0) { $0 + (Double($1.offset) - middle) * $1.element }
    let slope = products / (count * (count * count - 1) / 12)
    let start = mean - slope * (middle + 0.5)
    // A line that reaches nothing before now does not describe the times.
    return start + slope * count > 0 && start > 0 ? (start, slope) : nil
  }

  private var isSteady: Bool {
    let quarters = (0..<4).map { quarter in
      Array(means[quarter * means.count / 4..<(quarter + 1) * means.count / 4])
    }
    let levels = quarters.map { $0.reduce(0, +) / Double($0.count) }
    let whole = levels[3] - levels[0]
    let steps = zip(levels.dropFirst(), levels).map { ($0 - $1) / whole }
    let noise = zip(quarters, levels).reduce(0.0) { sum, part in
      sum + part.0.reduce(0.0) { $0 + ($1 - part.1) * ($1 - part.1) }
    }
    let variance = noise / Double(means.count - 4)
    let error = (8 * variance / Double(means.count)).squareRoot()
    return abs(whole) > max(Self.least, Self.certainty * error) && steps.allSatisfy { $0 > Self.leastShare }
  }
}
