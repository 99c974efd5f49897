/// Runs `body` for every position in `0..<count` on up to `threads` threads, the caller's among them.
///
/// - Throws: the first problem in the order of the positions; later positions that had not begun never begin.
/// - Parameter discard: called for each range gone through, if the loop fails.
@inlinable
func driveLoop<Problem: Error>(
  count: Int, threads: Int, discard: (Range<Int>) -> Void = { _ in }, _ body: (Int) throws(Problem) -> Void
) throws(Problem) {
  guard count > 0 else { return }
  let loop = IndexLoop(count: count, workers: threads)
  LoopThreads.run(loop) { worker in
    let lane = loop.lane(worker)
    guard worker == 0 || loop.refill(lane) else { return }
    var position: Int
    repeat {
      position = lane.start
      do throws(Problem) {
        while lane.mayRun(position) {
          try body(position)
          position &+= 1
        }
      } catch {
        loop.failed(at: position, error)
      }
    } while loop.refill(lane, finishedAt: position)
  }
  guard let problem = loop.problem else { return }
  for range in loop.done { discard(range) }
  guard let expected = problem as? Problem else { preconditionFailure("loop: a problem of another type: \(problem)") }
  throw expected
}

/// The same for an `async` body, on up to `tasks` child tasks: the limit is on items in flight, no thread is blocked.
///
/// - Throws: the first problem in the order of the positions, or `CancellationError` when the surrounding task is
///   cancelled.
@inlinable
func driveLoop(
  count: Int, tasks: Int, discard: (Range<Int>) -> Void = { _ in },
  _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
  guard count > 0 else { return }
  let loop = IndexLoop(count: count, workers: tasks)
  await withTaskCancellationHandler {
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<loop.workers {
        group.addTask { await driveTask(worker, of: loop, body) }
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
func driveTask(_ worker: Int, of loop: IndexLoop, _ body: @Sendable (Int) async throws -> Void) async {
  let lane = loop.lane(worker)
  guard worker == 0 || loop.refill(lane) else { return }
  var position: Int
  repeat {
    position = lane.start
    do {
      while lane.mayRun(position) {
        try await body(position)
        position &+= 1
      }
    } catch {
      loop.failed(at: position, error)
    }
  } while loop.refill(lane, finishedAt: position)
}
