/// How one attempt at an item ended, with what it produced.
public struct AttemptEnding<Output> {
  /// How it ended.
  public var outcome: Outcome
  /// What is to be delivered; nil delivers nothing for this item.
  public var output: Output?
  /// A remark beside the outcome, for the event.
  public var note: String?
  /// When the work itself ended, if the body did more after it, such as keeping the output; nil for its return.
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

/// What one worker does with its items, made on the worker's own thread and used by it alone.
public struct WorkerBody<Input, Output> {
  /// Runs one item.
  public var run: (Input, ItemContext) -> AttemptEnding<Output>
  /// Takes notice of what an attempt means, and says what is to be delivered of it; nil delivers what `run` returned.
  @usableFromInline package var settled: ((SettledAttempt<Input, Output>) -> Output?)?
  /// Gives back what others may wait for, when no item is at hand; the worker may go on or leave after it.
  public var rest: () -> Void
  /// Gives back what the worker holds, when it leaves.
  public var close: () -> Void

  /// Makes a body, with something to do when no item is at hand and when the worker leaves.
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

/// One execution of a body over items that arrive one batch after another, on threads whose number may change.
///
/// Safe to use from any thread. A feeder calls ``offer(_:)`` until there is no more, a consumer takes the results with
/// ``takeDelivered(upTo:)``, and a watcher takes the events. Every item runs exactly once, unless the run is stopped or
/// finished early, or the item fails and is tried again. There are never more threads than the largest target; lowering
/// the target never interrupts an item.
public final class ParallelRun<Input: Sendable, Output: Sendable>: Sendable {
  @usableFromInline let pool: WorkerPool
  @usableFromInline let inputs: Slots<Input>
  @usableFromInline let outputs: Slots<Output>
  @usableFromInline let retries: Retries<Input, Output>
  @usableFromInline let feeding: Feeding

  /// Makes a run; its threads come with its items.
  ///
  /// - Parameters:
  ///   - threads: the target number of workers; 0 hands out nothing until it is raised.
  ///   - limits: how far the run may get ahead of feeder, taker and watcher.
  ///   - policy: what is done about items that fail or take too long.
  ///   - inOrder: whether results are delivered in input order, or as they come.
  ///   - isObserved: whether there are events; somebody must take them then.
  ///   - label: what to call an item on a screen.
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

  /// A worker's life, from its first item to its last.
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

/// Results that are there, or not yet, or never will be.
@usableFromInline
enum Delivered<Output> {
  case results([Output])
  case later
  case over
}

/// An item to be run, or one that an earlier run has done.
public enum OfferedItem<Input, Output> {
  /// To be run.
  case item(Input)
  /// Done before; its output, if there is any, is delivered in its place.
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
  /// Adds items after those offered before; waits while enough are read ahead. Call it from one thread.
  ///
  /// - Returns: false when the run wants no more items, because it was stopped or finished early.
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
    pool.itemsArrived(count)
    return true
  }

  /// The same where some items may have been done by an earlier run: those are not run, and their results are delivered
  /// among the others.
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
        // So that the place counts as used.
        _ = inputs.take(at: position, using: &reading)
        restored.append(RestoredItem(position: position, isSuccess: isSuccess))
      }
      position += 1
    }
    let count = position - feeding.next
    feeding.next = position
    pool.itemsArrived(count, restored: restored)
    return true
  }

  /// Says that no further item will come.
  public func endInput() { pool.inputReachedEnd() }

  /// Says how many items there will be in all, when that is known before their end.
  public func expectItems(_ count: Int) { pool.inputCounted(count) }
}

// MARK: - Steering

extension ParallelRun {
  /// Asks for `count` workers: more start at once, fewer leave after their items. 0 lets what runs end and waits.
  public func setThreads(_ count: Int) { pool.setTargetWorkers(max(0, count)) }

  /// Hands out no item until ``resume()``; what runs goes on.
  public func pause() { pool.pause() }

  /// Hands out items again.
  public func resume() { pool.resume() }

  /// Hands out no further item and lets what runs end.
  public func finish() { pool.finish() }

  /// Hands out no further item and asks what runs to end.
  public func stop(_ urgency: StopUrgency) { pool.stop(urgency) }

  /// Asks one running item to end.
  ///
  /// - Returns: false if the item does not run.
  @discardableResult
  public func interrupt(_ id: ItemID, _ urgency: StopUrgency) -> Bool { pool.interrupt(id, urgency) }
}

// MARK: - Watching

extension ParallelRun {
  /// Whether the system had no thread for a worker that the run wanted; without any worker the run stops.
  package var hasLackedThreads: Bool { pool.hasLackedThreads }

  /// The state of the run now: how many items are in which state, and what each worker does.
  public func snapshot() -> RunSnapshot { pool.snapshot() }

  /// Takes the events since the last call, in order; the last one ever is ``RunEvent/Kind/runFinished(_:)``.
  public func takeEvents() -> [RunEvent] { pool.takeEvents() }

  /// Takes the next results; waits until there is one.
  ///
  /// - Returns: at most `limit` results, fewer or none where items delivered nothing; nil when all are delivered.
  @inlinable
  public func takeDelivered(upTo limit: Int = 256) -> [(ItemID, Output)]? { takeDelivered(upTo: limit, replaced: nil) }

  /// The same.
  ///
  /// - Parameter replaced: called with outputs that are not handed on because their items were tried again.
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
  /// - Parameter whenReady: called once, on any thread, when there is something to take; only if there is nothing now.
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
  /// - Parameter nanoseconds: how long to wait at most.
  /// - Returns: true if the run is over.
  @discardableResult
  public func waitUntilOver(nanoseconds: Int64 = .max) -> Bool { pool.waitUntilOver(nanoseconds: nanoseconds) }
}
