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

  /// Does the same with a value for each worker, such as a database connection. The worker makes the value before its
  /// first element, passes it to every element that it runs, and closes it when it leaves.
  ///
  /// - Parameters:
  ///   - threads: the target number of workers. You can change it at any time, even to 0.
  ///   - limits: how many items, results and events may wait at once.
  ///   - policy: attempts, time limits, and when the run gives up.
  ///   - inOrder: whether results are delivered in input order, or as they become ready.
  ///   - isObserved: whether the run makes events; if so, they must be taken.
  ///   - makeState: makes a worker's value on the worker's thread. If it throws, the worker's element fails with that
  ///     error, and the next element tries again.
  ///   - close: releases what the value holds, on the worker's thread.
  ///   - body: receives the worker's value, the element and its context.
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
            return try .success(body(&state, element, context), in: context)
          } catch {
            return .failure(error, in: context)
          }
        },
        close: {
          if let last = holder.state.take() { close(last) }
        })
    }
    // If counting costs nothing, the total is known before the last element is read.
    if let elements = self as? any RandomAccessCollection { run.expectItems(elements.count) }
    Feeder.start(self, to: run) { $0 }
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
  /// Returns the ending of an attempt whose body returned.
  @inlinable
  static func success<Value>(
    _ value: Value, in context: ItemContext
  ) -> AttemptEnding where Output == Result<Value, any Error> {
    if context.hasRunOut(at: nil) { return AttemptEnding(.timedOut, output: .failure(TimedOut())) }
    return AttemptEnding(context.isCancelled ? .cancelled : .succeeded, output: .success(value))
  }

  /// Returns the ending of an attempt whose body threw.
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
  /// Ends the attempt's work at a moment, or now, and returns whether it ran out of time. The answer is final.
  @usableFromInline
  func hasRunOut(at end: Instant?) -> Bool { isTimed && workEnded(at: end ?? MonotonicClock.now) }
}
