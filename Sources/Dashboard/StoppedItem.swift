package import ParallelFor

/// A running item whose command is stopped, because of the terminal or by a signal.
package struct StoppedItem: Equatable, Sendable {
  /// Why it is stopped.
  package enum Reason: Equatable, Sendable {
    /// It wants to read the terminal, which does not belong to it.
    case readsTerminal
    /// It wants to write to the terminal or to change its settings.
    case writesTerminal
    /// It has received a stop signal from a process.
    case signal
  }

  package var id: ItemID
  /// The worker that runs it.
  package var worker: WorkerID
  /// Why its command is stopped.
  package var reason: Reason

  /// Makes a stopped item.
  package init(id: ItemID, worker: WorkerID, reason: Reason) {
    self.id = id
    self.worker = worker
    self.reason = reason
  }
}

extension RunFacts {
  /// Returns why the command of a worker's item is stopped; nil if it is not known to be.
  package func stopReason(of worker: WorkerRow) -> StoppedItem.Reason? {
    stopped.first { $0.worker == worker.id && $0.id == worker.item?.id }?.reason
  }
}

extension Dashboard {
  /// Takes the items whose commands are stopped.
  package mutating func learn(_ stopped: [StoppedItem]) { live.stopped = stopped }
}
