import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The measured forms of the library, all with the same work.
enum OwnLoops {
  static func array(_ work: LoopWork) -> [UInt64] {
    if work.isSkewed { return work.positions.parallelMap(threads: work.threads) { work.body($0) } }
    // The peers' plain bodies do not check whether they are skewed. An extra check would show in the empty body.
    let steps = work.steps
    return work.positions.parallelMap(threads: work.threads) { LoopWork.body($0, steps: steps) }
  }

  static func asynchronous(_ work: LoopWork) throws -> [UInt64] {
    try Awaited.value { try await awaiting(work) }
  }

  private static func awaiting(_ work: LoopWork) async throws -> [UInt64] {
    try await work.positions.parallelMap(threads: work.threads) { (item) async throws in work.body(item) }
  }

  static func generator(_ work: LoopWork) -> [UInt64] {
    var results: [UInt64] = []
    results.reserveCapacity(work.items)
    for result in work.positions.parallelResults(threads: work.threads, { work.body($0) }) { results.append(result) }
    return results
  }

  static func sleeping(_ work: LoopWork) -> [UInt64] {
    work.positions.parallelMap(threads: work.threads) { item in
      usleep(10_000)
      return work.body(item)
    }
  }

  /// Runs the work with items timed and counted, and takes a snapshot thirty times a second.
  static func observed(_ work: LoopWork) throws -> [UInt64] {
    let run = work.positions.startParallelRun(threads: work.threads) { item, _ in work.body(item) }
    var results: [UInt64] = []
    results.reserveCapacity(work.items)
    var looked = ContinuousClock.now
    while let batch = run.takeDelivered(upTo: 1_024) {
      for (_, result) in batch { results.append(try result.get()) }
      guard ContinuousClock.now - looked > .milliseconds(33) else { continue }
      looked = .now
      let snapshot = run.snapshot()
      guard snapshot.succeeded <= work.items else { throw BenchError("counted \(snapshot.succeeded) items") }
    }
    run.waitUntilOver()
    guard run.snapshot().succeeded == work.items else { throw BenchError("not every item was counted") }
    return results
  }

  /// Runs the work as a handle, from its start until its last thread has ended.
  static func handle(_ work: LoopWork) throws -> [UInt64] {
    let run = work.positions.startParallelRun(threads: work.threads) { item, _ in work.body(item) }
    var results: [UInt64] = []
    while let batch = run.takeDelivered() {
      for (_, result) in batch { results.append(try result.get()) }
    }
    run.waitUntilOver()
    return results
  }
}
