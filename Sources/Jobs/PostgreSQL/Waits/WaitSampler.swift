import Attempts
import ParallelFor
import PostgreSQL

/// Looks once a second at what the server does for each worker, while some item has been running for a second.
///
/// Its connection is the first one of the run. A sample counts for an item only if the item was running before and after
/// it, so it belongs to no other item of the worker, whatever the clocks say.
final class WaitSampler: @unchecked Sendable {
  /// The time between two samples, in nanoseconds.
  private static let period: Int64 = 1_000_000_000
  private let connect: @Sendable (_ name: String) throws(PostgreSQLError) -> PostgreSQLConnection
  private let monitor = Monitor()
  private let change = Condition()
  /// The monitor guards this and all of the following.
  private var workers: [WorkerID: WatchedWorker] = [:]
  private var isWatching = false
  private var connection: PostgreSQLConnection?
  private var live: [ItemID: Reason] = [:]
  private var sums = ServerActivity()

  /// - Parameters:
  ///   - connection: the connection for the first samples.
  ///   - connect: opens a further one.
  init(
    _ connection: PostgreSQLConnection?,
    connect: @escaping @Sendable (_ name: String) throws(PostgreSQLError) -> PostgreSQLConnection
  ) {
    self.connection = connection
    self.connect = connect
  }

  /// Why running items take their time, by the last sample.
  var runningReasons: [ItemID: Reason] { monitor.withLock { live } }

  /// What the server has done for the run, over all samples.
  var activity: ServerActivity { monitor.withLock { sums } }

  // MARK: - Workers

  /// Watches a worker from now on.
  ///
  /// - Parameter prefix: the start of the names of the run's connections.
  func join(_ worker: WorkerID, prefix: String) -> WatchedWorker {
    let watched = WatchedWorker()
    let isFirst = monitor.withLock {
      workers[worker] = watched
      defer { isWatching = true }
      return !isWatching
    }
    if isFirst, !WorkerThread.start(name: "pfor-sampler", .none, body: { self.watch(prefix) }) {
      monitor.withLock { isWatching = false }
    }
    return watched
  }

  /// Stops watching a worker, unless a later one has its number. The thread ends with the last one.
  func leave(_ worker: WorkerID, _ watched: WatchedWorker) {
    monitor.withLock {
      guard workers[worker] === watched else { return }
      workers[worker] = nil
      if workers.isEmpty { change.signal() }
    }
  }

  // MARK: - The thread

  private func watch(_ prefix: String) {
    var queries: WaitQueries?
    var plan = SamplingPlan()
    while let running = next() {
      let old = plan.old(among: running.mapValues(\.number))
      if plan.isDue, activity.problem == nil { sample(running, old, prefix, &queries) }
    }
  }

  /// Waits for the next moment of a sample, and returns what the workers run then; nil if there are no workers.
  private func next() -> [WorkerID: WatchedWorker.Run]? {
    monitor.withLock {
      if !workers.isEmpty { monitor.wait(for: change, nanoseconds: Self.period) }
      guard workers.isEmpty else { return workers.compactMapValues(\.run) }
      (isWatching, connection, live) = (false, nil, [:])
      return nil
    }
  }

  private func sample(
    _ running: [WorkerID: WatchedWorker.Run], _ old: Set<WorkerID>, _ prefix: String,
    _ queries: inout WaitQueries?
  ) {
    do throws(PostgreSQLError) {
      if queries == nil { queries = try prepare(prefix) }
      if let queries { note(try queries.sample(), running, old) }
    } catch {
      if !error.isCancelled { queries = nil }
      miss(error)
    }
  }

  private func prepare(_ prefix: String) throws(PostgreSQLError) -> WaitQueries {
    let first = monitor.withLock { connection.take() }
    if let first, first.isUsable { return try WaitQueries(first, prefix: prefix) }
    return try WaitQueries(connect("\(prefix)sampler"), prefix: prefix)
  }

  private func note(_ picture: ServerPicture, _ running: [WorkerID: WatchedWorker.Run], _ old: Set<WorkerID>) {
    let items = running.mapValues(\.item)
    let reasons = running.keys.reduce(into: [:]) { $0[$1] = picture.reason(of: $1, items: items) }
    let watched = monitor.withLock { workers }
    for (worker, run) in running { watched[worker]?.add(reasons[worker], to: run) }
    monitor.withLock {
      sums.add(Array(reasons.values))
      live = [:]
      for (worker, run) in running where old.contains(worker) { live[run.item] = reasons[worker] }
    }
  }

  /// A sample that was missed says nothing about waits. A server that does not know the views never will.
  private func miss(_ error: PostgreSQLError) {
    let isHopeless = error.state?.hasPrefix("42") ?? false
    monitor.withLock {
      sums.missed += 1
      live = [:]
      if isHopeless { sums.problem = error.message }
    }
  }
}

/// Decides whether the next moment is worth a sample. A run whose items all end within a second is never sampled.
struct SamplingPlan {
  /// The number of samples after the last item of a second, because slow items come in groups.
  private static let persistence = 10

  private var earlier: [WorkerID: Int] = [:]
  private var left = 0

  /// Whether to take a sample now.
  var isDue: Bool { left > 0 && !earlier.isEmpty }

  /// Notes what the workers run now, and returns those that have run the same item since the moment before.
  ///
  /// - Parameter numbers: the number of the item among those of its worker.
  mutating func old(among numbers: [WorkerID: Int]) -> Set<WorkerID> {
    let old = Set(numbers.filter { earlier[$0.key] == $0.value }.keys)
    left = old.isEmpty ? max(0, left - 1) : Self.persistence
    earlier = numbers
    return old
  }
}

/// The item that a worker runs, and its samples.
final class WatchedWorker: @unchecked Sendable {
  /// An item that a worker runs, and its number among those of the worker.
  struct Run {
    let item: ItemID
    let number: Int
  }

  private let lock = Lock()
  private var item: ItemID?
  private var number = 0
  private var samples = SampledItem()

  /// Notes that the worker sends the query of an item.
  func began(_ item: ItemID) {
    lock.withLock {
      self.item = item
      number += 1
    }
  }

  /// Notes that the item has ended, and returns its samples; nil if there are none.
  func ended() -> SampledItem? {
    lock.withLock {
      item = nil
      guard samples.count > 0 else { return nil }
      defer { samples = SampledItem() }
      return samples
    }
  }

  /// What the worker runs now; nil if nothing.
  var run: Run? { lock.withLock { item.map { Run(item: $0, number: number) } } }

  /// Adds a sample to an item if it is still running.
  func add(_ reason: Reason?, to run: Run) {
    lock.withLock { if item != nil, number == run.number { samples.add(reason) } }
  }
}
