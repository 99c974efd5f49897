#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How long an item keeps a worker busy at each number of threads, as far as that was measured.
struct ThreadCurve: Equatable, Sendable {
  /// A time as a natural logarithm of nanoseconds, and its standard error.
  struct Time: Equatable, Sendable {
    var logTime: Double
    var error: Double

    /// Multiplies a time by an independent factor.
    static func + (time: Time, factor: Time) -> Time {
      Time(logTime: time.logTime + factor.logTime, error: ThreadCurve.sum(time.error, factor.error))
    }
  }

  private struct Point: Equatable, Sendable {
    var threads: Int
    var time: Time
    /// The logarithm of the items per nanosecond of all threads together.
    var rate: Double { logThreads - time.logTime }
    var logThreads: Double { log(Double(threads)) }
  }

  /// The error of a time that was measured at another moment.
  private static let lapse = 0.1

  /// In order of threads.
  private var points: [Point] = []

  /// Adds the time at a number of threads, which replaces an earlier one.
  mutating func set(_ time: Time, at threads: Int) {
    points.removeAll { $0.threads == threads }
    points.insert(Point(threads: threads, time: time), at: points.firstIndex { $0.threads > threads } ?? points.count)
  }

  /// Predicts the time at a number of threads; nil if nothing was measured.
  ///
  /// Between two measured numbers, the rate is interpolated. Beyond them, it is between two extremes: further threads
  /// add nothing, because the other side is the limit, or they add as much as threads have added so far. With one
  /// measurement, the second extreme is that twice the threads do twice the work.
  func time(at threads: Int) -> Time? {
    if let known = points.first(where: { $0.threads == threads }) {
      return Time(logTime: known.time.logTime, error: Self.sum(known.time.error, Self.lapse))
    }
    let above = points.firstIndex { $0.threads > threads } ?? points.count
    guard above > 0 else {
      return points.first.map {
        time(at: threads, from: $0, slopes: (points.count > 1 ? max(0, growth(after: 0)) : 0, 1))
      }
    }
    guard above < points.count else {
      let slope = points.count > 1 ? min(1, growth(after: above - 2)) : 1
      return time(at: threads, from: points[above - 1], slopes: (min(0, slope), max(0, slope)))
    }
    let error = max(points[above - 1].time.error, points[above].time.error)
    let slope = growth(after: above - 1)
    return time(at: threads, from: points[above - 1], slopes: (slope, slope), error: error)
  }

  /// The growth of the rate between two neighbouring points, per growth of threads.
  private func growth(after index: Int) -> Double {
    (points[index + 1].rate - points[index].rate) / (points[index + 1].logThreads - points[index].logThreads)
  }

  private func time(at threads: Int, from point: Point, slopes: (Double, Double), error: Double? = nil) -> Time {
    let growth = log(Double(threads)) - point.logThreads
    // The extremes are as far apart as 80 % of a normal distribution.
    let doubt = abs(growth * (slopes.1 - slopes.0)) / 2.2
    return Time(
      logTime: point.time.logTime + growth * (1 - (slopes.0 + slopes.1) / 2),
      error: Self.sum(Self.sum(error ?? point.time.error, Self.lapse), doubt))
  }

  /// The standard error of a sum of independent values.
  static func sum(_ left: Double, _ right: Double) -> Double { (left * left + right * right).squareRoot() }
}
