public import CPosix
public import Synchronization

/// The range of positions that one worker of an ``IndexLoop`` processes. Idle workers take the far half of it.
///
/// The owner pays two plain memory accesses per item. It stores its position, then loads the limit. A thief lowers the
/// limit, then makes every thread pass a memory barrier, then loads the owner's position. So at least one of the two
/// sees the other, and the owner takes the lock only when both want the same item. This is the protocol of Cilk's
/// deques ("THE", Frigo, Leiserson and Randall, PLDI 1998), with the owner's fence moved to the thief.
@usableFromInline
final class LoopLane: @unchecked Sendable {
  // The padding puts lanes on different cache lines. The owner writes its line for every item, while thieves read the
  // lines of other lanes.
  private let before = InlineArray<16, Int>(repeating: 0)
  @usableFromInline let next = Atomic<Int>(0)
  @usableFromInline let limit = Atomic<Int>(0)
  @usableFromInline let needsFence: Bool
  private let after = InlineArray<16, Int>(repeating: 0)

  private let lock = Lock()
  /// The start of the owner's present range; only the owner uses it.
  @usableFromInline private(set) var start = 0
  /// The ranges that the owner has completed.
  private(set) var done: [Range<Int>] = []

  init(needsFence: Bool) { self.needsFence = needsFence }

  /// Whether the owner may run the item at `position`. It must ask for consecutive positions.
  @inlinable @inline(__always)
  func mayRun(_ position: Int) -> Bool {
    next.store(position &+ 1, ordering: .relaxed)
    if needsFence { atomicMemoryFence(ordering: .sequentiallyConsistent) } else { cposix_compiler_barrier() }
    return position < limit.load(ordering: .relaxed) || mayRunSlowly(position)
  }

  /// Checks again under the lock, because a thief that came too late may have lowered the limit for a moment.
  @usableFromInline @inline(never)
  func mayRunSlowly(_ position: Int) -> Bool {
    lock.withLock {
      let limit = limit.load(ordering: .relaxed)
      if position < limit { return true }
      next.store(limit, ordering: .relaxed)
      return false
    }
  }

  /// Starts a new range of the owner.
  func begin(_ range: Range<Int>) {
    lock.withLock {
      start = range.lowerBound
      next.store(range.lowerBound, ordering: .relaxed)
      limit.store(range.upperBound, ordering: .relaxed)
    }
  }

  /// Records that the owner has completed its range up to `end`.
  func finish(at end: Int) {
    if start < end { done.append(start..<end) }
    start = end
  }

  /// The approximate number of positions that the owner has not started.
  var rest: Int { limit.load(ordering: .relaxed) - next.load(ordering: .relaxed) }

  /// Takes the far half of what the owner has not started; nil if there is nothing.
  func takeHalf() -> Range<Int>? {
    lock.withLock {
      let here = next.load(ordering: .relaxed)
      let end = limit.load(ordering: .relaxed)
      return here < end ? cut(at: here + (end - here) / 2, of: end) : nil
    }
  }

  /// Removes all positions from `position` on that the owner has not started.
  func truncate(to position: Int) {
    lock.withLock {
      let end = limit.load(ordering: .relaxed)
      // An owner that has asked for the position after its last one is beyond the end. The limit must not follow it.
      let middle = max(position, next.load(ordering: .relaxed))
      if middle < end { _ = cut(at: middle, of: end) }
    }
  }

  /// Lowers the limit to `middle`, or to the owner's position if that is higher. The caller holds the lock.
  private func cut(at middle: Int, of end: Int) -> Range<Int>? {
    limit.store(middle, ordering: .relaxed)
    if cposix_process_barrier() != 0 { atomicMemoryFence(ordering: .sequentiallyConsistent) }
    let reached = next.load(ordering: .relaxed)
    let boundary = min(max(middle, reached), end)
    limit.store(boundary, ordering: .relaxed)
    return boundary < end ? boundary..<end : nil
  }
}
