public import Synchronization

extension Sequence where Self: Sendable, Element: Sendable {
  /// Starts to call `body` for the elements and returns at once with a handle on the run.
  ///
  /// The handle changes the number of threads, pauses and stops the run, reports its state, and returns the results.
  /// Take them with ``ParallelRun/takeDelivered(upTo:)`` or ``ParallelRun/results()``. Otherwise the run waits when its
  /// window is full.
  ///
  /// ```swift
  /// let run = ids.startParallelRun(threads: 5) { id, _ in try fetch(id) }
  /// run.setThreads(20)
  /// let pages = try await run.results()
  /// ```
  ///
  /// Each attempt at an `async` body runs in a separate task, which one of our threads awaits, so that no thread of
  /// Swift's cooperative pool is blocked. If an element is asked to end, its task is cancelled.
  ///
  /// - Parameters:
  ///   - threads: the target number of workers. You can change it at any time, even to 0.
  ///   - limits: how many items, results and events may wait at once.
  ///   - policy: attempts, time limits, and when the run gives up.
  ///   - inOrder: whether results are delivered in input order, or as they become ready.
  ///   - isObserved: whether the run makes events; if so, they must be taken.
  ///   - body: receives the element and its context. If it throws, the element fails with that error.
  /// - Returns: the run, whose results are what the body returned or threw.
  @inlinable
  public func startParallelRun<Output: Sendable>(
    threads: Int = defaultThreads, limits: RunLimits = RunLimits(), policy: RunPolicy = RunPolicy(),
    inOrder: Bool = true, isObserved: Bool = false,
    _ body: @escaping @Sendable (Element, ItemContext) throws -> Output
  ) -> ParallelRun<Element, Result<Output, any Error>> {
    startParallelRun(
      threads: threads, limits: limits, policy: policy, inOrder: inOrder, isObserved: isObserved,
      perWorker: { _ in () },
      { (_: inout Void, element, context) in try body(element, context) })
  }

  /// The form for an `async` body.
  public func startParallelRun<Output: Sendable>(
    threads: Int = defaultThreads, limits: RunLimits = RunLimits(), policy: RunPolicy = RunPolicy(),
    inOrder: Bool = true, isObserved: Bool = false,
    _ body: @escaping @Sendable (Element, ItemContext) async throws -> Output
  ) -> ParallelRun<Element, Result<Output, any Error>> {
    startParallelRun(
      threads: threads, limits: limits, policy: policy, inOrder: inOrder, isObserved: isObserved
    ) { (element, context) throws in
      try AwaitedBody.run(in: context) { try await body(element, context) }
    }
  }

  /// The form with a value for each worker, such as a database connection.
  ///
  /// The worker makes the value with `makeState`, on its own thread and before its first element. If that throws, the
  /// element fails with that error, and the next element tries again. The worker passes the value to `body` with every
  /// element that it runs, and gives it to `close` when it leaves. The other parameters are those of the form without a
  /// value.
  ///
  /// - Returns: the run, whose results are what the body returned or threw.
  @inlinable
  public func startParallelRun<State, Output: Sendable>(
    threads: Int = defaultThreads, limits: RunLimits = RunLimits(), policy: RunPolicy = RunPolicy(),
    inOrder: Bool = true, isObserved: Bool = false,
    perWorker makeState: @escaping @Sendable (WorkerID) throws -> State,
    closing close: @escaping @Sendable (consuming State) -> Void = { _ in },
    _ body: @escaping @Sendable (inout State, Element, ItemContext) throws -> Output
  ) -> ParallelRun<Element, Result<Output, any Error>> {
    let run = ParallelRun<Element, Result<Output, any Error>>(
      threads: threads, limits: limits, policy: policy, inOrder: inOrder, isObserved: isObserved,
      label: { isObserved ? "\($0)" : "" }
    ) { worker in
      let holder = StateHolder<State>()
      return WorkerBody(
        run: { element, context in
          do {
            var state = try holder.state ?? makeState(worker)
            defer { holder.state = state }
            return .of(.success(try body(&state, element, context)), .succeeded, in: context)
          } catch {
            return .of(.failure(error), .failed(Failure("\(error)")), in: context)
          }
        },
        close: {
          if let last = holder.state.take() { close(last) }
        })
    }
    // If counting costs nothing, the total is known before the last element is read.
    if let elements = self as? any RandomAccessCollection { run.expectItems(elements.count) }
    Feeder.start(self, to: run)
    return run
  }
}

/// A worker's value. Only its thread uses it, so the check for overlapping accesses is unnecessary.
@usableFromInline
final class StateHolder<State> {
  @exclusivity(unchecked) @usableFromInline var state: State?

  @inlinable
  init() {}
}

extension AttemptEnding {
  /// Returns the ending of an attempt whose body returned or threw, and whose time may be up.
  @inlinable
  static func of<Value>(
    _ result: consuming Result<Value, any Error>, _ outcome: @autoclosure () -> Outcome, in context: ItemContext
  ) -> AttemptEnding where Output == Result<Value, any Error> {
    if context.hasRunOut { return AttemptEnding(.timedOut, output: .failure(TimedOut())) }
    return AttemptEnding(context.isCancelled ? .cancelled : outcome(), output: result)
  }
}

/// Feeds a sequence to a run, on a separate thread unless the elements are few and in memory.
@usableFromInline
enum Feeder {
  @usableFromInline static var batch: Int { 256 }
  /// The time, in nanoseconds, after which a batch is offered even if it is not full, if a worker has nothing to do.
  @usableFromInline static var patience: Int64 { 50_000 }

  /// Starts to feed a sequence to a run.
  @inlinable
  static func start<Items: Sequence & Sendable, Output>(_ items: Items, to run: ParallelRun<Items.Element, Output>) {
    if isAtHand(items) { return feed(items, to: run) }
    _ = WorkerThread.start(name: "pfor-feed", .endless) { feed(items, to: run) }
  }

  /// Whether the elements are in memory and few enough for the run to take them without waiting, so that feeding needs
  /// no thread.
  @inlinable
  static func isAtHand<Items: Sequence>(_ items: Items) -> Bool {
    (items is [Items.Element] || items is ContiguousArray<Items.Element> || items is Range<Int>)
      && items.underestimatedCount <= batch
  }

  @inlinable
  static func feed<Items: Sequence, Output>(_ items: Items, to run: ParallelRun<Items.Element, Output>) {
    var batch: [Items.Element] = []
    var since = MonotonicClock.now
    for item in items {
      batch.append(item)
      // The clock is read only when a worker could use the items.
      guard
        batch.count >= Self.batch
          || run.pool.isHungry.load(ordering: .relaxed) && MonotonicClock.now.nanoseconds(since: since) > patience
      else { continue }
      guard run.offer(batch) else { return }
      batch.removeAll(keepingCapacity: true)
      since = MonotonicClock.now
    }
    if !batch.isEmpty { run.offer(batch) }
    run.endInput()
  }
}
