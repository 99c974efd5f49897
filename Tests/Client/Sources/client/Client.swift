import ParallelFor
import ParallelForDashboard

/// Uses every form of the README and the guide, and reports each result that differs from the documentation.
@main struct Client {
  @MainActor static func main() async throws {
    var checks = Checks()
    // The dashboard needs the main thread, which an asynchronous program may leave at its first await.
    try dashboard(&checks)
    try arrays(&checks)
    try functions(&checks)
    try await generators(&checks)
    try await asyncBodies(&checks)
    try await handles(&checks)
    steering(&checks)
    try policies(&checks)
    checks.conclude()
  }

  private struct Refused: Error, Equatable { var item: Int }

  private static func arrays(_ checks: inout Checks) throws {
    let squares = (0..<10).parallelMap(threads: 5) { $0 * $0 }
    checks.expect(squares == [0, 1, 4, 9, 16, 25, 36, 49, 64, 81], "parallelMap")
    checks.expect(Set(1...9).parallelMap { $0 }.sorted() == Array(1...9), "parallelMap of a set")
    checks.expect((0..<99).parallelMap(inOrder: false) { $0 }.sorted() == Array(0..<99), "inOrder: false")
    checks.expect((0..<9).parallelMap(progress: .line) { $0 } == Array(0..<9), "progress: .line")
    let seen = Box<Int>()
    (0..<100).parallelForEach { seen.append($0) }
    checks.expect(seen.values.sorted() == Array(0..<100), "parallelForEach")
    do throws(Refused) {
      _ = try (0..<1_000).parallelMap { (item) throws(Refused) in
        if item >= 7 { throw Refused(item: item) }
        return item
      }
      checks.expect(false, "an error is thrown")
    } catch {
      checks.expect(error == Refused(item: 7), "the first error in order is thrown")
    }
  }

  private static func functions(_ checks: inout Checks) throws {
    let cubes = distribute(threads: 5) { (i: Int) in i * i * i }
    checks.expect(try cubes(0..<4) == [0, 1, 8, 27], "distribute")
    let fixed = distributeOver(0..<4) { $0 + 1 }
    checks.expect(try fixed() == [1, 2, 3, 4], "distributeOver")
    checks.expect(try fixed() == [1, 2, 3, 4], "distributeOver, called again")
  }

  private static func generators(_ checks: inout Checks) async throws {
    var found: Int?
    for cube in (0...).parallelResults({ $0 * $0 * $0 }) where cube > 1_000 {
      found = cube
      break
    }
    checks.expect(found == 1_331, "parallelResults of an endless sequence")
    let results = (1...3).parallelResults { (item: Int) throws in item * 10 }
    var taken: [Int] = []
    while let result = try results.next() { taken.append(result) }
    checks.expect(taken == [10, 20, 30], "parallelResults, one by one")
    taken = []
    for try await result in (1...5).parallelResults({ (item: Int) async throws in item }) { taken.append(result) }
    checks.expect(taken == [1, 2, 3, 4, 5], "parallelResults, for try await")
    let any = Array((0..<50).parallelResults(inOrder: false) { $0 })
    checks.expect(any.sorted() == Array(0..<50), "parallelResults, as they are ready")
  }

  private static func asyncBodies(_ checks: inout Checks) async throws {
    let mapped = try await (0..<100).parallelMap(threads: 4) { (item: Int) async throws in item * 2 }
    checks.expect(mapped == (0..<100).map { $0 * 2 }, "parallelMap, async")
    let seen = Box<Int>()
    try await (0..<20).parallelForEach { (item: Int) async throws in seen.append(item) }
    checks.expect(seen.values.sorted() == Array(0..<20), "parallelForEach, async")
    let task = Task {
      try await (0...1_000).parallelMap { (_: Int) async throws in try await Task.sleep(for: .seconds(1_000)) }
    }
    task.cancel()
    let isCancelled: Bool
    do {
      _ = try await task.value
      isCancelled = false
    } catch { isCancelled = error is CancellationError }
    checks.expect(isCancelled, "cancelling the task cancels the work")
  }

