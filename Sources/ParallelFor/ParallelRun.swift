public import Synchronization

/// One execution of a body over items, on a changeable number of threads.
///
/// It is safe to use from any thread. A consumer takes the results with ``takeDelivered(upTo:)``, and a watcher takes
/// the events. Every item runs exactly once, unless the run is stopped or finished early, or the item fails and is
/// tried again. There are never more threads than the largest target. Lowering the target never interrupts an item.
public final class ParallelRun<Input: Sendable, Output: Sendable>: @unchecked Sendable {
  @usableFromInline let pool: WorkerPool
  @usableFromInline let inputs: Slots<Input>
  @usableFromInline let outputs: Slots<Output>
  @usableFromInline let retries: Retries<Input, Output>
  /// The number of items offered so far; only the feeder's thread uses it.
  @exclusivity(unchecked) @usableFromInline var offered = 0

  /// Makes a run. Its threads start when items arrive.
  ///
  /// - Parameters:
  ///   - threads: the target number of workers; 0 hands out no item until it is raised.
  ///   - limits: how many items, results and events may wait at once.
  ///   - policy: what to do about items that fail or take too long.
  ///   - inOrder: whether results are delivered in input order, or as they become ready.
  ///   - isObserved: whether the run makes events; if so, they must be taken.
  ///   - label: returns the item's name on a screen.
  ///   - makeBody: makes a worker's body on its thread.
  @inlinable
  package init(
    threads: Int, limits: RunLimits = RunLimits(), policy: RunPolicy = RunPolicy(), inOrder: Bool = true,
    isObserved: Bool = true, label: @escaping @Sendable (Input) -> String,
    makeBody: @escaping @Sendable (WorkerID) -> WorkerBody<Input, Output>
  ) {
    let inputs = Slots<Input>()
    let outputs = Slots<Output>()
    let retries = Retries<Input, Output>(mostKept: limits.keptFailures)
    self.inputs = inputs
    self.outputs = outputs
    self.retries = retries
    pool = WorkerPool(
      targetWorkers: threads, limits: limits, policy: policy, inOrder: inOrder, isObserved: isObserved
    ) { pool, lane in
      let body = makeBody(lane.worker)
      LiveWorker(lane: lane, pool: pool, inputs: inputs, outputs: outputs, retries: retries, body: body)
        .live(label: label)
      body.close()
    }
  }
}

// MARK: - Feeding

/// An item to run, or one that an earlier run has done.
package enum OfferedItem<Input: Sendable, Output: Sendable>: Sendable {
  /// An item to run.
  case item(Input)
  /// An item that was done before. Its output, if any, is delivered in its place.
  case done(Output?, isSuccess: Bool)
}

extension ParallelRun {
  /// Adds items after those offered before. Waits while enough items are read ahead. Call it from one thread.
  ///
  /// - Returns: false when the run takes no more items, because it was stopped or finished early.
  @inlinable
  @discardableResult
  package func offer(_ items: some Collection<Input>) -> Bool {
    guard pool.waitUntilInputIsWanted() else { return false }
    var cursor = Slots<Input>.Cursor()
    var count = 0
    for item in items {
      inputs.put(item, at: offered + count, using: &cursor)
      count += 1
    }
    offered += count
    return pool.itemsArrived(count)
  }

  /// Adds items, some of which an earlier run may have done. Those do not run. Their results are delivered in their
  /// places.
  @discardableResult
  package func offer(entries: some Collection<OfferedItem<Input, Output>>) -> Bool {
    guard pool.waitUntilInputIsWanted() else { return false }
    var reading = Slots<Input>.Cursor()
    var writing = Slots<Output>.Cursor()
    var restored: [RestoredItem] = []
    let first = offered
    for entry in entries {
      switch entry {
      case .item(let input): inputs.put(input, at: offered, using: &reading)
      case .done(let output, let isSuccess):
        if let output { outputs.put(output, at: offered, using: &writing) }
        // Marks the slot as used.
        _ = inputs.take(at: offered, using: &reading)
        restored.append(RestoredItem(position: offered, isSuccess: isSuccess))
      }
      offered += 1
    }
    return pool.itemsArrived(offered - first, restored: restored)
  }

  /// Lets the items that wait start in another order; the limits must allow it (``RunLimits/allowAnyOrder()``).
  package func startItems(in order: [Int]) { pool.decide { machine, _ in machine.startItems(in: order) } }

  @usableFromInline
  package func endInput() { pool.decide { $0.inputReachedEnd(at: $1) } }

  /// Announces the total number of items, when it is known before the end of the input.
  @usableFromInline
  package func expectItems(_ count: Int) {
    pool.decide { machine, now in
      machine.inputCounted(count, at: now)
      return PoolStateMachine.WakeUps()
    }
  }
}

// MARK: - Steering

