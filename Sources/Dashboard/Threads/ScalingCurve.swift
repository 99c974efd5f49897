#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The rate as a function of the number of threads, by the Universal Scalability Law.
///
/// `X(N) = N / (a + b (N − 1) + c N (N − 1))`, where `b / a` is the contention and `c / a` the cost of coherence; both are
/// at least 0. Source: Gunther, "Guerrilla Capacity Planning", 2007. The inverse of the rate per thread is linear in the
/// three numbers, so weighted least squares find them.
struct ScalingCurve: Equatable, Sendable {
  private var a: Double
  private var b: Double
  private var c: Double

  func rate(at threads: Double) -> Double { threads / (a + b * (threads - 1) + c * threads * (threads - 1)) }

  /// The number of threads with the highest rate; infinite if the rate never falls.
  var peak: Double { c > 0 ? max(1, (a - b) / c).squareRoot() : .infinity }

  /// - Parameter points: Numbers of threads with their rates and the relative errors of these.
  init?(_ points: [(threads: Double, rate: Double, error: Double)]) {
    // Coefficients that must not be negative are left out in turn; the best of the possible fits wins.
    let choices: [[Int]] = [[0, 1, 2], [0, 1], [0, 2], [0]]
    let fits = choices.compactMap { Self.fit(points, using: $0) }
    guard let best = fits.min(by: { $0.cost < $1.cost }) else { return nil }
    (a, b, c) = (best.values[0], best.values[1], best.values[2])
  }

  private static func fit(
    _ points: [(threads: Double, rate: Double, error: Double)], using terms: [Int]
  ) -> (values: [Double], cost: Double)? {
    let rows = points.filter { $0.rate > 0 }.map { point in
      let y = point.threads / point.rate
      let x = [1, point.threads - 1, point.threads * (point.threads - 1)]
      let weight = 1 / max(1e-12, y * max(0.005, point.error))
      return (x: terms.map { x[$0] * weight }, y: y * weight)
    }
    guard rows.count >= terms.count, let solution = solve(rows) else { return nil }
    var values = [0.0, 0, 0]
    for (term, value) in zip(terms, solution) { values[term] = value }
    guard values[0] > 0, values[1] >= 0, values[2] >= 0 else { return nil }
    let cost = rows.reduce(0.0) { sum, row in
      let miss = row.y - zip(row.x, solution).reduce(0) { $0 + $1.0 * $1.1 }
      return sum + miss * miss
    }
    return (values, cost)
  }

  /// Solves the normal equations by elimination; nil if they have no single solution.
  private static func solve(_ rows: [(x: [Double], y: Double)]) -> [Double]? {
    let size = rows[0].x.count
    var matrix = (0..<size).map { i in
      (0..<size).map { j in rows.reduce(0) { $0 + $1.x[i] * $1.x[j] } } + [rows.reduce(0) { $0 + $1.x[i] * $1.y }]
    }
    for pivot in 0..<size {
      guard abs(matrix[pivot][pivot]) > 1e-9 * abs(matrix[pivot].map(abs).max() ?? 0) else { return nil }
      for row in 0..<size where row != pivot {
        let factor = matrix[row][pivot] / matrix[pivot][pivot]
        for column in pivot...size { matrix[row][column] -= factor * matrix[pivot][column] }
      }
    }
    return (0..<size).map { matrix[$0][size] / matrix[$0][$0] }
  }
}

/// The range in which the curve of a run lies in four of five cases.
package struct ScalingBand: Equatable, Sendable {
  /// Fewer numbers of threads say nothing about the error of a curve with three coefficients.
  static let fewestPoints = 4
  /// A peak is named only from this number of points.
  private static let fewestForPeak = 6
  private static let draws = 200

  private let curves: [ScalingCurve]
  private let points: [ThreadPoint]

  /// Returns nil for fewer than four points.
  init?(_ points: [ThreadPoint]) {
    guard points.count >= Self.fewestPoints else { return nil }
    var random = RepeatableRandom()
    self.points = points
    curves = (0..<Self.draws).compactMap { _ in
      ScalingCurve(
        points.map { point in
          let noise = Normal.quantile(Double.random(in: 0.001..<0.999, using: &random))
          return (Double(point.threads), point.rate * exp(point.error * noise), point.error)
        })
    }
    if curves.count < Self.draws / 2 { return nil }
  }

  /// Returns the range of the items per second at a number of threads.
  package func rates(at threads: Double) -> ClosedRange<Double> {
    let sorted = curves.map { $0.rate(at: threads) }.sorted()
    return sorted[sorted.count / 10]...sorted[sorted.count * 9 / 10]
  }

  /// The range of the number of threads with the highest rate; nil while that is not certain enough to be named.
  package var peak: ClosedRange<Double>? {
    guard points.count >= Self.fewestForPeak, let first = points.first, let last = points.last,
      last.threads >= 4 * first.threads
    else { return nil }
    let sorted = curves.map(\.peak).sorted()
    let low = sorted[sorted.count / 10], high = sorted[sorted.count * 9 / 10]
    return high < 2 * low && high <= 1.5 * Double(last.threads) ? low...high : nil
  }
}
