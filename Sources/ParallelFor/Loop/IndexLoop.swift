import CPosix

/// Positions `0..<count`, shared out among workers that take the halves of each other's ranges.
///
/// Nobody watches it, so it reads no clock and makes no event; it is what the array forms run on. Workers are threads
/// or tasks: the loop hands out ranges and does not know which.
@usableFromInline
final class IndexLoop: @unchecked Sendable {
  private let lock = Lock()
  private let lanes: [LoopLane]
  /// The first position, in the order of the items, at which something went wrong.
  private var failure: (position: Int, problem: any Error)?
  private var isStopped = false

  /// Shares out `count` positions among at most `workers`; worker 0 begins with all of them.
  @usableFromInline
  init(count: Int, workers: Int) {
    let needsFence = cposix_process_barrier() != 0
    lanes = (0..<max(1, min(workers, count))).map { _ in LoopLane(needsFence: needsFence) }
    lanes[0].begin(0..<count)
  }

  /// How many workers there can be: never more than positions.
  @usableFromInline var workers: Int { lanes.count }

  /// The lane of a worker, from 0.
  @usableFromInline
  func lane(_ worker: Int) -> LoopLane { lanes[worker] }

  /// Whether there is a position that nobody has begun.
  @usableFromInline var hasRest: Bool { lanes.contains { $0.rest > 0 } }

  /// Gives the lane a new range, taken from the lane with most left; false when there is nothing left anywhere.
  ///
  /// - Parameter end: how far the lane's owner came in the range it had.
  @usableFromInline
  func refill(_ lane: LoopLane, finishedAt end: Int) -> Bool {
    lane.finish(at: end)
    return refill(lane)
  }

  /// Gives the lane its first range.
  @usableFromInline
  func refill(_ lane: LoopLane) -> Bool {
    // Ranges move under the lock only, so that none is on its way unseen while somebody gives up, or is cut off.
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

  /// Something went wrong at a position: those after it that have not begun never will.
  @usableFromInline
  func failed(at position: Int, _ problem: any Error) {
    lock.withLock {
      if let failure, failure.position <= position { return }
      failure = (position, problem)
      for lane in lanes { lane.truncate(to: position) }
    }
  }

  /// Nothing that has not begun will.
  @usableFromInline
  func stop() {
    lock.withLock {
      isStopped = true
      for lane in lanes { lane.truncate(to: 0) }
    }
  }

  /// What went wrong first, in the order of the items; to be asked when every worker has ended.
  @usableFromInline var problem: (any Error)? { failure?.problem }

  /// The ranges that were gone through; to be asked when every worker has ended. The position that failed is not in.
  @usableFromInline var done: [Range<Int>] { lanes.flatMap(\.done) }
}
