/// How one attempt at an item ended, with its output.
public struct AttemptEnding<Output> {
  /// How it ended.
  public var outcome: Outcome
  /// The output to deliver; nil delivers nothing for this item.
  public var output: Output?
  /// A remark on the outcome, for the event.
  public var note: String?
  /// When the work ended, if the body did more afterwards, such as storing the output; nil if it ended on return.
  public var end: Instant?

  /// Makes an ending.
  @inlinable
  public init(_ outcome: Outcome, output: Output?, note: String? = nil, end: Instant? = nil) {
    self.outcome = outcome
    self.output = output
    self.note = note
    self.end = end
  }
}

extension AttemptEnding: Sendable where Output: Sendable {}

/// What one worker does with its items. It is made on the worker's thread, and only that thread uses it.
public struct WorkerBody<Input, Output> {
  /// Runs one item.
  public var run: (Input, ItemContext) -> AttemptEnding<Output>
  /// Receives a settled attempt and returns the output to deliver. Without it, the output of `run` is delivered.
  @usableFromInline package var settled: ((SettledAttempt<Input, Output>) -> Output?)?
  /// Releases what other threads may wait for, when no item is at hand. The worker may continue or leave afterwards.
  public var rest: () -> Void
  /// Releases what the worker holds, when it leaves.
  public var close: () -> Void

  /// Makes a body.
  ///
  /// - Parameters:
  ///   - run: runs one item.
  ///   - rest: called when no item is at hand.
  ///   - close: called when the worker leaves.
  @inlinable
  public init(
    run: @escaping (Input, ItemContext) -> AttemptEnding<Output>, rest: @escaping () -> Void = {},
    close: @escaping () -> Void = {}
  ) {
    self.run = run
    self.rest = rest
    self.close = close
  }
}

/// One execution of a body over items that arrive in batches, on a changeable number of threads.
///
/// It is safe to use from any thread. A feeder calls ``offer(_:)`` until the input ends, a consumer takes the results
/// with ``takeDelivered(upTo:)``, and a watcher takes the events. Every item runs exactly once, unless the run is
/// stopped or finished early, or the item fails and is tried again. There are never more threads than the largest
/// target. Lowering the target never interrupts an item.
public final class ParallelRun<Input: Sendable, Output: Sendable>: Sendable {
  @usableFromInline let pool: WorkerPool
  @usableFromInline let inputs: Slots<Input>
  @usableFromInline let outputs: Slots<Output>
  @usableFromInline let retries: Retries<Input, Output>
  @usableFromInline let feeding: Feeding

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
  public init(
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
    feeding = Feeding()
    pool = WorkerPool(
      targetWorkers: threads, limits: limits, policy: policy, inOrder: inOrder, isObserved: isObserved
    ) { pool, lane in
      Self.live(in: lane, of: pool, inputs, outputs, retries, label: label, body: makeBody(lane.worker))
    }
  }

  /// Runs a worker from its first item to its last.
  @inlinable
  static func live(
    in lane: Lane, of pool: WorkerPool, _ inputs: Slots<Input>, _ outputs: Slots<Output>,
    _ retries: Retries<Input, Output>, label: (Input) -> String, body: WorkerBody<Input, Output>
  ) {
    let worker = LiveWorker(lane: lane, pool: pool, inputs: inputs, outputs: outputs, retries: retries, body: body)
    worker.live(label: label)
    body.close()
  }
}

/// Results, or the fact that there are none yet or none left.
@usableFromInline
enum Delivered<Output> {
  case results([Output])
  case later
  case over
}

/// An item to run, or one that an earlier run has done.
public enum OfferedItem<Input, Output> {
  /// An item to run.
  case item(Input)
  /// An item that was done before. Its output, if any, is delivered in its place.
  case done(Output?, isSuccess: Bool)
}

extension OfferedItem: Sendable where Input: Sendable, Output: Sendable {}

/// The feeder's position; only its thread uses it.
@usableFromInline
final class Feeding: @unchecked Sendable {
  @usableFromInline var next = 0

