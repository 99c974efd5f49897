import ParallelFor

/// What an earlier run of the same items says about the items that have not ended yet.
package struct PastWork: Equatable, Sendable {
  /// The number of longest items that are kept. The run cannot be over before the longest of them.
  private static let longestKept = 32
  /// The weight of the earlier times: as much as this many items that took the same time again.
  private static let trust = 3.0

  private struct Long: Equatable {
    var position: Int
    var time: Int64
  }

  private let times: ItemTimes
  /// The number of items that have not ended and whose earlier times are known.
  package private(set) var items = 0
  /// How long these took in the earlier run, in nanoseconds.
  private var time = 0.0
  private var longest: [Long] = []
  /// The number of items that have ended in both runs; their times in each run follow, in nanoseconds.
  private(set) var ended = 0
  private var endedThen = 0.0
  private var endedNow = 0.0

  /// - Parameter times: How long the items took in the earlier run.
  package init(_ times: ItemTimes) {
    self.times = times
    for position in 0..<times.count {
      guard let time = times[position] else { continue }
      items += 1
      self.time += Double(time)
      rank(Long(position: position, time: time))
    }
  }

  /// Records that an item has ended. Call it once for each item.
  ///
  /// - Parameters:
  ///   - position: The item's position.
  ///   - latency: How long it took now in nanoseconds; nil if it was not run, or was stopped.
  package mutating func ended(_ position: Int, latency: Int64?) {
    guard let past = times[position] else { return }
    items -= 1
    time -= Double(past)
    longest.removeAll { $0.position == position }
    guard let latency else { return }
    ended += 1
    endedThen += Double(past)
    endedNow += Double(latency)
  }

  /// Returns how long an item is likely to take now, in nanoseconds; nil if its earlier time is unknown.
  func time(of id: ItemID) -> Double? { times[id.position].map { Double($0) * ratio } }

  /// The total time that the remaining items are likely to take, in nanoseconds.
  var work: Double { max(0, time) * ratio }

  /// The remaining item that is likely to take the longest.
  var longestItem: ItemID? { longest.first.map { ItemID($0.position) } }

  /// How long items take now, as a multiple of their earlier times.
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

/// How long items took, by position, in two bytes each. The error is below a thousandth of each time.
package struct ItemTimes: Equatable, Sendable {
  /// The number of significant bits of a time. The bits above them hold the shift.
  private static let bits = 10
  private static let unknown: UInt16 = 0

  private var codes: [UInt16] = []

  package init() {}

  package var count: Int { codes.count }

  /// Adds the next item.
  ///
  /// - Parameter time: How long it took in nanoseconds; nil if unknown.
  package mutating func append(_ time: Int64?) { codes.append(time.map(Self.code) ?? Self.unknown) }

  /// How long the item at a position took in nanoseconds; nil if unknown.
  package subscript(position: Int) -> Int64? {
    guard codes.indices.contains(position), codes[position] != Self.unknown else { return nil }
    let code = Int64(codes[position])
    let shift = max(0, (code >> Self.bits) - 1)
    return (code - shift << Self.bits) << shift
  }

  /// Encodes a time as a custom floating-point number: the significant bits, and the shift in the bits above them.
  private static func code(_ time: Int64) -> UInt16 {
    let time = max(1, time)
    let shift = max(0, Int64.bitWidth - time.leadingZeroBitCount - bits - 1)
    return UInt16(shift << bits + Int(time >> shift))
  }
}
