import Attempts

/// The samples of one item while it runs.
///
/// A wait that is shorter than the time between two samples is seen by chance. So few samples say nothing, unless all of
/// them agree.
struct SampledItem: Equatable {
  /// The number of samples that say something even if they differ.
  private static let enough = 5
  /// The fewest samples that say something at all, because all agree.
  private static let fewest = 2
  /// Items that took less, in nanoseconds, get no reason.
  private static let leastLatency: Int64 = 1_000_000_000

  private struct Tally: Equatable {
    var reason: Reason
    var count: Int
  }

  private(set) var count = 0
  private var tallies: [Tally] = []
  /// The reason in the last sample; nil if it showed none.
  private(set) var latest: Reason?

  /// Counts a sample; nil if it shows no reason.
  mutating func add(_ reason: Reason?) {
    count += 1
    latest = reason
    guard let reason else { return }
    if let place = tallies.firstIndex(where: { $0.reason.kind == reason.kind && $0.reason.subject == reason.subject }) {
      tallies[place] = Tally(reason: reason, count: tallies[place].count + 1)
    } else {
      tallies.append(Tally(reason: reason, count: 1))
    }
  }

  /// Returns the reasons of the item, which divide its time as the samples do, the most important one first.
  ///
  /// - Parameter latency: how long the item took, in nanoseconds.
  func reasons(latency: Int64) -> [Reason] {
    guard latency >= Self.leastLatency, count >= Self.fewest else { return [] }
    let shown = count >= Self.enough ? tallies.filter { $0.count > 1 } : isUnanimous ? tallies : []
    return shown.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map {
      var reason = $0.element.reason
      reason.time = latency / Int64(count) * Int64($0.element.count)
      return reason
    }
  }

  private var isUnanimous: Bool {
    tallies.reduce(0) { $0 + $1.count } == count && Set(tallies.map(\.reason.kind)).count == 1
  }
}
