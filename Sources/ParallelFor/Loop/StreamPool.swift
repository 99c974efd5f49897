import CPosix

/// The threads behind results that are taken one by one. Each reads a chunk of the input, runs it, and helps others.
///
/// The pool knows positions and chunks, not values. One worker at a time reads a chunk, which belongs to its
/// ``LoopLane``. A worker that has nothing to read takes half of what another one has not started. The consumer takes
/// results from the first chunk without a lock. It calls the pool only between chunks, or to wait.
@usableFromInline
final class StreamPool: @unchecked Sendable {
  /// Reads a chunk, given its first position and the maximum number of elements.
  @usableFromInline typealias Read = @Sendable (Int, Int) -> (chunk: StreamChunk?, isLast: Bool)
  /// Runs a lane's range of a chunk and returns the number of elements.
  @usableFromInline typealias Run = @Sendable (StreamChunk, LoopLane, ItemContext) -> Int

  private final class Worker: @unchecked Sendable {
    let lane: LoopLane
    let context: ItemContext

    init(_ number: Int) {
      lane = LoopLane(needsFence: cposix_process_barrier() != 0)
      context = ItemContext(item: ItemID(0), worker: WorkerID(number))
    }
  }

  private enum Step {
    case read(from: Int, limit: Int)
    case run(StreamChunk)
    case wait
    case leave
  }

  /// The interval, in nanoseconds, at which to check for results that are ready before a slow element of their chunk.
  private static let checkInterval: Int64 = 20_000_000

  private let monitor = Monitor()
  private let workWanted = Condition()
  private let threads: Int
  private let window: Int
  private let inOrder: Bool
  private let read: Read
  private let run: Run

  // The monitor guards everything below.
  private var claim: ClaimSize
  /// In order: the chunks that have started and are not used up. Otherwise: the ended chunks, of one element each.
  private var chunks: [StreamChunk] = []
  private var begun = 0
  private var taken = 0
  private var isReading = false
  private var inputHasEnded = false
  private var isStopped = false
  private var workers: [Worker] = []
  private var idle = 0
  private var consumer = ResultConsumer()

  /// Makes a pool without threads. The consumer's first call starts one.
  @usableFromInline
  init(threads: Int, window: Int, inOrder: Bool, read: @escaping Read, run: @escaping Run) {
    self.threads = max(1, threads)
    self.window = max(1, window)
    self.inOrder = inOrder
    // Out of order, a result must not wait for its neighbours, so a chunk is one element.
    claim = ClaimSize(work: 200_000, limit: inOrder ? 1_024 : 1)
    self.read = read
    self.run = run
  }

  /// Asks running elements to end and starts no further ones.
  @usableFromInline
  func stop() {
    let running = monitor.withLock {
      isStopped = true
      for worker in workers { worker.lane.truncate(to: 0) }
      workWanted.broadcast()
      tell()
      return workers
    }
    for worker in running { worker.context.cancellation.request(.interrupt) }
  }
}

// MARK: - For the consumer

extension StreamPool {
  /// Waits for the chunk whose next result is ready. Returns nil when there are no more results.
  @usableFromInline
  func nextChunk(after last: StreamChunk?) -> StreamChunk? {
    monitor.withLock {
      giveBack(last)
      while !hasAnswer {
        consumer.isWaiting = true
        // Results that are ready before a slow element of their chunk send no signal. So check now and then.
        monitor.wait(for: consumer.ready, nanoseconds: Self.checkInterval)
      }
      consumer.isWaiting = false
      return isOver ? nil : chunks.first
    }
  }

  /// Does the same without waiting. If nothing is ready, `call` is called once, when something is or at the end.
  ///
  /// - Returns: nil if `call` will be called.
  @usableFromInline
  func nextChunk(after last: StreamChunk?, orCall call: @escaping @Sendable () -> Void) -> StreamChunk?? {
    monitor.withLock {
      giveBack(last)
      guard hasAnswer else {
        consumer.call = call
        // An idle worker must check now and then.
        workWanted.signal()
        return .none
      }
      return .some(isOver ? nil : chunks.first)
    }
  }

