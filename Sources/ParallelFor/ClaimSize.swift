/// How many items a worker should claim at once, from how long items have taken.
///
/// A claim costs a lock that all workers share; an item claimed early may wait behind a slow one until an idle worker
/// takes it back. So a claim is worth a fixed small amount of work, and is one item for anything slow.
struct ClaimSize {
  /// What a claim should be worth, in nanoseconds.
  let work: Int64
  /// The most items in a claim.
  let limit: Int
  private(set) var count = 1

  init(work: Int64, limit: Int) {
    self.work = work
    self.limit = limit
  }

  /// Takes notice that `items` items took `nanoseconds` one after the other.
  ///
  /// Growth is at most twofold a time, so that a few lucky items do not make a large claim; shrinking is at once.
  mutating func observe(items: Int, nanoseconds: Int64) {
    guard items > 0 else { return }
    let each = max(1, nanoseconds / Int64(items))
    count = max(1, min(Int(work / each), count * 2, limit))
  }
}
