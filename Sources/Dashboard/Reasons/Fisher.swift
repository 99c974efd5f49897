#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Fisher's exact test, for at most ``most`` items.
enum Fisher {
  static let most = 4_096

  /// The logarithms of the factorials.
  private static let factorials = (1...most).reduce(into: [0.0]) { $0.append($0[$1 - 1] + log(Double($1))) }

  /// Returns the probability that at least `hits` of `drawn` items have a property by chance.
  ///
  /// - Parameters:
  ///   - hits: The drawn items that have it.
  ///   - drawn: The items that are drawn, at most `all`.
  ///   - having: All items that have it, at most `all`.
  ///   - all: The number of items.
  static func probability(of hits: Int, in drawn: Int, having: Int, of all: Int) -> Double {
    let highest = min(drawn, having)
    guard hits <= highest else { return 0 }
    guard hits > max(0, drawn + having - all) else { return 1 }
    let whole = choices(drawn, of: all)
    return min(
      1,
      (hits...highest).reduce(0) { sum, count in
        sum + exp(choices(count, of: having) + choices(drawn - count, of: all - having) - whole)
      })
  }

  /// The logarithm of the number of ways to choose.
  private static func choices(_ count: Int, of all: Int) -> Double {
    factorials[all] - factorials[count] - factorials[all - count]
  }
}
