import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What an earlier run of the same items says about the items that have not ended yet.
package struct PastWork: Equatable, Sendable {
  /// The weight of the earlier times: as much as this many items that took the same time again.
  private static let trust = 3.0
  private static let usualSpread = 0.2
  /// The number of longest items that are kept. The run cannot be over before the longest of them.
  private static let longestKept = 32

  private let times: ItemTimes
  /// The number of items that have not ended and whose earlier times are known.
  package private(set) var items = 0
  /// How long these took in the earlier run, in nanoseconds.
  private var time = 0.0
  /// The positions of the longest of these, longest first.
  private var longest: [Int] = []
  /// The number of items that have ended in both runs; their times in each run follow, in nanoseconds.
  private(set) var ended = 0
  private var endedThen = 0.0
  private var endedNow = 0.0
  /// The sums of the logarithms of these items' times over their earlier times, and of their squares.
  private var ratios = 0.0
  private var squaredRatios = 0.0

  /// - Parameter times: How long the items took in the earlier run.
  package init(_ times: ItemTimes) {
    self.times = times
    for position in 0..<times.count {
      guard let time = times[position] else { continue }
      items += 1
      self.time += Double(time)
      rank(position, time)
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
    longest.removeAll { $0 == position }
    guard let latency else { return }
    ended += 1
    endedThen += Double(past)
    endedNow += Double(latency)
    let ratio = log(Double(max(1, latency)) / Double(max(1, past)))
    ratios += ratio
    squaredRatios += ratio * ratio
  }

  /// Returns how long an item is likely to take now, in nanoseconds; nil if its earlier time is unknown.
  func time(of id: ItemID) -> Double? { times[id.position].map { Double($0) * ratio } }

  /// The total time that the remaining items are likely to take, in nanoseconds.
  var work: Double { max(0, time) * ratio }

  /// Returns how long the longest item from a position on is likely to take, in nanoseconds; 0 without any.
  func longestTime(from position: Int) -> Double {
    longest.first { $0 >= position }.flatMap { times[$0] }.map { Double($0) * ratio } ?? 0
  }

  /// Returns how long the last items from a position on are likely to take, in nanoseconds, in order.
  func lastTimes(_ most: Int, from position: Int) -> [Double] {
    var found: [Double] = []
    var next = times.count
    while next > position, found.count < most {
      next -= 1
      if let time = times[next] { found.append(Double(time) * ratio) }
    }
    return found.reversed()
  }

  /// The standard deviation of the logarithm of an item's time over its earlier time; a usual one without ended items.
  var spread: Double {
    let items = Double(max(1, ended))
    let variance = max(0, squaredRatios / items - (ratios / items) * (ratios / items))
    return ((variance * Double(ended) + 4 * Self.usualSpread * Self.usualSpread) / Double(ended + 4)).squareRoot()
  }

  /// The standard error of the logarithm of all remaining items' time.
  var error: Double { max(0.02, 2 * spread / Double(ended + 4).squareRoot()) }

  /// How long items take now, as a multiple of their earlier times.
  private var ratio: Double {
    guard items + ended > 0 else { return 1 }
    let trust = Self.trust * (max(0, time) + endedThen) / Double(items + ended)
    return trust > 0 ? (endedNow + trust) / (endedThen + trust) : 1
  }

  private mutating func rank(_ position: Int, _ time: Int64) {
    func isShorter(_ other: Int) -> Bool { (times[other] ?? 0) < time }
    if longest.count == Self.longestKept, let last = longest.last, !isShorter(last) { return }
    longest.insert(position, at: longest.firstIndex(where: isShorter) ?? longest.count)
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
