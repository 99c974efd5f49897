/// One worker of a run at work; only its own thread uses it.
///
/// It is an object with constant parts. Otherwise workers would contend for the reference counts of what they share.
@usableFromInline
final class LiveWorker<Input: Sendable, Output: Sendable> {
  @usableFromInline let lane: Lane
  @usableFromInline let pool: WorkerPool
  @usableFromInline let inputs: Slots<Input>
  @usableFromInline let keeping: OutputKeeping<Input, Output>
  @usableFromInline let body: WorkerBody<Input, Output>
  @usableFromInline let isTimed: Bool
  @exclusivity(unchecked) @usableFromInline var reading = Slots<Input>.Cursor()
  @exclusivity(unchecked) @usableFromInline var writing = Slots<Output>.Cursor()

  @inlinable
  init(
    lane: Lane, pool: WorkerPool, inputs: Slots<Input>, outputs: Slots<Output>, retries: Retries<Input, Output>,
    body: WorkerBody<Input, Output>
  ) {
    self.lane = lane
    self.pool = pool
    self.inputs = inputs
    self.body = body
    keeping = OutputKeeping(outputs: outputs, retries: retries, settled: body.settled)
    isTimed = pool.policy.timeout != nil
  }

  /// Runs items from the worker's first to its last.
  @inlinable
  func live(label: (Input) -> String) {
    var ending: Ending?
    while let item = pool.nextItem(
      of: lane, after: ending, label: { inputs.peek(at: $0.position, using: &reading, label) ?? "" },
      rest: body.rest, readiness: body.readiness)
    { ending = run(item) }
  }

  @inlinable @inline(__always)
  func run(_ item: BegunItem) -> Ending {
    // Only an item that was tried before can be a requested retry.
    let requested = item.attempt > 1 ? keeping.retries.input(at: item.id.position) : nil
    let input = requested ?? input(of: item)
    let context = ItemContext(
      item: item.id, attempt: item.attempt, of: pool.policy.attempts, worker: lane.worker,
      cancellation: lane.cancellation, isTimed: isTimed, due: item.due)
    var result = body.run(input, context)
    if isTimed {
      let end = result.end ?? MonotonicClock.now
      result.end = end
      if context.workEnded(at: end) { (result.outcome, result.isLost) = (.timedOut, false) }
    }
    if pool.isAlwaysFinal, keeping.settled == nil, requested == nil {
      if !result.outcome.isSuccess { keeping.retries.keep(input, at: item.id.position) }
      if let output = result.output { keeping.outputs.put(output, at: item.id.position, using: &writing) }
      return Ending(outcome: result.outcome, note: result.note, end: result.end, settlement: .final)
    }
    return settle(item, input, result, isRequested: requested != nil)
  }

  /// Returns the input of an item. It stays in its slot if the item may be tried again.
  @inlinable @inline(__always)
  func input(of item: BegunItem) -> Input {
    let position = item.id.position
    let found =
      pool.isAlwaysFinal
      ? inputs.take(at: position, using: &reading) : inputs.peek(at: position, using: &reading) { $0 }
    guard let found else { preconditionFailure("item \(item.id) was handed out but never put") }
    return found
  }

  /// Asks what the end of an attempt means, tells the body, and keeps the output for delivery.
  @inlinable
  func settle(
    _ item: BegunItem, _ input: consuming Input, _ result: consuming AttemptEnding<Output>, isRequested: Bool
  ) -> Ending {
    let ended = FinishedItem(
      id: item.id, worker: lane.worker, attempt: item.attempt, start: item.start, end: result.end ?? MonotonicClock.now,
      outcome: result.outcome, label: "", note: result.note)
    let settlement = pool.settlement(of: ended, isLost: result.isLost)
    let attempt = SettledAttempt(
      input: input, attempt: ended, due: item.due, output: result.output, settlement: settlement)
    if case .again = settlement {
      settleLater(attempt, isRequested: isRequested)
    } else {
      keeping.keep(attempt, isRequested: isRequested, using: &writing)
      if !pool.isAlwaysFinal, !isRequested { _ = inputs.take(at: item.id.position, using: &reading) }
    }
    let parts = attempt.attempt
    return Ending(outcome: parts.outcome, note: parts.note, end: parts.end, settlement: settlement)
  }

  /// Tells the body about an attempt that another one will follow, and tells it again if the run ends first.
  @inlinable
  func settleLater(_ attempt: SettledAttempt<Input, Output>, isRequested: Bool) {
    keeping.keep(attempt, isRequested: isRequested, using: &writing)
    pool.setRevision(of: attempt.attempt.id.position) { [keeping] settlement in
      var cursor = Slots<Output>.Cursor()
      keeping.keep(attempt.revised(settlement), isRequested: isRequested, using: &cursor)
    }
  }
}

/// Tells a body what an attempt means, and keeps the attempt's output for delivery.
@usableFromInline
struct OutputKeeping<Input: Sendable, Output: Sendable> {
  @usableFromInline let outputs: Slots<Output>
  @usableFromInline let retries: Retries<Input, Output>
  @usableFromInline let settled: ((SettledAttempt<Input, Output>) -> Output?)?

  @inlinable
  init(
    outputs: Slots<Output>, retries: Retries<Input, Output>,
    settled: ((SettledAttempt<Input, Output>) -> Output?)?
  ) {
    self.outputs = outputs
    self.retries = retries
    self.settled = settled
  }

  /// - Parameters:
  ///   - attempt: the attempt.
  ///   - isRequested: whether it is a requested retry, in which case the item's slots may be used up.
  ///   - cursor: the calling thread's cursor.
  @inlinable
  func keep(
    _ attempt: SettledAttempt<Input, Output>, isRequested: Bool, using cursor: inout Slots<Output>.Cursor
  ) {
    let position = attempt.attempt.id.position
    let settlement = attempt.settlement
    if settlement == .final, !attempt.attempt.outcome.isSuccess { retries.keep(attempt.input, at: position) }
    let output = if let settled { settled(attempt) } else { attempt.output }
    // The next attempt replaces this output.
    if case .again = settlement { return }
    if isRequested {
      retries.end(output, at: position)
    } else if let output {
      outputs.put(output, at: position, using: &cursor)
    }
  }
}
