/// What a database's server has done for a run, over all samples.
public struct ServerActivity: Sendable, Equatable {
  /// The number of samples.
  public var samples = 0
  /// The number of samples that could not be taken in time.
  public var missed = 0
  /// How often a statement was seen for each reason, by the words that such reasons share.
  public var seen: [String: Int] = [:]
  /// Why there are no samples; nil if there can be some.
  public var problem: String?

  /// Makes an empty sum.
  public init() {}

  /// Adds the reasons of a sample.
  public mutating func add(_ reasons: [Reason]) {
    samples += 1
    for reason in reasons { seen[reason.shared, default: 0] += 1 }
  }

  /// The average number of statements that were active for each reason, the largest first.
  public var averages: [(words: String, sessions: Double)] {
    seen.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, Double($0.value) / Double(max(1, samples))) }
  }
}
