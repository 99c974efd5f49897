extension Sequence where Self: Sendable, Element: Sendable {
  /// Begins to call `body` for the elements and returns at once with a handle on the run.
  ///
  /// The handle changes the number of threads, pauses, stops, tells how things stand, and gives the results: take them
  /// with ``ParallelRun/takeDelivered(upTo:)`` or ``ParallelRun/results()``, else the run waits when its window is full.
  ///
  /// ```swift
  /// let run = ids.startParallelRun(threads: 5) { id, _ in try fetch(id) }
  /// run.setThreads(20)
  /// let pages = try await run.results()
  /// ```
  ///
  /// - Parameters:
  ///   - threads: the target number of workers; may be changed at any time, also to 0.
  ///   - limits: how far the run may get ahead of the consumers of its results and events.
  ///   - policy: how often elements are tried, how long they may take, and when the run gives up.
  ///   - inOrder: whether results are delivered in input order, or as they come.
  ///   - isObserved: whether there are events; somebody must take them then.
  ///   - body: gets the element and what it may know about its own execution; what it throws is its outcome.
  /// - Returns: the run, whose results are the body's results or what it threw.
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

  /// The same with a value for each worker, such as a database connection: made once when the worker starts, handed to
  /// every element that it runs, closed when it leaves.
  ///
  /// - Parameters:
  ///   - threads: the target number of workers; may be changed at any time, also to 0.
  ///   - limits: how far the run may get ahead of the consumers of its results and events.
  ///   - policy: how often elements are tried, how long they may take, and when the run gives up.
  ///   - inOrder: whether results are delivered in input order, or as they come.
  ///   - isObserved: whether there are events; somebody must take them then.
  ///   - makeState: makes a worker's value on the worker's thread. While it throws, the worker's elements fail with
  ///     what it threw, and it is tried again for the next one.
  ///   - close: gives back what the value holds, on the worker's thread.
  ///   - body: gets the worker's value, the element and what it may know about its own execution.
  /// - Returns: the run, whose results are the body's results or what it threw.
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
            return try .success(body(&state, element, context), in: context)
          } catch {
            return .failure(error, in: context)
          }
        },
        close: {
          if let last = holder.state.take() { close(last) }
        })
    }
    // Where counting costs nothing, the total is known before the last element has been read.
    if let elements = self as? any RandomAccessCollection { run.expectItems(elements.count) }
    Feeder.start(self, to: run) { $0 }
    return run
  }
}

/// A worker's value; only its thread uses it, so nobody need check that accesses do not overlap.
@usableFromInline
final class StateHolder<State> {
  @exclusivity(unchecked) @usableFromInline var state: State?

  @inlinable
  init() {}
}

extension AttemptEnding {
  /// How an attempt ended whose body returned.
  @inlinable
  static func success<Value>(
    _ value: Value, in context: ItemContext
  ) -> AttemptEnding where Output == Result<Value, any Error> {
    if context.hasRunOut(at: nil) { return AttemptEnding(.timedOut, output: .failure(TimedOut())) }
    return AttemptEnding(context.isCancelled ? .cancelled : .succeeded, output: .success(value))
  }

  /// How an attempt ended whose body threw.
  @inlinable
  static func failure<Value>(
    _ error: any Error, in context: ItemContext
  ) -> AttemptEnding where Output == Result<Value, any Error> {
    if context.hasRunOut(at: nil) { return AttemptEnding(.timedOut, output: .failure(TimedOut())) }
    let outcome: Outcome = context.isCancelled ? .cancelled : .failed(Failure("\(error)"))
    return AttemptEnding(outcome, output: .failure(error))
  }
}

extension ItemContext {
  /// Whether the attempt, whose work ended at a moment or ends now, has run out of time; final.
  @usableFromInline
  func hasRunOut(at end: Instant?) -> Bool { isTimed && workEnded(at: end ?? MonotonicClock.now) }
}
