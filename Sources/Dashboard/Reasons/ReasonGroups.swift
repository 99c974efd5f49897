package import Attempts
package import ParallelFor

/// Why the items so far took their time, grouped by reasons, and the reasons of the slowest items.
///
/// The memory is bounded for any number of items.
package struct ReasonGroups: Equatable, Sendable {
  /// Items that took their time for the same reason.
  package struct Group: Equatable, Sendable {
    /// The reason in words, without what only one item has; untrusted text.
    package let words: String
    /// The kind of the reason; nil for the group of all further reasons.
    package let kind: Reason.Kind?
    /// What the items share, such as the name of a table; untrusted text.
    package let subject: String
    /// What would help; empty if nothing is known to.
    package fileprivate(set) var remedy = ""
    /// The number of items.
    package fileprivate(set) var items = 0
    /// The time that the reason explains, in nanoseconds.
    package fileprivate(set) var time: Int64 = 0
    /// The first item with the reason.
    package let first: ItemID
    /// The item of which the reason explains most.
    package fileprivate(set) var longest: ItemID
    fileprivate var longestTime: Int64 = -1

    fileprivate init(_ words: String, _ reason: Reason?, first: ItemID) {
      self.words = words
      kind = reason?.kind
      subject = reason?.subject ?? ""
      self.first = first
      longest = first
    }
  }

  /// The most reasons. All further ones are one group.
  private static let mostReasons = 200
  /// The name of the group of all further reasons.
  package static let others = "other reasons"
  /// The number of slow items whose reasons are kept.
  private static let keptItems = 256

  private struct SlowReason: Equatable, Sendable {
    let latency: Int64
    let reason: Reason
  }

  private var all: [Group] = []
  private var places: [String: Int] = [:]
  private var slowest: [ItemID: SlowReason] = [:]
  /// Items that took less than this have lost their reasons.
  private var leastLatency: Int64 = 0

  package init() {}

  /// Whether no reason is known.
  package var isEmpty: Bool { all.isEmpty }

  /// The groups, by the time that they explain, the largest first.
  package var groups: [Group] {
    all.enumerated().sorted {
      ($1.element.time, $1.element.items, $0.offset) < ($0.element.time, $0.element.items, $1.offset)
    }
    .map(\.element)
  }

  /// Returns the most important reason of one of the slowest items; nil if it is not known.
  package func reason(of id: ItemID) -> Reason? { slowest[id]?.reason }

  /// Counts the reasons of an item.
  ///
  /// - Parameters:
  ///   - id: The item.
  ///   - reasons: Its reasons, the most important one first.
  ///   - latency: How long it took, in nanoseconds.
  package mutating func add(_ id: ItemID, _ reasons: [Reason], latency: Int64) {
    for reason in reasons { add(id, reason) }
    guard let first = reasons.first, latency >= leastLatency else { return }
    slowest[id] = SlowReason(latency: latency, reason: first)
    if slowest.count >= 2 * Self.keptItems { forgetFastest() }
  }

  private mutating func add(_ id: ItemID, _ reason: Reason) {
    let place = place(of: reason, first: id)
    let time = max(0, reason.time ?? 0)
    all[place].items += 1
    let (sum, isTooLong) = all[place].time.addingReportingOverflow(time)
    all[place].time = isTooLong ? .max : sum
    if time > all[place].longestTime { (all[place].longest, all[place].longestTime) = (id, time) }
    if !reason.remedy.isEmpty { all[place].remedy = reason.remedy }
  }

  private mutating func place(of reason: Reason, first: ItemID) -> Int {
    let words = reason.shared
    if let place = places[words] { return place }
    let isOther = all.count >= Self.mostReasons
    let name = isOther ? Self.others : words
    if let place = places[name] { return place }
    places[name] = all.count
    all.append(Group(name, isOther ? nil : reason, first: first))
    return all.count - 1
  }

  private mutating func forgetFastest() {
    let kept = slowest.sorted { ($1.value.latency, $0.key) < ($0.value.latency, $1.key) }.prefix(Self.keptItems)
    leastLatency = kept.last?.value.latency ?? 0
    slowest = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
  }
}
