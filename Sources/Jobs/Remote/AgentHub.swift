import Attempts
import OSText
import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// All agents of a run, and the thread that hears them and tells them that the program is alive.
final class AgentHub: @unchecked Sendable {
  /// How long a node that lost an agent gets no other one, in nanoseconds.
  private static let exclusion: Int64 = 600_000_000_000
  /// How long an agent may take to leave, or to answer an order to kill, in nanoseconds.
  private static let lastGrace: Int64 = 2_000_000_000
  /// How long a launcher that cannot wait in a queue may take, in nanoseconds. Slurm sometimes never wakes the launcher
  /// of a step that found a node down.
  private static let startGrace: Int64 = 60_000_000_000
  private static let chunkLength = 64 << 10

  let engine: Engine
  private let timing: AgentTiming
  /// The agent's program and the folder in which commands run.
  private let agent: [String]
  private let isAllocated: Bool
  private let environment = ChildEnvironment()
  private let programs = ProgramPath(OSProcess.variable("PATH").map(OSText.bytes))
  private let wake: ServerWake
  private let monitor = Monitor()
  // Guarded by the monitor.
  private var agents: [RemoteAgent] = []
  private var readers: [ObjectIdentifier: FrameReader] = [:]
  /// Launchers of agents that were cut off, and when they are killed. An agent that the launcher itself became needs the
  /// time to kill its command.
  private var dying: [(process: pid_t, killAt: Instant)] = []
  private var lostNodes: [String: Instant] = [:]
  private var isListening = false
  private var isOver = false

  /// - Parameters:
  ///   - engine: what starts agents.
  ///   - agent: the path of the agent's program.
  ///   - directory: the folder in which commands run.
  /// - Returns: nil if the system has no free descriptors.
  init?(_ engine: Engine, agent: String, directory: String) {
    guard let wake = ServerWake() else { return nil }
    self.wake = wake
    self.engine = engine
    timing = AgentTiming(lease: OSProcess.variable(Engine.leaseVariable).flatMap(Double.init) ?? 20)
    isAllocated = OSProcess.variable("SLURM_JOB_ID") != nil
    self.agent = [agent, "--lease", "\(Double(timing.lease) / 1e9)", "--directory", directory]
  }

  // MARK: - Starting and leaving

  /// Launches an agent, which reports later.
  ///
  /// - Throws: why there is none.
  func launch(slot: Int) throws(Failure) -> RemoteAgent {
    let nonce = String(UInt64.random(in: .min ... .max), radix: 36)
    let command = engine.command(
      agent + ["--nonce", nonce], isAllocated: isAllocated, excluding: excludedNodes(at: MonotonicClock.now))
    guard let new = RemoteAgent.launch(command, slot: slot, environment, programs, timing) else {
      throw Failure("cannot start \(command[0]): \(errorText(errno))")
    }
    if engine.startsAtOnce(isAllocated: isAllocated) { new.answerBy = MonotonicClock.now + Self.startGrace }
    monitor.withLock {
      agents.append(new)
      readers[ObjectIdentifier(new)] = FrameReader(greeting: nonce)
      if !isListening { isListening = WorkerThread.start(name: "pfor-agents", .patient) { self.listen() } }
    }
    guard monitor.withLock({ isListening }) else { throw Failure("the system has no thread for the agents") }
    wake.wake()
    return new
  }

  /// Lets nodes that lost an agent have another one, because the others have no room.
  func forgiveNodes() { monitor.withLock { lostNodes = [:] } }

  private func excludedNodes(at now: Instant) -> [String] {
    monitor.withLock {
      lostNodes = lostNodes.filter { now.nanoseconds(since: $0.value) < Self.exclusion }
      return lostNodes.keys.sorted()
    }
  }

  /// Waits until something about an agent changes, at most a tenth of a second, and tells what is known of it.
  func look(at agent: RemoteAgent) -> (link: AgentLink, isQueued: Bool, hasNoSlot: Bool) {
    monitor.withLock {
      if agent.link.state == .starting { monitor.wait(for: agent.changed, nanoseconds: 100_000_000) }
      return (agent.link, agent.isQueued, agent.hasNoSlot)
    }
  }

  func isIdle(_ agent: RemoteAgent) -> Bool { monitor.withLock { agent.link.isIdle } }

  /// Tells an agent to leave.
  func dismiss(_ agent: RemoteAgent) {
    monitor.withLock {
      guard agent.link.loss == nil else { return }
      agent.link.left()
      agent.send(.quit)
      agent.closeInput()
      agent.answerBy = MonotonicClock.now + Self.lastGrace
    }
    wake.wake()
  }