  private static func handles(_ checks: inout Checks) async throws {
    let run = (0..<1_000).startParallelRun(threads: 1) { item, context in item + context.item.position }
    run.setThreads(4)
    run.pause()
    checks.expect(run.snapshot().isPaused, "pause")
    run.resume()
    let sums: [Int] = try await run.results()
    checks.expect(sums == (0..<1_000).map { $0 * 2 }, "results of a handle")
    checks.expect(run.snapshot().succeeded == 1_000 && run.snapshot().isOver, "snapshot")
    let closed = Box<Int>()
    let stateful = (0..<100).startParallelRun(
      threads: 3, perWorker: { _ in 0 }, closing: { closed.append($0) },
      { (count: inout Int, item, _) in
        count += 1
        return item
      })
    let items: [Int] = try await stateful.results()
    stateful.waitUntilOver()
    checks.expect(items == Array(0..<100) && closed.values.reduce(0, +) == 100, "a value for each worker")
    let failing = (0..<2).startParallelRun(threads: 1) { item, context in
      if item == 0, context.attempt == 1 { throw Refused(item: item) }
      while item == 1, !context.isCancelled {}
      return item
    }
    while failing.snapshot().unsuccessful == 0 {}
    checks.expect(failing.retry(ItemID(0)) && !failing.retry(ItemID(1)), "retry")
    checks.expect(failing.snapshot().unsuccessful == 0, "what is tried again has not failed")
    failing.stop(.interrupt)
    while failing.takeDelivered() != nil {}
    let stopped = (0...).startParallelRun(threads: 2) { item, _ in item }
    stopped.stop(.interrupt)
    while stopped.takeDelivered() != nil {}
    checks.expect(stopped.waitUntilOver(within: .seconds(60)), "stop")
  }

  /// Each item waits until it is asked to end.
  private static func steering(_ checks: inout Checks) {
    let run = (0..<4).startParallelRun(threads: 2, isObserved: true) { (item, context) throws in
      while !context.isCancelled {}
      return item
    }
    while run.snapshot().running < 2 {}
    let busy = run.snapshot().workers
    checks.expect(busy.compactMap(\.item).sorted() == [ItemID(0), ItemID(1)], "what each worker does")
    run.setThreads(0)
    checks.expect(run.snapshot().workers.allSatisfy(\.isDraining), "threads: 0 lets workers leave")
    checks.expect(run.interrupt(ItemID(0), .interrupt) && !run.interrupt(ItemID(3), .interrupt), "one item")
    while run.snapshot().running > 1 {}
    checks.expect(run.snapshot().queued == 2, "without threads nothing begins")
    run.finish()
    run.interrupt(ItemID(1), .interrupt)
    while run.takeDelivered() != nil {}
    let end = run.snapshot()
    checks.expect(end.skipped == 2 && end.succeeded + end.unsuccessful == 2, "finish")
    checks.expect(run.waitUntilOver(within: .seconds(60)), "the end can be waited for")
    let kinds = run.takeEvents().map(\.kind)
    var isLast = false
    if case .runFinished? = kinds.last { isLast = true }
    checks.expect(isLast, "events end with the run")
  }

  private static func policies(_ checks: inout Checks) throws {
    let again = try (0..<9).parallelMap(policy: RunPolicy(attempts: 3), errors: .throwFirst) { item, context in
      if context.attempt < 3 { throw Refused(item: item) }
      return item
    }
    checks.expect(again == Array(0..<9), "attempts")
    let all = (0..<4).parallelMap(errors: .collect) { item, _ in
      if item == 2 { throw Refused(item: item) }
      return item
    }
    checks.expect(all.map { try? $0.get() } == [0, 1, nil, 3], "errors: .collect")
    let halting = RunPolicy(halt: HaltPolicy(.soon, after: .count(2)))
    let some = (0..<1_000).parallelMap(threads: 1, policy: halting, errors: .collect) { item, _ -> Int in
      throw Refused(item: item)
    }
    let ran = some.count { if case .failure(let error) = $0 { !(error is NeverRan) } else { true } }
    checks.expect(2..<1_000 ~= ran, "halt after 2")
    do {
      try [1].parallelMap(policy: RunPolicy(timeout: .fixed(.milliseconds(1))), errors: .throwFirst) { _, context in
        while !context.isCancelled, let left = context.timeLeft, left <= .milliseconds(1) {}
      }
      checks.expect(false, "a timeout is thrown")
    } catch {
      checks.expect(error is TimedOut, "a timeout")
    }
  }

  private static func dashboard(_ checks: inout Checks) throws {
    let names = try (1...3).parallelMapWithDashboard(title: "names", closesWhenDone: true) { "name \($0)" }
    checks.expect(names == ["name 1", "name 2", "name 3"], "parallelMapWithDashboard")
    let run = (1...3).startParallelRun(threads: 2, isObserved: true) { item, _ in
      if item == 2 { throw Refused(item: item) }
      return item
    }
    let results = try run.showDashboard(title: "numbers", closesWhenDone: true)
    checks.expect(results.map { try? $0.get() } == [1, nil, 3], "showDashboard")
  }
}