  private func giveBack(_ last: StreamChunk?) {
    if workers.isEmpty, !isStopped { startWorker() }
    guard let last, last.isUsedUp, chunks.first === last else { return }
    chunks.removeFirst()
    taken += last.positions.count
    callAnother()
  }

  private var isOver: Bool { isStopped || inputHasEnded && taken == begun }
  private var hasAnswer: Bool { isOver || chunks.first?.hasReady ?? false }

  private func tell() {
    // The consumer's position in a chunk may be read only while the consumer waits.
    guard consumer.wantsToKnow, hasAnswer else { return }
    let isUrgent =
      claim.count < ResultConsumer.tiny || idle > 0 || inputHasEnded || isStopped || begun - taken > window / 2
    consumer.tell(isUrgent: isUrgent, holding: monitor)
  }
}

// MARK: - On the workers' threads

extension StreamPool {
  private func startWorker() {
    let worker = Worker(workers.count + 1)
    workers.append(worker)
    let isStarted = WorkerThread.start(name: "pfor-\(workers.count)", workers.count == 1 ? .endless : .none) { [self] in
      live(worker)
    }
    if !isStarted { workers.removeLast() }
  }

  private func live(_ worker: Worker) {
    var begin = MonotonicClock.now
    while let chunk = nextChunk(for: worker, &begin) {
      let count = run(chunk, worker.lane, worker.context)
      let time = MonotonicClock.now.nanoseconds(since: begin)
      monitor.withLock {
        claim.observe(items: count, nanoseconds: time)
        if !inOrder, count > 0 { chunks.append(chunk) }
        tell()
      }
    }
  }

  /// Waits for a chunk and gives the worker's lane a range of it. Returns nil when the worker must leave.
  private func nextChunk(for worker: Worker, _ begin: inout Instant) -> StreamChunk? {
    while true {
      switch monitor.withLock({ nextStep(of: worker) }) {
      case .read(let first, let limit):
        begin = MonotonicClock.now
        let (chunk, isLast) = read(first, limit)
        if monitor.withLock({ take(chunk, isLast, worker) }) { return chunk }
      case .run(let chunk):
        begin = MonotonicClock.now
        return chunk
      case .wait: continue
      case .leave: return nil
      }
    }
  }

  private func nextStep(of worker: Worker) -> Step {
    if isStopped { return .leave }
    let room = window - (begun - taken)
    if !inputHasEnded, !isReading, room > 0 {
      isReading = true
      return .read(from: begun, limit: max(1, min(claim.count, window / (2 * threads), room)))
    }
    if let chunk = takeFromBusiest(for: worker.lane) { return .run(chunk) }
    if inputHasEnded { return .leave }
    idle += 1
    if consumer.call != nil {
      monitor.wait(for: workWanted, nanoseconds: Self.checkInterval)
    } else {
      monitor.wait(for: workWanted)
    }
    idle -= 1
    tell()
    return .wait
  }

  /// Takes over a chunk that was read. Returns false if there is nothing to run.
  private func take(_ chunk: StreamChunk?, _ isLast: Bool, _ worker: Worker) -> Bool {
    isReading = false
    inputHasEnded = isLast
    if isLast { workWanted.broadcast() }
    guard let chunk, !isStopped else {
      tell()
      return false
    }
    if inOrder { chunks.append(chunk) }
    begun += chunk.positions.count
    worker.lane.begin(chunk.positions)
    callAnother()
    return true
  }

  /// Wakes or starts another worker if there may be something for it to do.
  private func callAnother() {
    if idle > 0 {
      workWanted.signal()
    } else if workers.count < threads, !inputHasEnded || chunks.contains(where: { $0.positions.count > 1 }) {
      startWorker()
    }
  }

  /// Takes half of what the busiest worker has not started.
  private func takeFromBusiest(for lane: LoopLane) -> StreamChunk? {
    guard inOrder else { return nil }
    while let victim = workers.map(\.lane).max(by: { $0.rest < $1.rest }), victim.rest > 0 {
      guard let range = victim.takeHalf() else { continue }
      guard let chunk = chunks.first(where: { $0.positions.contains(range.lowerBound) }) else {
        preconditionFailure("stream: positions \(range) are in no chunk")
      }
      lane.begin(range)
      return chunk
    }
    return nil
  }
}
