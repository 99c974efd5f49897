/// How long items took, by position, in two bytes each. The error is below a thousandth of each time.
package struct ItemTimes: Equatable, Sendable {
  /// The number of significant bits of a time. The bits above them hold the shift.
  private static let bits = 10
  private static let unknown: UInt16 = 0

  private var codes: [UInt16] = []

  /// Makes the times of no items.
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