  /// Tells all agents to leave, and waits until they have, or are cut off.
  func end() {
    let all = monitor.withLock {
      isOver = true
      return agents
    }
    for agent in all { dismiss(agent) }
    let done = Condition()
    monitor.withLock {
      while isListening, !agents.isEmpty || !dying.isEmpty {
        monitor.wait(for: done, nanoseconds: 20_000_000)
      }
    }
  }

  /// The nodes of the agents, by their workers.
  var nodes: [WorkerID: String] {
    monitor.withLock {
      var nodes: [WorkerID: String] = [:]
      for agent in agents { nodes[WorkerID(agent.slot)] = agent.link.identity?.node }
      return nodes
    }
  }

  // MARK: - Items

  /// Runs a command on an agent.
  func run(
    _ job: AgentOrder.Assignment, on agent: RemoteAgent, arguments: [UInt8], _ outputs: LiveOutputs,
    in context: ItemContext
  ) -> JobEnding {
    monitor.withLock {
      agent.outputs = outputs
      (agent.ending, agent.problem, agent.asked, agent.answerBy) = (nil, nil, nil, nil)
      agent.link.assigned(job)
      agent.send(.run(job, slot: agent.slot, arguments: arguments))
      if agent.hasUnsent { wake.wake() }
    }
    context.onCancel { [unowned self] in cancel(job, on: agent, $0) }
    let ending = monitor.withLock { wait(for: agent) }
    if ending.outcome != .cancelled, agent.asked == nil || ending.outcome.isSuccess { context.workEndedByItself() }
    return ending
  }

  private func cancel(_ job: AgentOrder.Assignment, on agent: RemoteAgent, _ urgency: StopUrgency) {
    monitor.withLock {
      guard agent.link.state == .running(job) else { return agent.changed.signal() }
      agent.asked = urgency
      agent.send(.cancel(job, urgency))
      if urgency == .kill { agent.answerBy = MonotonicClock.now + Self.lastGrace }
      agent.changed.signal()
    }
    wake.wake()
  }

  /// Waits for the end of the running item. The caller holds the monitor.
  private func wait(for agent: RemoteAgent) -> JobEnding {
    while true {
      if let ending = agent.ending { return finish(agent, ending) }
      if let loss = agent.link.loss {
        if agent.asked != nil { return cancelled(agent) }
        guard agent.link.isQuiet(at: MonotonicClock.now) else {
          monitor.wait(for: agent.changed, nanoseconds: 50_000_000)
          continue
        }
        agent.outputs?.reset()
        let node = agent.link.identity.map { " on \($0.node)" } ?? ""
        var ending = JobEnding(outcome: .failed(Failure("the worker\(node) was lost: \(loss)")))
        ending.process.node = agent.link.identity?.node
        ending.isLost = true
        return ending
      }
      monitor.wait(for: agent.changed)
    }
  }

  private func cancelled(_ agent: RemoteAgent) -> JobEnding {
    agent.outputs?.reset()
    var ending = JobEnding(outcome: .cancelled, note: "the worker was lost before the command's end was known")
    ending.process.node = agent.link.identity?.node
    return ending
  }

  private func finish(_ agent: RemoteAgent, _ remote: AgentEnding) -> JobEnding {
    var ending = JobEnding(outcome: remote.outcome, note: remote.note)
    ending.process = remote.process
    ending.process.node = agent.link.identity?.node
    do throws(SpillError) {
      if let problem = agent.problem { throw problem }
      if let outputs = agent.outputs { (ending.output, ending.errors) = try outputs.finish() }
    } catch {
      agent.outputs?.reset()
      ending.outcome = .failed(Failure(error.description))
    }
    agent.outputs = nil
    return ending
  }

  // MARK: - The thread