  @usableFromInline
  init() {}
}

// MARK: - Feeding

extension ParallelRun {
  /// Adds items after those offered before. Waits while enough items are read ahead. Call it from one thread.
  ///
  /// - Returns: false when the run takes no more items, because it was stopped or finished early.
  @inlinable
  @discardableResult
  public func offer(_ items: some Collection<Input>) -> Bool {
    guard pool.waitUntilInputIsWanted() else { return false }
    var cursor = Slots<Input>.Cursor()
    var count = 0
    for item in items {
      inputs.put(item, at: feeding.next + count, using: &cursor)
      count += 1
    }
    feeding.next += count
    return pool.itemsArrived(count)
  }

  /// Adds items, some of which an earlier run may have done. Those do not run. Their results are delivered in their
  /// places.
  @discardableResult
  public func offer(entries: some Collection<OfferedItem<Input, Output>>) -> Bool {
    guard pool.waitUntilInputIsWanted() else { return false }
    var reading = Slots<Input>.Cursor()
    var writing = Slots<Output>.Cursor()
    var restored: [RestoredItem] = []
    var position = feeding.next
    for entry in entries {
      switch entry {
      case .item(let input): inputs.put(input, at: position, using: &reading)
      case .done(let output, let isSuccess):
        if let output { outputs.put(output, at: position, using: &writing) }
        // Marks the slot as used.
        _ = inputs.take(at: position, using: &reading)
        restored.append(RestoredItem(position: position, isSuccess: isSuccess))
      }
      position += 1
    }
    let count = position - feeding.next
    feeding.next = position
    return pool.itemsArrived(count, restored: restored)
  }

  /// Ends the input.
  public func endInput() { pool.inputReachedEnd() }

  /// Announces the total number of items, when it is known before the end of the input.
  public func expectItems(_ count: Int) { pool.inputCounted(count) }
}

// MARK: - Steering

extension ParallelRun {
  /// Sets the target number of workers. More start at once; surplus workers leave after their items. With 0, running
  /// items end and the rest waits.
  public func setThreads(_ count: Int) { pool.setTargetWorkers(max(0, count)) }

  /// Hands out no item until ``resume()``. Running items continue.
  public func pause() { pool.pause() }

  /// Hands out items again.
  public func resume() { pool.resume() }

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
  package var hasLackedThreads: Bool { pool.hasLackedThreads }

  /// Returns the state of the run now: the number of items in each state, and what each worker does.
  public func snapshot() -> RunSnapshot { pool.snapshot() }

  /// Takes the events since the last call, in order. The last event of a run is ``RunEvent/Kind/runFinished(_:)``.
  public func takeEvents() -> [RunEvent] { pool.takeEvents() }

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
    guard let positions = pool.takeDelivered(upTo: limit) else { return nil }
    var cursor = Slots<Output>.Cursor()
    var results: [(ItemID, Output)] = []
    results.reserveCapacity(positions.count)
    for position in positions {
      if let output = takeOutput(at: position, using: &cursor, replaced: replaced) {
        results.append((ItemID(position), output))
      }
    }
    return results
  }

  /// Takes the next results without waiting.
  ///
  /// - Parameter whenReady: if there is nothing to take now, it is called once, on any thread, when there is.
  @inlinable
  func takeDelivered(upTo limit: Int, orCall whenReady: @escaping @Sendable () -> Void) -> Delivered<Output> {
    switch pool.takeDelivered(upTo: limit, orCall: whenReady) {
    case .later: return .later
    case .over: return .over
    case .positions(let positions):
      var cursor = Slots<Output>.Cursor()
      return .results(positions.compactMap { takeOutput(at: $0, using: &cursor) })
    }
  }

  /// Waits until the run is over and all its threads have ended.
  ///
  /// - Parameter nanoseconds: the maximum time to wait.
  /// - Returns: whether the run is over.
  @discardableResult
  public func waitUntilOver(nanoseconds: Int64 = .max) -> Bool { pool.waitUntilOver(nanoseconds: nanoseconds) }
}
