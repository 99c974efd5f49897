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

/// Runs an `async` body for every position in `0..<count` on up to `tasks` child tasks. It limits the items in flight
/// and blocks no thread.
///
/// - Parameter discard: called for each completed range if the loop fails.
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
