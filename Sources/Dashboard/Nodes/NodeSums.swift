package import ParallelFor

/// What the items so far did on each machine of a cluster.
///
/// The memory is bounded by the number of machines.
package struct NodeSums: Equatable, Sendable {
  /// The items of one machine.
  package struct Node: Equatable, Sendable {
    /// The name of the machine; untrusted text.
    package let name: String
    /// The number of attempts that have ended there.
    package fileprivate(set) var attempts = 0
    /// The number of those that failed or ran out of time.
    package fileprivate(set) var failed = 0
    /// The number of workers that were lost there with their item.
    package fileprivate(set) var lost = 0
    fileprivate var latencies = LatencyQuantiles()

    /// The median time of the attempts that were not lost, in nanoseconds; nil while there are too few.
    package var median: Int64? { latencies.value(at: 0.5) }
  }

  private var sums: [String: Node] = [:]

  package init() {}

  /// Whether no item has run on a machine of a cluster.
  package var isEmpty: Bool { sums.isEmpty }

  /// The machines by name.
  package var nodes: [Node] { sums.values.sorted { $0.name < $1.name } }

  package subscript(name: String) -> Node? { sums[name] }

  /// Counts an attempt.
  ///
  /// - Parameters:
  ///   - name: the machine.
  ///   - outcome: how the attempt ended.
  ///   - latency: how long it took, in nanoseconds.
  ///   - isLost: whether it ended because its worker was lost.
  package mutating func add(_ name: String, _ outcome: Outcome, latency: Int64, isLost: Bool) {
    var node = sums[name] ?? Node(name: name)
    if isLost {
      node.lost += 1
    } else {
      node.attempts += 1
      node.latencies.record(latency)
      switch outcome {
      case .failed, .timedOut: node.failed += 1
      case .succeeded, .cancelled: break
      }
    }
    sums[name] = node
  }
}

/// A machine as the list of machines shows it: what it did, and what its workers do now.
package struct NodeRow: Equatable, Sendable {
  /// What it did; nil before the first attempt has ended.
  package let sum: NodeSums.Node?
  package let name: String
  /// The number of workers there.
  package let workers: Int
  /// The number of those that run an item.
  package let running: Int
}

extension RunFacts {
  /// The machines of the workers and of the items so far, by name.
  package var nodeRows: [NodeRow] {
    var workers: [String: [WorkerID]] = [:]
    for (worker, node) in nodes { workers[node, default: []].append(worker) }
    let names = Set(workers.keys).union(nodeSums.nodes.map(\.name)).sorted()
    let busy = Set(everyWorker.lazy.filter { $0.item != nil }.map(\.id))
    return names.map { name in
      let here = workers[name] ?? []
      return NodeRow(sum: nodeSums[name], name: name, workers: here.count, running: here.count(where: busy.contains))
    }
  }
}
