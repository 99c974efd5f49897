/// What the automatic choice of the number of threads has decided, and why.
public struct ThreadDecision: Sendable, Equatable {
  /// The reason for a decision.
  public enum Reason: String, Sendable, CaseIterable {
    /// It measures this number before it tries another.
    case measuring
    /// It compares this number with the other one, a few blocks of items with each.
    case trying
    /// This number does clearly more than the other one.
    case gained
    /// This number is smaller than the other one and does as much.
    case enough
    /// The other number, which is larger, does not do clearly more.
    case noGain = "no gain"
    /// The other number, which is smaller, does clearly less.
    case tooFew = "too few"
    /// Items take much longer or shorter than before, so it measures again.
    case changed
    /// Items began to fail with the other number.
    case errors
    /// The machine has too little memory or is too busy for the other number.
    case machine
    /// Workers wait for items.
    case input
    /// Workers wait because results are not taken.
    case output
    /// Too few items are left to try another number.
    case ending
  }

  /// The number of threads that it keeps.
  public var threads: Int
  /// Why.
  public var reason: Reason
  /// The number of threads that it was or will be compared with; nil if there is none.
  public var other: Int?
  /// How much more than ``threads`` the other number does, such as 0.05 for 5 %; nil if that is not known.
  public var gain: Double?
  /// The standard error of ``gain``.
  public var error: Double?

  /// Makes a decision from its properties.
  public init(
    threads: Int, reason: Reason, other: Int? = nil, gain: Double? = nil, error: Double? = nil
  ) {
    self.threads = threads
    self.reason = reason
    self.other = other
    self.gain = gain
    self.error = error
  }
}
