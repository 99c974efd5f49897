import ParallelFor

/// What the program knows of one agent, from the agent's reports and from passing time. A value; it reads no clock.
struct AgentLink {
  /// What the agent is doing.
  enum State: Equatable {
    /// It was launched, or waits in a queue, and has not reported.
    case starting
    case idle
    case running(AgentOrder.Assignment)
    /// It was told to leave.
    case leaving
    /// It is given up. The reason is for the user.
    case lost(String)
  }

  /// What must be done.
  enum Action: Equatable {
    case none
    case ping
    /// The agent must be cut off.
    case cutOff
    /// The running command has written something.
    case take([UInt8], isError: Bool)
    /// The running command has ended.
    case finish(AgentEnding)
  }

  private let timing: AgentTiming
  private(set) var state = State.starting
  /// The agent and its machine, once it has reported.
  private(set) var identity: AgentIdentity?
  /// The process of the running command, on the agent's node.
  private(set) var process: Int32?
  private var heard: Instant
  private var pinged: Instant
  private var received = (output: 0, errors: 0)

  init(timing: AgentTiming, at now: Instant) {
    self.timing = timing
    heard = now
    pinged = now
  }

  /// Whether the agent can run an item.
  var isIdle: Bool { state == .idle }

  /// Why the agent is given up; nil if it is not.
  var loss: String? { if case .lost(let reason) = state { reason } else { nil } }

  /// Notes that the agent has been given an item.
  mutating func assigned(_ job: AgentOrder.Assignment) {
    state = .running(job)
    process = nil
    received = (0, 0)
  }

  /// Notes that the agent has been told to leave.
  mutating func left() { if loss == nil { state = .leaving } }

  /// Gives the agent up.
  ///
  /// - Returns: whether it had not been given up before.
  @discardableResult
  mutating func lose(_ reason: String) -> Bool {
    guard loss == nil, state != .leaving else { return false }
    state = .lost(reason)
    return true
  }

  /// Whether no copy of the agent's item can run any longer.
  func isQuiet(at now: Instant) -> Bool { now.nanoseconds(since: pinged) > timing.lease }

  /// Receives a report.
  mutating func receive(_ report: AgentReport, at now: Instant) -> Action {
    heard = max(heard, now)
    switch report {
    case .hello(let identity):
      guard state == .starting else { return lose("it reported twice") ? .cutOff : .none }
      self.identity = identity
      state = .idle
      pinged = now
      return .ping
    case .beat: return .none
    case .started(let job, let process):
      if state == .running(job) { self.process = process }
      return .none
    case .output(let job, let isError, let bytes):
      guard state == .running(job) else { return .none }
      if isError { received.errors += bytes.count } else { received.output += bytes.count }
      return .take(bytes, isError: isError)
    case .ended(let job, let ending): return end(job, ending)
    }
  }

  private mutating func end(_ job: AgentOrder.Assignment, _ ending: AgentEnding) -> Action {
    guard state == .running(job) else { return .none }
    guard received == (ending.outputBytes, ending.errorBytes) else {
      return lose("parts of an output did not arrive") ? .cutOff : .none
    }
    state = .idle
    return .finish(ending)
  }

  /// What to do now, because time has passed.
  mutating func pass(to now: Instant) -> Action {
    switch state {
    case .starting, .lost: return .none
    case .idle, .running, .leaving: break
    }
    let silence = now.nanoseconds(since: heard)
    if silence >= timing.patience {
      return lose("nothing was heard of it for \(silence / 1_000_000_000) s") ? .cutOff : .none
    }
    guard silence <= timing.freshness, now.nanoseconds(since: pinged) >= timing.beat else { return .none }
    pinged = now
    return .ping
  }
}

/// What an agent knows of the program: whether it may continue. A value; it reads no clock.
struct AgentLease {
  private let timing: AgentTiming
  private var pinged: Instant
  private var beaten: Instant

  init(timing: AgentTiming, at now: Instant) {
    self.timing = timing
    pinged = now
    beaten = now
  }

  /// Notes that the program was heard.
  mutating func heard(at now: Instant) { pinged = max(pinged, now) }

  /// Whether the command must be killed, because the program may have given its item to another agent.
  func isOver(at now: Instant) -> Bool { now.nanoseconds(since: pinged) >= timing.lease }

  /// Whether a beat is due; if so, it counts as sent.
  mutating func beatIsDue(at now: Instant) -> Bool {
    guard now.nanoseconds(since: beaten) >= timing.beat else { return false }
    beaten = now
    return true
  }

  /// How long nothing needs to be done, in milliseconds.
  func patience(at now: Instant) -> Int32 {
    let beat = timing.beat - now.nanoseconds(since: beaten)
    let lease = timing.lease - now.nanoseconds(since: pinged)
    return Int32(clamping: max(0, min(beat, lease)) / 1_000_000 + 1)
  }
}