  private func listen() {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunkLength, alignment: 16)
    defer { chunk.deallocate() }
    let patience = Int32(clamping: timing.beat / 2_000_000)
    while case (let agents, var polled, let areDying)? = nextRound() {
      _ = poll(&polled, nfds_t(polled.count), areDying ? 5 : max(1, patience))
      wake.clear()
      for (index, agent) in agents.enumerated() {
        if polled[index * 3 + 1].revents != 0 { read(agent.output, of: agent, chunk, hear) }
        if polled[index * 3 + 2].revents != 0 { read(agent.errors, of: agent, chunk, note) }
      }
      monitor.withLock { for agent in agents { pass(agent, to: MonotonicClock.now) } }
    }
  }

  private static func streams(_ agent: RemoteAgent) -> [pollfd] {
    [
      pollfd(fd: agent.hasUnsent ? agent.input : -1, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: agent.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: agent.errors, events: Int16(POLLIN), revents: 0),
    ]
  }

  /// Buries launchers that have ended. Returns the agents that are left and what to wait for; nil when the run is over.
  private func nextRound() -> (agents: [RemoteAgent], polled: [pollfd], areDying: Bool)? {
    monitor.withLock {
      let now = MonotonicClock.now
      dying.removeAll { process, killAt in
        if isOver || now >= killAt { RemoteAgent.killLauncher(process) }
        let answer = waitpid(process, nil, WNOHANG)
        return answer == process || (answer < 0 && errno != EINTR)
      }
      if isOver, agents.isEmpty, dying.isEmpty {
        isListening = false
        return nil
      }
      let wake = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
      return (agents, agents.flatMap(Self.streams) + [wake], !dying.isEmpty)
    }
  }

  private func read(
    _ descriptor: Int32, of agent: RemoteAgent, _ chunk: UnsafeMutableRawBufferPointer,
    _ take: (RemoteAgent, UnsafeRawBufferPointer?) -> Void
  ) {
    guard descriptor >= 0 else { return }
    let count = posixRead(descriptor, chunk)
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    monitor.withLock {
      take(agent, count > 0 ? UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk)[..<count]) : nil)
    }
  }

  /// Takes what a launcher wrote to standard error; nil at its end.
  private func note(_ agent: RemoteAgent, _ bytes: UnsafeRawBufferPointer?) {
    if let bytes { agent.note(bytes, engine) } else { agent.closeErrors() }
    if agent.link.loss != nil { give(up: agent) }
    agent.changed.signal()
  }

  /// Takes what an agent reported; nil at its end.
  private func hear(_ agent: RemoteAgent, _ bytes: UnsafeRawBufferPointer?) {
    let now = MonotonicClock.now
    guard let bytes else {
      // The launcher's last words may still be in the other pipe.
      agent.closeOutput()
      agent.answerBy = min(agent.answerBy ?? now + timing.beat, now + timing.beat)
      return
    }
    let key = ObjectIdentifier(agent)
    readers[key]?.append(bytes)
    do throws(FrameReader.Malformed) {
      while let frame = try readers[key]?.next() {
        guard let report = AgentReport(frame) else { throw FrameReader.Malformed() }
        if case .hello = report { agent.answerBy = nil }
        carryOut(agent.link.receive(report, at: now), agent)
      }
    } catch {
      agent.link.lose("it sent something that is no report")
      give(up: agent)
    }
  }

  private func carryOut(_ action: AgentLink.Action, _ agent: RemoteAgent) {
    switch action {
    case .none: break
    case .ping: agent.send(.ping)
    case .cutOff: give(up: agent)
    case .take(let bytes, let isError): keep(bytes, isError, of: agent)
    case .finish(let ending): agent.ending = ending
    }
    if action != .ping { agent.changed.signal() }
  }

  private func keep(_ bytes: [UInt8], _ isError: Bool, of agent: RemoteAgent) {
    guard agent.problem == nil, let outputs = agent.outputs else { return }
    do throws(SpillError) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(SpillError) in
        try outputs.append(UnsafeRawBufferPointer(bytes), to: isError ? \.errors : \.output)
      }
    } catch {
      agent.problem = error
    }
  }

  /// Does what the time asks for.
  private func pass(_ agent: RemoteAgent, to now: Instant) {
    agent.flush()
    carryOut(agent.link.pass(to: now), agent)
    let isAtEnd = agent.output < 0
    guard isAtEnd || agent.answerBy.map({ now >= $0 }) ?? false else { return }
    if isAtEnd, agent.errors >= 0, agent.answerBy.map({ now < $0 }) ?? false { return }
    agent.link.lose(agent.lastWords ?? (isAtEnd ? "its connection has ended" : "it did not answer"))
    give(up: agent)
  }

  private func give(up agent: RemoteAgent) {
    guard agents.contains(where: { $0 === agent }) else { return }
    // An agent that ended says nothing about its node; one that fell silent does.
    if agent.output >= 0, agent.link.loss != nil, let node = agent.link.identity?.node {
      lostNodes[node] = MonotonicClock.now
    }
    agent.cutOff()
    dying.append((agent.process, MonotonicClock.now + timing.lease))
    agents.removeAll { $0 === agent }
    readers[ObjectIdentifier(agent)] = nil
    agent.changed.signal()
  }
}
