#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The normal distribution.
enum Normal {
  /// Returns the value that a normal variable exceeds with a probability of 1 − `probability`, to within 0.0005.
  ///
  /// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.23.
  static func quantile(_ probability: Double) -> Double {
    let t = (-2 * log(max(min(probability, 1 - probability), 1e-12))).squareRoot()
    let above = 2.515517 + t * (0.802853 + t * 0.010328)
    let below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    let distance = t - above / below
    return probability < 0.5 ? -distance : distance
  }

  /// Returns the probability that a normal variable is at most `value`, to within 0.01, by the logistic distribution.
  static func probability(upTo value: Double) -> Double { 1 / (1 + exp(-1.702 * value)) }
}
