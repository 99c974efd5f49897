/// Decides how many items a worker claims at once, from the time that earlier items took.
///
/// A claim takes a lock that all workers share. An item that is claimed early may wait behind a slow one until an idle
/// worker takes it back. So a claim holds a small, fixed amount of work, and one item if items are slow.
struct ClaimSize {
  /// The amount of work in a claim, in nanoseconds.
  let work: Int64
  /// The maximum number of items in a claim.
  let limit: Int
  private(set) var count = 1

  init(work: Int64, limit: Int) {
    self.work = work
    self.limit = limit
  }

  /// Records that `items` items took `nanoseconds` one after the other.
  ///
  /// The size at most doubles each time, so that a few lucky items do not make a large claim. It shrinks at once.
  mutating func observe(items: Int, nanoseconds: Int64) {
    guard items > 0 else { return }
    let each = max(1, nanoseconds / Int64(items))
    count = max(1, min(Int(work / each), count * 2, limit))
  }
}
