/// Something that starts agents: a cluster's scheduler, or any command.
public struct Engine: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// Slurm starts each agent as a step of the allocation in which the program runs, or else as a job.
    case slurm(options: [String])
    /// A command that gets the agent's command line as its last arguments.
    case prefix([String])
  }

  /// How long an agent lives without hearing of the program, in seconds, if not as long as usual.
  static let leaseVariable = "PFOR_LEASE"

  let kind: Kind
  /// The name as the user gave it.
  public let name: String

  /// Reads the name of an engine: `slurm`, `slurm:OPTIONS of srun`, or `exec:COMMAND`. Blanks separate words.
  ///
  /// - Throws: a sentence that lists the forms.
  public init(_ name: String) throws(JobError) {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let words = parts.count > 1 ? parts[1].split(separator: " ").map(String.init) : []
    switch parts[0] {
    case "slurm": kind = .slurm(options: words)
    case "exec" where !words.isEmpty: kind = .prefix(words)
    default: throw JobError("unknown engine “\(name)”: give slurm, slurm:'OPTIONS of srun', or exec:'COMMAND'")
    }
    self.name = name
  }

  /// The command that starts an agent.
  ///
  /// - Parameters:
  ///   - agent: the agent's own command line.
  ///   - isAllocated: whether the program runs in an allocation of the cluster.
  ///   - excluded: nodes that lost an agent a short while ago.
  func command(_ agent: [String], isAllocated: Bool, excluding excluded: [String]) -> [String] {
    switch kind {
    case .prefix(let words): return words + agent
    case .slurm(let options):
      // The sizes are given, because the variables of the allocation would otherwise decide them.
      let size = ["srun", "-N1", "-n1"]
      let place =
        isAllocated
        ? ["--quiet", "--exact", "-c1", "--mem=0", "-W0", "--immediate=10"] : ["--job-name=pfor-tui", "-c1"]
      let exclude = excluded.isEmpty ? [] : ["--exclude=\(excluded.joined(separator: ","))"]
      return size + place + exclude + options + agent
    }
  }

  /// Whether an agent starts or fails within seconds, because there is no queue.
  func startsAtOnce(isAllocated: Bool) -> Bool {
    if case .slurm = kind { isAllocated } else { false }
  }

  /// What a line of the launcher's standard error means.
  enum Remark: Equatable {
    case queued
    case lostNode
    case noFreeSlot
    case other
  }

  func remark(_ line: String) -> Remark {
    guard case .slurm = kind else { return .other }
    if line.contains("queued and waiting for resources") { return .queued }
    if line.contains("Node failure on") { return .lostNode }
    if line.contains("Unable to create step") || line.contains("Requested nodes are busy")
      || line.contains("allocation failure")
    {
      return .noFreeSlot
    }
    return .other
  }
}
