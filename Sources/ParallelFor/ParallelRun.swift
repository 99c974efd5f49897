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

/// An attempt of which the run has decided what it means.
@usableFromInline
package struct SettledAttempt<Input, Output> {
  /// The item.
  package var input: Input
  /// When, where and how the attempt ended; without a label.
  package var attempt: FinishedItem
  /// From when on it could have begun; nil for an item's first attempt.
  package var due: Instant?
  /// What the attempt produced.
  package var output: Output?
  /// What follows.
  package var settlement: Settlement
  /// Whether the attempt was settled before as one that would be followed by another. Such a call comes on any thread,
  /// and perhaps after the worker has left.
  package var isRevised = false

  @usableFromInline
  init(input: Input, attempt: FinishedItem, due: Instant?, output: Output?, settlement: Settlement) {
    self.input = input
    self.attempt = attempt
    self.due = due
    self.output = output
    self.settlement = settlement
  }

  /// The same attempt when the end of the run has changed what it means.
  @usableFromInline
  func revised(_ settlement: Settlement) -> Self {
    var revised = self
    revised.settlement = settlement
    revised.isRevised = true
    return revised
  }
}

/// One execution of a body over items that arrive one batch after another, on threads whose number may change.
///
/// Safe to use from any thread. A feeder calls ``offer(_:)`` until there is no more; somebody takes the results with
/// ``takeDelivered(upTo:)``; whoever watches takes the events. Every item runs exactly once, unless the run is stopped
/// or finished early, or the item fails and is tried again. Never more threads than the largest target; lowering the
/// target never interrupts an item.
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
    var worker = LiveWorker(lane: lane, pool: pool, inputs: inputs, outputs: outputs, retries: retries, body: body)
    worker.live(label: label)
    body.close()
  }
}

/// One worker of a run at its work; used by its thread alone.
@usableFromInline
struct LiveWorker<Input: Sendable, Output: Sendable> {
  @usableFromInline let lane: Lane
  @usableFromInline let pool: WorkerPool
  @usableFromInline let inputs: Slots<Input>
  @usableFromInline let outputs: Slots<Output>
  @usableFromInline let retries: Retries<Input, Output>
  @usableFromInline let body: WorkerBody<Input, Output>
  @usableFromInline let isTimed: Bool
  @usableFromInline var reading = Slots<Input>.Cursor()
  @usableFromInline var writing = Slots<Output>.Cursor()

  @inlinable
  init(
    lane: Lane, pool: WorkerPool, inputs: Slots<Input>, outputs: Slots<Output>, retries: Retries<Input, Output>,
    body: WorkerBody<Input, Output>
  ) {
    self.lane = lane
    self.pool = pool
    self.inputs = inputs
    self.outputs = outputs
    self.retries = retries
    self.body = body
    isTimed = pool.policy.timeout != nil
  }

  /// From the worker's first item to its last.
  @inlinable
  mutating func live(label: (Input) -> String) {
    var ending: Ending?
    while let item = pool.nextItem(
      of: lane, after: ending, label: { inputs.peek(at: $0.position, using: &reading, label) ?? "" },
      rest: body.rest)
    { ending = run(item) }
  }

  @inlinable
  mutating func run(_ item: BegunItem) -> Ending {
    // Only what was tried before can have been asked for again.
    let asked = item.attempt > 1 ? retries.input(at: item.id.position) : nil
    let input = asked ?? input(of: item)
    let context = ItemContext(
      item: item.id, attempt: item.attempt, of: pool.policy.attempts, worker: lane.worker,
      cancellation: lane.cancellation, isTimed: isTimed, due: item.due)
    var result = body.run(input, context)
    if isTimed {
      let end = result.end ?? MonotonicClock.now
      result.end = end
      if context.workEnded(at: end) { result.outcome = .timedOut }
    }
    if pool.isAlwaysFinal, body.settled == nil, asked == nil {
      if !result.outcome.isSuccess { retries.keep(input, at: item.id.position) }
      if let output = result.output { outputs.put(output, at: item.id.position, using: &writing) }
      return Ending(outcome: result.outcome, note: result.note, end: result.end, settlement: .final)
    }
    return settle(item, input, &result, isAsked: asked != nil)
  }

  /// An item that may be tried again stays in its place.
  @inlinable
  mutating func input(of item: BegunItem) -> Input {
    let position = item.id.position
    let found =
      pool.isAlwaysFinal
      ? inputs.take(at: position, using: &reading) : inputs.peek(at: position, using: &reading) { $0 }
    guard let found else { preconditionFailure("item \(item.id) was handed out but never put") }
    return found
  }

  /// Asks what the end of an attempt means, tells the body, and keeps what is to be delivered.
  @usableFromInline
  mutating func settle(_ item: BegunItem, _ input: Input, _ result: inout AttemptEnding<Output>, isAsked: Bool) -> Ending {
    let end = result.end ?? MonotonicClock.now
    let settlement = pool.settlement(of: item, on: lane, result.outcome, at: end)
    let attempt = SettledAttempt(
      input: input,
      attempt: FinishedItem(
        id: item.id, worker: lane.worker, attempt: item.attempt, start: item.start, end: end, outcome: result.outcome,
        label: "", note: result.note),
      due: item.due, output: result.output, settlement: settlement)
    let keeping = OutputKeeping(outputs: outputs, retries: retries, settled: body.settled, isAsked: isAsked)
    keeping.keep(attempt, using: &writing)
    if case .again = settlement {
      pool.setRevision(of: item.id.position) { settlement in
        var cursor = Slots<Output>.Cursor()
        keeping.keep(attempt.revised(settlement), using: &cursor)
      }
    } else if !pool.isAlwaysFinal, !isAsked {
      _ = inputs.take(at: item.id.position, using: &reading)
    }
    return Ending(outcome: result.outcome, note: result.note, end: end, settlement: settlement)
  }
}

/// Tells a body what an attempt means, and keeps what is to be delivered of it.
@usableFromInline
struct OutputKeeping<Input: Sendable, Output: Sendable> {
  @usableFromInline let outputs: Slots<Output>
  @usableFromInline let retries: Retries<Input, Output>
  @usableFromInline let settled: ((SettledAttempt<Input, Output>) -> Output?)?
  /// Whether a user asked for the attempt, so that the item's places in the slots may be used up.
  @usableFromInline let isAsked: Bool

  @usableFromInline
  init(
    outputs: Slots<Output>, retries: Retries<Input, Output>, settled: ((SettledAttempt<Input, Output>) -> Output?)?,
    isAsked: Bool
  ) {
    self.outputs = outputs
    self.retries = retries
    self.settled = settled
    self.isAsked = isAsked
  }

  @usableFromInline
  func keep(_ attempt: SettledAttempt<Input, Output>, using cursor: inout Slots<Output>.Cursor) {
    let position = attempt.attempt.id.position
    let output = if let settled { settled(attempt) } else { attempt.output }
    if attempt.settlement == .final, !attempt.attempt.outcome.isSuccess { retries.keep(attempt.input, at: position) }
    // The next attempt replaces what this one produced.
    if case .again = attempt.settlement { return }
    if isAsked {
      retries.end(output, at: position)
    } else if let output {
      outputs.put(output, at: position, using: &cursor)
    }
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

/// Where the feeder stands; only its thread uses it.
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

  /// How the run stands now: how many items are in which state, and what each worker does.
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
