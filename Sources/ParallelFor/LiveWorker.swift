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
  @inlinable
  mutating func settle(_ item: BegunItem, _ input: Input, _ result: inout AttemptEnding<Output>, isAsked: Bool)
    -> Ending
  {
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

  @inlinable
  init(
    outputs: Slots<Output>, retries: Retries<Input, Output>, settled: ((SettledAttempt<Input, Output>) -> Output?)?,
    isAsked: Bool
  ) {
    self.outputs = outputs
    self.retries = retries
    self.settled = settled
    self.isAsked = isAsked
  }

  @inlinable
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
