import Attempts
import OSText
public import ParallelFor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs the commands of another job on agents, which a cluster starts on its machines, one for each worker.
///
/// Each item has exactly one result. Its command has run at least once. If an agent is lost, its item runs again
/// elsewhere, never while the first copy may still run.
public struct RemoteJob: Job {
  /// How often an item is tried again because its machine was lost.
  public static let losses = 3

  let command: CommandJob
  let hub: AgentHub
  private let waits = ConnectionWaits()

  /// - Parameters:
  ///   - command: the command to run for each item.
  ///   - engine: what starts the agents.
  ///   - agent: the path of the agent's program, on the machines of the agents.
  ///   - directory: the folder in which commands run.
  /// - Throws: if the system has no free descriptors.
  public init(_ command: CommandJob, on engine: Engine, agent: String, directory: String) throws(JobError) {
    guard let hub = AgentHub(engine, agent: agent, directory: directory) else {
      throw JobError("no free descriptors for agents")
    }
    self.command = command
    self.hub = hub
  }

  /// The command as the user wrote it.
  public var title: String { command.title }

  /// Whether workers need connections.
  public var hasConnections: Bool { true }

  /// The workers without an agent, each with the reason.
  public var waitingWorkers: [WorkerID: String] { waits.reasons }

  /// Whether items run on other machines.
  public var isRemote: Bool { true }

  /// The machines of the workers.
  public var nodes: [WorkerID: String] { hub.nodes }

  /// Returns the command line for one item.
  public func invocation(of item: Item, id: ItemID, worker: WorkerID) -> String {
    command.invocation(of: item, id: id, worker: worker)
  }

  /// Makes a worker's session, which starts an agent when it must get ready.
  public func openSession(for worker: WorkerID) -> any JobSession { RemoteSession(self, worker, waits) }

  /// Tells all agents to leave, and cuts off those that do not.
  public func end() { hub.end() }
}

/// One worker's agent, and the commands that it runs.
private final class RemoteSession: JobSession {
  private static let backoff = Backoff(first: .milliseconds(500), longest: .seconds(30))
  /// How long to wait for another free slot, in nanoseconds.
  private static let slotWait: Int64 = 60_000_000_000

  private let job: RemoteJob
  private let hub: AgentHub
  private let worker: WorkerID
  private let waits: ConnectionWaits
  private let outputs: LiveOutputs
  private var agent: RemoteAgent?
  private var arguments = ArgumentList()

  init(_ job: RemoteJob, _ worker: WorkerID, _ waits: ConnectionWaits) {
    self.job = job
    hub = job.hub
    self.worker = worker
    self.waits = waits
    outputs = LiveOutputs(spillFile: job.command.spillFile)
  }

  func close() {
    if let agent { hub.dismiss(agent) }
    agent = nil
    waits.note(worker, nil)
  }

  // MARK: - The agent

  var isReady: Bool { agent.map(hub.isIdle) ?? false }

  func getReady(while isWanted: () -> Bool) {
    var tries = 0
    while !isReady, isWanted() {
      do throws(Failure) {
        try start(while: isWanted)
      } catch {
        tries += 1
        waits.note(worker, error.reason)
        pause(Self.backoff.delay(after: tries, of: worker.slot), while: isWanted)
      }
    }
    waits.note(worker, nil)
  }

  private func start(while isWanted: () -> Bool) throws(Failure) {
    waits.note(worker, "starting")
    let new = try hub.launch(slot: worker.slot)
    while true {
      let (link, isQueued, hasNoSlot) = hub.look(at: new)
      if let loss = link.loss {
        guard hasNoSlot else { throw Failure(loss) }
        // The scheduler answers at once, so asking again in a loop would only burden it.
        waits.note(worker, "no free slot")
        hub.forgiveNodes()
        return pause(Self.slotWait, while: isWanted)
      }
      guard link.state == .starting else { return agent = new }
      if isQueued { waits.note(worker, "queued") }
      guard isWanted() else { return hub.dismiss(new) }
    }
  }

  private func pause(_ nanoseconds: Int64, while isWanted: () -> Bool) {
    let end = MonotonicClock.now + nanoseconds
    while MonotonicClock.now < end, isWanted() { poll(nil, 0, 100) }
  }

  // MARK: - Items

  func run(_ item: Item, in context: ItemContext) -> JobEnding {
    guard let agent else { return JobEnding(outcome: .failed(Failure("there is no agent"))) }
    do throws(Failure) {
      try job.command.template.fill(
        &arguments, for: item, id: context.item, worker: context.worker, attempt: context.attempt)
    } catch {
      return JobEnding(outcome: .failed(error))
    }
    let assignment = AgentOrder.Assignment(item: context.item.number, attempt: context.attempt)
    return hub.run(assignment, on: agent, arguments: arguments.bytes, outputs, in: context)
  }
}