extension ParallelRun {
  /// Sets the target number of workers. More start at once; surplus workers leave after their items. With 0, running
  /// items end and the others wait. This ends an automatic choice.
  public func setThreads(_ count: Int) { pool.setTargetWorkers(max(0, count)) }

  /// Lets the run choose the number of workers, such as `.automatic(upTo: 64)`.
  ///
  /// Every decision is an event with its reason. The choice ends when a number is set.
  public func setThreads(_ choice: AutomaticThreads) { pool.decide { $0.setThreads(choice, at: $1) } }

  /// Hands out no item for a reason, or hands out items again. The first time that a reason appears, an automatic number
  /// of threads is halved.
  package func hold(_ reason: HoldReason?) {
    pool.decide { machine, now in
      let isNew = reason != nil && machine.hold == nil
      let wakeUps = machine.hold(reason, at: now)
      return isNew ? wakeUps + machine.machineIsShort(at: now) : wakeUps
    }
  }

  /// Halves an automatic number of threads, because the machine is too busy.
  ///
  /// - Returns: whether the number is automatic.
  package func machineIsShort() -> Bool {
    var isAutomatic = false
    pool.decide { machine, now in
      isAutomatic = machine.tuner != nil
      return machine.machineIsShort(at: now)
    }
    return isAutomatic
  }

  /// Hands out no item until ``resume()``. Running items continue.
  public func pause() { pool.pause() }

  /// Hands out items again.
  public func resume() { pool.decide { $0.resume(at: $1) } }

  /// Hands out no further item and lets running items end.
  public func finish() { pool.finish() }

  /// Hands out no further item and asks running items to end.
  public func stop(_ urgency: StopUrgency) { pool.stop(urgency) }

  /// Asks one running item to end.
  ///
  /// - Returns: false if the item is not running.
  @discardableResult
  public func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool { pool.interrupt(id, urgency) }
}

// MARK: - Watching

extension ParallelRun {
  /// Whether the system refused a thread for a worker. A run without any worker stops.
  package var hasLackedThreads: Bool { pool.monitor.withLock { pool.machine.hasLackedThreads } }

  /// Returns the state of the run now: the number of items in each state, and what each worker does.
  public func snapshot() -> RunSnapshot { pool.snapshot() }

  /// Takes the events since the last call, in order. The last event of a run is ``RunEvent/Kind/runFinished(_:)``.
  public func takeEvents() -> [RunEvent] { pool.takeEvents() }

  /// Waits until the run is over and all its threads have ended.
  ///
  /// - Parameter limit: the maximum time to wait; nil for no limit.
  /// - Returns: whether the run is over.
  @discardableResult
  public func waitUntilOver(within limit: Duration? = nil) -> Bool { pool.waitUntilOver(limit?.nanoseconds) }

