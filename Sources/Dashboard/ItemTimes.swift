/// How long items took, by their positions, in two bytes each: right to a thousandth of each time.
public struct ItemTimes: Equatable, Sendable {
  /// The number of significant bits of a time; beside them is how far they are shifted.
  private static let bits = 10
  private static let unknown: UInt16 = 0

  private var codes: [UInt16] = []

  /// Makes the times of no items.
  public init() {}

  /// How many items there are.
  public var count: Int { codes.count }

  /// Adds the next item.
  ///
  /// - Parameter time: how long it took in nanoseconds; nil when that is not known.
  public mutating func append(_ time: Int64?) { codes.append(time.map(Self.code) ?? Self.unknown) }

  /// How long the item at a position took in nanoseconds; nil when that is not known.
  public subscript(position: Int) -> Int64? {
    guard codes.indices.contains(position), codes[position] != Self.unknown else { return nil }
    let code = Int64(codes[position])
    let shift = max(0, (code >> Self.bits) - 1)
    return (code - shift << Self.bits) << shift
  }

  /// A floating-point number of our own: what is above the kept bits says how far they are shifted.
  private static func code(_ time: Int64) -> UInt16 {
    let time = max(1, time)
    let shift = max(0, Int64.bitWidth - time.leadingZeroBitCount - bits - 1)
    return UInt16(shift << bits + Int(time >> shift))
  }
}
