package import ParallelFor

/// The failures so far, grouped by their reasons.
///
/// While there are few reasons that differ only in short numbers, each is a group. Otherwise, they are one group.
/// The memory is bounded for any number of failures.
package struct FailureGroups: Equatable, Sendable {
  /// Failures with the same reason.
  package struct Group: Equatable, Sendable {
    /// The reason; untrusted text.
    package let reason: String
    /// The number of items.
    package fileprivate(set) var count: Int
    /// The item that failed first for this reason.
    package let first: ItemID
    /// The item that failed last for this reason.
    package fileprivate(set) var latest: ItemID
  }

  /// The most groups with reasons that differ only in numbers.
  private static let mostVariants = 6
  /// The most reasons. All further ones are one group.
  private static let mostReasons = 200
  /// The name of the group of all further reasons.
  package static let others = "other reasons"

  private struct Family: Equatable, Sendable {
    let rough: String
    var variants: [Group]
    /// Whether the variants have become one.
    var isFolded = false
  }

  private var families: [Family] = []
  private var places: [String: Int] = [:]

  package init() {}

  /// The number of failures.
  package var count: Int { families.reduce(0) { $0 + $1.variants.reduce(0) { $0 + $1.count } } }

  /// The groups, largest first; equal ones in the order in which they began.
  package var groups: [Group] {
    families.flatMap(\.variants).filter { $0.count > 0 }.enumerated()
      .sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
  }

  /// Counts a failure.
  package mutating func add(_ id: ItemID, _ reason: FailureReason) {
    let place = place(of: reason)
    let text = text(of: reason, in: place)
    if let index = families[place].variants.firstIndex(where: { $0.reason == text }) {
      families[place].variants[index].count += 1
      families[place].variants[index].latest = id
    } else {
      families[place].variants.append(Group(reason: text, count: 1, first: id, latest: id))
      if families[place].variants.count > Self.mostVariants { fold(place) }
    }
  }

  /// Forgets a failure, because its item is tried again.
  package mutating func remove(_ reason: FailureReason) {
    guard let place = places[reason.rough] ?? places[Self.others] else { return }
    let text = text(of: reason, in: place)
    guard let index = families[place].variants.firstIndex(where: { $0.reason == text && $0.count > 0 }) else { return }
    families[place].variants[index].count -= 1
  }

  /// Returns whether a failure belongs to the group with a reason.
  package static func group(_ group: String, has reason: FailureReason) -> Bool {
    reason.fine == group || reason.rough == group
  }

  private mutating func place(of reason: FailureReason) -> Int {
    if let place = places[reason.rough] { return place }
    let rough = families.count < Self.mostReasons ? reason.rough : Self.others
    if let place = places[rough] { return place }
    places[rough] = families.count
    families.append(Family(rough: rough, variants: [], isFolded: rough == Self.others))
    return families.count - 1
  }

  private func text(of reason: FailureReason, in place: Int) -> String {
    families[place].isFolded ? families[place].rough : reason.fine
  }

  private mutating func fold(_ place: Int) {
    let variants = families[place].variants
    guard let first = variants.first, let last = variants.last else { return }
    families[place].isFolded = true
    families[place].variants = [
      Group(
        reason: families[place].rough, count: variants.reduce(0) { $0 + $1.count }, first: first.first,
        latest: last.latest)
    ]
  }
}