  /// Suspends until every worker has closed what it holds and left, which is shortly after the last result.
  func untilOver() async {
    while !waitUntilOver(within: .zero) {
      await Task.yield()
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}

// MARK: - Taking results

extension ParallelRun {
  /// Takes the next results, after waiting for one if necessary.
  ///
  /// - Returns: at most `limit` results, fewer or none if items delivered nothing; nil when all are delivered.
  @inlinable
  public func takeDelivered(upTo limit: Int = 256) -> [(ItemID, Output)]? { takeDelivered(upTo: limit, replaced: nil) }

  /// Does the same, and passes on outputs that later attempts have replaced.
  ///
  /// - Parameter replaced: receives outputs that are not handed on because their items were tried again.
  @inlinable
  package func takeDelivered(upTo limit: Int = 256, replaced: ((Output) -> Void)?) -> [(ItemID, Output)]? {
    pool.takeDelivered(upTo: limit).map { takeOutputs(at: $0, replaced) }
  }

  /// Takes the next results without waiting; none if there are none now, nil when all are delivered.
  ///
  /// - Parameter whenReady: if there is nothing to take now, it is called once, on any thread, when there is.
  package func takeReady(
    upTo limit: Int = 256, orCall whenReady: @escaping @Sendable () -> Void
  ) -> [(ItemID, Output)]? {
    while let positions = pool.takeDelivered(upTo: limit, orCall: whenReady) {
      let results = takeOutputs(at: positions)
      // Items may have delivered nothing.
      if positions.isEmpty || !results.isEmpty { return results }
    }
    return nil
  }

  /// Suspends the task until there are results and takes them with their items; nil when all are delivered.
  func nextReady(upTo limit: Int = 256) async -> [(ItemID, Output)]? {
    while true {
      let signal = AsyncSignal()
      guard let batch = takeReady(upTo: limit, orCall: signal.send) else { return nil }
      if !batch.isEmpty { return batch }
      await signal.wait()
    }
  }

  /// Suspends the task until there are results and takes them. Blocks no thread.
  ///
  /// - Parameter limit: the maximum number of results.
  /// - Returns: nil when all are delivered.
  public func nextResults(upTo limit: Int = 256) async -> [Output]? { await nextReady(upTo: limit)?.map(\.1) }

  /// Waits until the run is over and returns all results that have not been taken yet, in order.
  ///
  /// Cancelling the task stops the run.
  ///
  /// - Throws: the first failure, in order, after stopping the run.
  public func results<Value>() async throws -> [Value] where Output == Result<Value, any Error> {
    try await withTaskCancellationHandler {
      var values: [Value] = []
      do {
        while let batch = await nextReady() {
          for (_, result) in batch { values.append(try result.get()) }
        }
        await untilOver()
        try Task.checkCancellation()
      } catch {
        stop(.interrupt)
        while await nextReady() != nil {}
        await untilOver()
        throw error
      }
      return values
    } onCancel: {
      stop(.interrupt)
    }
  }

  @inlinable
  func takeOutputs(at positions: [Int], _ replaced: ((Output) -> Void)? = nil) -> [(ItemID, Output)] {
    var cursor = Slots<Output>.Cursor()
    var results: [(ItemID, Output)] = []
    results.reserveCapacity(positions.count)
    for position in positions {
      if let output = takeOutput(at: position, using: &cursor, replaced) { results.append((ItemID(position), output)) }
    }
    return results
  }

  /// Takes the output to hand on for an item; nil if it has none.
  @inlinable
  func takeOutput(
    at position: Int, using cursor: inout Slots<Output>.Cursor, _ replaced: ((Output) -> Void)?
  ) -> Output? {
    guard retries.isUsed.load(ordering: .relaxed) else { return outputs.take(at: position, using: &cursor) }
    return takeRetried(at: position, using: &cursor, replaced)
  }

  @usableFromInline
  func takeRetried(
    at position: Int, using cursor: inout Slots<Output>.Cursor, _ replaced: ((Output) -> Void)?
  ) -> Output? {
    // The position was handed on before the retry was requested, but its output is taken only now.
    if retries.isLate(position), let earlier = outputs.takeIfPresent(at: position, using: &cursor) { return earlier }
    if retries.isLate(position), !retries.hasEnded(position) { return nil }
    guard let ended = retries.take(at: position) else { return outputs.take(at: position, using: &cursor) }
    let earlier = ended.isLate ? nil : outputs.take(at: position, using: &cursor)
    // The run ended before the item could start again.
    guard ended.hasEnded else { return earlier }
    for output in ended.replaced { replaced?(output) }
    if let earlier { replaced?(earlier) }
    return ended.output
  }

  /// Returns the undelivered output of an item whose end an event has reported. The output stays in its slot.
  ///
  /// Only the consumer of the results may call it.
  package func undeliveredOutput(of id: ItemID) -> Output? {
    var cursor = Slots<Output>.Cursor()
    return outputs.peek(at: id.position, using: &cursor) { $0 }
  }

  /// Returns the undelivered output of an item that was tried again; nil for all others.
  package func undeliveredRetry(of id: ItemID) -> Output? { retries.output(at: id.position) }
}

// MARK: - Retrying by hand

/// The answer to a request to try an item again.
package enum RetryAnswer {
  /// There will be no further attempt.
  case refused
  /// There will be one, and its result replaces the earlier one.
  case inPlace
  /// There will be one, and its result is delivered out of order, because the earlier one has been taken.
  case late
}

extension ParallelRun {
  /// Asks for a further attempt at an item that has ended without success, while the run continues.
  ///
  /// The item goes before those that have not started, whatever the policy says about attempts. Its new ending replaces
  /// the earlier one. An item has one result, which is handed on once, so ask before the result is taken. A run that
  /// was halted by its policy, finished or stopped starts no further items.
  ///
  /// - Parameter id: the item. A run keeps up to ``RunLimits/keptFailures`` failed items.
  /// - Returns: false if there will be no further attempt, because the item runs, waits, succeeded or is not kept, its
  ///   result was taken, or the run is ending.
  @discardableResult
  public func retry(_ id: ItemID) -> Bool { retryKept(id, mayBeLate: false) }

  /// Does the same, but an item whose result was taken may get a second one, which is delivered as soon as it is ready.
  package func retryKept(_ id: ItemID, mayBeLate: Bool) -> Bool {
    guard let input = retries.keptInput(at: id.position) else { return false }
    return pool.retry(id, nil, mayBeLate: mayBeLate) { retries.begin(id.position, input, isLate: $0) }
  }

  /// Does the same for an item whose ending and input the caller provides.
  ///
  /// - Parameters:
  ///   - last: how the item ended.
  ///   - input: the item's input.
  package func retry(_ last: FinishedItem, _ input: Input) -> RetryAnswer {
    var answer = RetryAnswer.refused
    _ = pool.retry(last.id, last, mayBeLate: true) { isLate in
      answer = isLate ? .late : .inPlace
      retries.begin(last.id.position, input, isLate: isLate)
    }
    return answer
  }
}
