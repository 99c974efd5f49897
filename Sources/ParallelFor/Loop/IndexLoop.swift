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

extension IndexLoop {
  /// Runs `body` for a worker's positions until no positions are left in the loop.
  ///
  /// It is always inlined, so that the loop contains the body and not a call.
  @inlinable
  @inline(__always)
  func walk<Problem: Error>(as worker: Int, _ body: (Int) throws(Problem) -> Void) {
    let lane = lane(worker)
    guard worker == 0 || refill(lane) else { return }
    var position: Int
    repeat {
      position = lane.start
      do throws(Problem) {
        while lane.mayRun(position) {
          try body(position)
          position &+= 1
        }
      } catch {
        failed(at: position, error)
      }
    } while refill(lane, finishedAt: position)
  }

  /// Throws the first problem in the order of the positions, if there was one. Call it after every worker has ended.
  ///
  /// - Parameter discard: called for each completed range before the problem is thrown.
  @inlinable
  func conclude<Problem: Error>(
    throwing: Problem.Type, discard: (Range<Int>) -> Void = { _ in }
  ) throws(Problem) {
    guard let problem else { return }
    for range in done { discard(range) }
    guard let expected = problem as? Problem else {
      preconditionFailure("loop: a problem of another type: \(problem)")
    }
    throw expected
  }
}

/// The threads of one loop. The caller is the first, and each thread that finds work left starts up to two more.
@usableFromInline
final class LoopThreads: @unchecked Sendable {
  private let monitor = Monitor()
  private let allEnded = Condition()
  private let loop: IndexLoop
  /// The caller's closure. It does not escape, so no reference to it may remain when ``run(_:work:)`` returns.
  private var work: ((Int) -> Void)?
  private var running = 0

  /// - Parameter work: runs the worker with the given number, counted from 0, until nothing is left.
  private init(_ loop: IndexLoop, work: @escaping (Int) -> Void) {
    self.loop = loop
    self.work = work
  }

  /// Runs `work` on up to as many threads as the loop has workers, depending on the work left, and waits for all.
  @usableFromInline
  static func run(_ loop: IndexLoop, work: (Int) -> Void) {
    withoutActuallyEscaping(work) { work in
      let threads = LoopThreads(loop, work: work)
      threads.live(0)
      threads.wait()
      threads.work = nil
    }
  }

  private func live(_ worker: Int) {
    for next in [2 * worker + 1, 2 * worker + 2] where next < loop.workers && loop.hasRest { start(next) }
    work?(worker)
  }

  private func start(_ worker: Int) {
    monitor.withLock { running += 1 }
    // A missing thread costs only speed, because the others take its share.
    let isStarted = WorkerThread.start(name: "pfor-\(worker + 1)", .none) { [self] in
      live(worker)
      ended()
    }
    if !isStarted { ended() }
  }

  private func ended() {
    monitor.withLock {
      running -= 1
      if running == 0 { allEnded.broadcast() }
    }
  }

  private func wait() {
    monitor.withLock { while running > 0 { monitor.wait(for: allEnded) } }
  }
}

/// Runs an `async` body for every position in `0..<count` on up to `tasks` child tasks. It limits the items in flight
/// and blocks no thread.
///
/// - Parameter discard: called for each completed range if the loop fails.
/// - Throws: the first problem in the order of the positions, or `CancellationError` when the surrounding task is
///   cancelled.
@inlinable
func driveLoop(
  count: Int, tasks: Int, _ progress: LoopProgress, discard: (Range<Int>) -> Void = { _ in },
  _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
  let meter = ProgressMeter.start(progress, total: count)
  defer { meter?.end() }
  guard count > 0 else { return }
  let loop = IndexLoop(count: count, workers: tasks)
  await withTaskCancellationHandler {
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<loop.workers {
        group.addTask { await driveTask(worker, of: loop, meter, body) }
      }
    }
  } onCancel: {
    loop.stop()
  }
  let problem = loop.problem ?? (Task.isCancelled ? CancellationError() : nil)
  guard let problem else { return }
  for range in loop.done { discard(range) }
  throw problem
}

@inlinable
func driveTask(
  _ worker: Int, of loop: IndexLoop, _ meter: ProgressMeter?, _ body: @Sendable (Int) async throws -> Void
) async {
  let lane = loop.lane(worker)
  guard worker == 0 || loop.refill(lane) else { return }
  var position: Int
  repeat {
    position = lane.start
    do {
      while lane.mayRun(position) {
        try await body(position)
        meter?.count()
        position &+= 1
      }
    } catch {
      loop.failed(at: position, error)
    }
  } while loop.refill(lane, finishedAt: position)
}
