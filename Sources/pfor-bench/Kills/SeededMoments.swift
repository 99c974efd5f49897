/// Random moments from a seed. Early ones are more likely, because a program does most just after its start.
struct SeededMoments {
  private var state: UInt64
  private let latest: Double

  /// - Parameter latest: the last moment, in milliseconds.
  init(seed: UInt64, latest: Int) {
    state = seed
    self.latest = Double(latest)
  }

  /// Returns the next moment, in microseconds after a start.
  mutating func next() -> UInt32 {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    let share = Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    return UInt32(share * share * latest * 1_000)
  }
}
