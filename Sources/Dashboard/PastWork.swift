import ParallelFor

/// What an earlier run of the same items tells of those that have still to end.
public struct PastWork: Equatable, Sendable {
  /// The number of the longest items that are known by name: the run cannot be over before the longest of them.
  private static let longestKept = 32
  /// The earlier times count as much as this many items that took the same time again.
  private static let trust = 3.0

  private struct Long: Equatable {
    var position: Int
    var time: Int64
  }

  private let times: ItemTimes
  /// Items that have still to end and whose earlier times are known.
  public private(set) var items = 0
  /// How long these took, in nanoseconds.
  private var time = 0.0
  private var longest: [Long] = []
  /// Items that have ended here and there, and how long both took in nanoseconds.
  private(set) var ended = 0
  private var endedThen = 0.0
  private var endedNow = 0.0

  /// - Parameter times: how long the items took in the earlier run.
  public init(_ times: ItemTimes) {
    self.times = times
    for position in 0..<times.count {
      guard let time = times[position] else { continue }
      items += 1
      self.time += Double(time)
      rank(Long(position: position, time: time))
    }
  }

  /// An item has ended; to be told once of each.
  ///
  /// - Parameters:
  ///   - position: the item's position.
  ///   - latency: how long it took now in nanoseconds; nil when it was not run, or was stopped.
  public mutating func ended(_ position: Int, latency: Int64?) {
    guard let past = times[position] else { return }
    items -= 1
    time -= Double(past)
    longest.removeAll { $0.position == position }
    guard let latency else { return }
    ended += 1
    endedThen += Double(past)
    endedNow += Double(latency)
  }

  /// How long an item is likely to take now, in nanoseconds; nil when nothing is known of it.
  func time(of id: ItemID) -> Double? { times[id.position].map { Double($0) * ratio } }

  /// How long the items that have still to end are likely to take, all together.
  var work: Double { max(0, time) * ratio }

  /// The item that is likely to take the longest.
  var longestItem: ItemID? { longest.first.map { ItemID($0.position) } }

  /// How much longer items take than they did.
  private var ratio: Double {
    guard items + ended > 0 else { return 1 }
    let trust = Self.trust * (max(0, time) + endedThen) / Double(items + ended)
    return trust > 0 ? (endedNow + trust) / (endedThen + trust) : 1
  }

  private mutating func rank(_ item: Long) {
    if longest.count == Self.longestKept, let last = longest.last, last.time >= item.time { return }
    longest.insert(item, at: longest.firstIndex { $0.time < item.time } ?? longest.count)
    if longest.count > Self.longestKept { longest.removeLast() }
  }
}
