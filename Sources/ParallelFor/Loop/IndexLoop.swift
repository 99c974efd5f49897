import CPosix

/// Positions `0..<count`, divided among workers that take halves of each other's ranges.
///
/// The array forms run on it. It is not observed, so it reads no clock and makes no events. Workers may be threads or
/// tasks, because the loop only hands out ranges.
@usableFromInline
final class IndexLoop: @unchecked Sendable {
  private let lock = Lock()
  private let lanes: [LoopLane]
  /// The first failure, in the order of the items.
  private var failure: (position: Int, problem: any Error)?
  private var isStopped = false

  /// Divides `count` positions among at most `workers`. Worker 0 starts with all of them.
  @usableFromInline
  init(count: Int, workers: Int) {
    let needsFence = cposix_process_barrier() != 0
    lanes = (0..<max(1, min(workers, count))).map { _ in LoopLane(needsFence: needsFence) }
    lanes[0].begin(0..<count)
  }

  /// The maximum number of workers, which is never more than the number of positions.
  @usableFromInline var workers: Int { lanes.count }

  /// Returns the lane of a worker; workers are counted from 0.
  @usableFromInline
  func lane(_ worker: Int) -> LoopLane { lanes[worker] }

  /// Whether there is a position that no worker has started.
  @usableFromInline var hasRest: Bool { lanes.contains { $0.rest > 0 } }

  /// Gives the lane a new range, taken from the lane with the most left. Returns false when nothing is left.
  ///
  /// - Parameter end: where the lane's owner stopped in its previous range.
  @usableFromInline
  func refill(_ lane: LoopLane, finishedAt end: Int) -> Bool {
    lane.finish(at: end)
    return refill(lane)
  }

  /// Gives the lane its first range. Returns false when nothing is left.
  @usableFromInline
  func refill(_ lane: LoopLane) -> Bool {
    // Ranges move only under the lock. Otherwise a worker could give up, or a failure cut ranges, while one is moving.
    lock.withLock {
      while !isStopped, let victim = lanes.max(by: { $0.rest < $1.rest }), victim.rest > 0 {
        if let range = victim.takeHalf() {
          lane.begin(range)
          return true
        }
      }
      return false
    }
  }

  /// Records a failure at a position. Later positions that have not started never will.
  @usableFromInline
  func failed(at position: Int, _ problem: any Error) {
    lock.withLock {
      if let failure, failure.position <= position { return }
      failure = (position, problem)
      for lane in lanes { lane.truncate(to: position) }
    }
  }

  /// Prevents all further positions from starting.
  @usableFromInline
  func stop() {
    lock.withLock {
      isStopped = true
      for lane in lanes { lane.truncate(to: 0) }
    }
  }

  /// The first failure, in the order of the items. Use it after every worker has ended.
  @usableFromInline var problem: (any Error)? { failure?.problem }

  /// The completed ranges, without positions that failed. Use it after every worker has ended.
  @usableFromInline var done: [Range<Int>] { lanes.flatMap(\.done) }
}
