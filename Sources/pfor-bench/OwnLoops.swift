import Dispatch
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The work of every contender of a row: the same body, items and number of threads.
struct LoopWork {
  let items: Int
  let threads: Int
  /// The number of steps of the body.
  let steps: Int
  /// Whether one item in a thousand takes a thousand times as many steps.
  var isSkewed = false

  /// The items' positions.
  var positions: Range<Int> { 0..<items }

  /// The body, for skewed and plain work.
  func body(_ item: Int) -> UInt64 {
    Self.body(item, steps: isSkewed && item % 1_000 == 500 ? 1_000 * steps : steps)
  }

  /// Runs dependent steps of xorshift64, which no compiler folds, with the item as the seed.
  @inline(__always)
  static func body(_ item: Int, steps: Int) -> UInt64 {
    var value = UInt64(truncatingIfNeeded: item) &+ 1
    var left = steps
    while left > 0 {
      value ^= value << 13
      value ^= value >> 7
      value ^= value << 17
      left &-= 1
    }
    return value
  }

  /// The arguments for the peers' programs.
  var arguments: [String] { ["\(items)", "\(threads)", "\(steps)"] }
}

extension Sequence<UInt64> {
  /// The sum of the results, which shows that every contender did the same work.
  var checksum: UInt64 { reduce(0, &+) }
}

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

/// Lets a thread outside Swift's cooperative pool wait for asynchronous work.
enum Awaited {
  private final class Box<Value>: @unchecked Sendable {
    var result: Result<Value, any Error>?
  }

  static func value<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
    let box = Box<Value>()
    let isDone = DispatchSemaphore(value: 0)
    Task {
      do { box.result = .success(try await body()) } catch { box.result = .failure(error) }
      isDone.signal()
    }
    isDone.wait()
    guard let result = box.result else { throw BenchError("asynchronous work ended without a result") }
    return try result.get()
  }
}
