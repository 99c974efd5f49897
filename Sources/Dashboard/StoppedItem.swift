public import ParallelFor

/// A running item whose command does not go on: the system, or somebody, has stopped its process.
public struct StoppedItem: Equatable, Sendable {
  /// What stopped it.
  public enum Reason: Equatable, Sendable {
    /// It wants to read the terminal, which is not its own.
    case readsTerminal
    /// It wants to write to the terminal, or to change how that behaves.
    case writesTerminal
    /// Somebody has sent it a signal that stops.
    case signal
  }

  /// The item.
  public var id: ItemID
  /// The worker that runs it.
  public var worker: WorkerID
  /// What stopped its command.
  public var reason: Reason

  /// Makes a stopped item.
  public init(id: ItemID, worker: WorkerID, reason: Reason) {
    self.id = id
    self.worker = worker
    self.reason = reason
  }
}

extension RunFacts {
  /// Why the command of a worker's item is stopped; nil when it is not, as far as is known.
  public func stopReason(of worker: WorkerRow) -> StoppedItem.Reason? {
    stopped.first { $0.worker == worker.id && $0.id == worker.item?.id }?.reason
  }
}

extension Dashboard {
  /// Takes in which items do not go on.
  public mutating func learn(_ stopped: [StoppedItem]) { live.stopped = stopped }
}
