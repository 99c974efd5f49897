#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The times that workers took for items, as the moments of their logarithms.
///
/// Times of items are skewed: the mean of a few of them says little. Their logarithms are not, so the mean is computed
/// from the mean and the variance of the logarithms. For log-normal times, that is the mean itself.
struct LogTimes: Equatable {
  /// A number near the usual logarithms, which keeps the sums of powers exact.
  private static let origin = 16.0
  /// The least relative error of a block, because its ends do not coincide with those of items.
  private static let leastError = 0.01

  private(set) var count = 0
  private var sums: (Double, Double, Double, Double) = (0, 0, 0, 0)

  static func == (left: LogTimes, right: LogTimes) -> Bool { left.count == right.count && left.sums == right.sums }

  mutating func add(nanoseconds: Int64) {
    let offset = log(Double(max(1, nanoseconds))) - Self.origin
    let square = offset * offset
    count += 1
    sums.0 += offset
    sums.1 += square
    sums.2 += square * offset
    sums.3 += square * square
  }

  /// The mean of the logarithms and the second to fourth central moments.
  private var moments: (mean: Double, second: Double, third: Double, fourth: Double) {
    let number = Double(max(1, count))
    let (mean, square, cube, fourth) = (sums.0 / number, sums.1 / number, sums.2 / number, sums.3 / number)
    return (
      mean, max(0, square - mean * mean), cube - 3 * mean * square + 2 * mean * mean * mean,
      max(0, fourth - 4 * mean * cube + 6 * mean * mean * square - 3 * mean * mean * mean * mean)
    )
  }

  /// The logarithm of the mean time.
  var logMean: Double {
    let moments = moments
    return Self.origin + moments.mean + moments.second / 2
  }

  /// The variance of ``logMean``.
  var variance: Double {
    let moments = moments
    let spread = moments.second + moments.third + (moments.fourth - moments.second * moments.second) / 4
    return max(0, spread) / Double(max(1, count)) + Self.leastError * Self.leastError
  }
}
