public import CPosix
public import Synchronization

/// The range of positions that one worker of an ``IndexLoop`` goes through, from which idle workers take the far half.
///
/// The owner pays two plain memory accesses an item: it stores how far it is, then looks how far it may go. A thief
/// lowers the limit, then makes every thread pass a memory barrier, then looks how far the owner is; so at least one
/// of the two sees the other, and the owner meets the thief's lock only when they want the same item. This is the
/// protocol of Cilk's deques ("THE", Frigo, Leiserson and Randall, PLDI 1998) with the owner's fence moved to the thief.
@usableFromInline
final class LoopLane: @unchecked Sendable {
  // The owner writes one line of the cache an item, and thieves read other lanes' lines: they must not be neighbours.
  private let before = InlineArray<16, Int>(repeating: 0)
  @usableFromInline let next = Atomic<Int>(0)
  @usableFromInline let limit = Atomic<Int>(0)
  @usableFromInline let needsFence: Bool
  private let after = InlineArray<16, Int>(repeating: 0)

  private let lock = Lock()
  /// Where the owner's present range began; only the owner uses it.
  @usableFromInline private(set) var start = 0
  /// The ranges that the owner has gone through.
  private(set) var done: [Range<Int>] = []

  init(needsFence: Bool) { self.needsFence = needsFence }

  /// Whether the owner may run the item at `position`; it must ask for one after the other.
  @inlinable @inline(__always)
  func mayRun(_ position: Int) -> Bool {
    next.store(position &+ 1, ordering: .relaxed)
    if needsFence { atomicMemoryFence(ordering: .sequentiallyConsistent) } else { cposix_compiler_barrier() }
    return position < limit.load(ordering: .relaxed) || mayRunSlowly(position)
  }

  /// A thief that came too late may have lowered the limit for a moment.
  @usableFromInline @inline(never)
  func mayRunSlowly(_ position: Int) -> Bool {
    lock.withLock {
      let limit = limit.load(ordering: .relaxed)
      if position < limit { return true }
      next.store(limit, ordering: .relaxed)
      return false
    }
  }

  /// The owner begins a new range.
  func begin(_ range: Range<Int>) {
    lock.withLock {
      start = range.lowerBound
      next.store(range.lowerBound, ordering: .relaxed)
      limit.store(range.upperBound, ordering: .relaxed)
    }
  }

  /// The owner has gone through its range up to `end`.
  func finish(at end: Int) {
    if start < end { done.append(start..<end) }
    start = end
  }

  /// About how many positions the owner has not begun.
  var rest: Int { limit.load(ordering: .relaxed) - next.load(ordering: .relaxed) }

  /// Takes the far half of what the owner has not begun; nil if there is nothing.
  func takeHalf() -> Range<Int>? {
    lock.withLock {
      let here = next.load(ordering: .relaxed)
      let end = limit.load(ordering: .relaxed)
      return here < end ? cut(at: here + (end - here) / 2, of: end) : nil
    }
  }

  /// Takes away every position from `position` on that the owner has not begun.
  func truncate(to position: Int) {
    lock.withLock {
      let end = limit.load(ordering: .relaxed)
      // An owner that has asked for the position behind its last one is beyond the end: the limit must not follow it.
      let middle = max(position, next.load(ordering: .relaxed))
      if middle < end { _ = cut(at: middle, of: end) }
    }
  }

  /// Lowers the limit to `middle`, or to where the owner is by now; the caller holds the lock.
  private func cut(at middle: Int, of end: Int) -> Range<Int>? {
    limit.store(middle, ordering: .relaxed)
    if cposix_process_barrier() != 0 { atomicMemoryFence(ordering: .sequentiallyConsistent) }
    let reached = next.load(ordering: .relaxed)
    let boundary = min(max(middle, reached), end)
    limit.store(boundary, ordering: .relaxed)
    return boundary < end ? boundary..<end : nil
  }
}
