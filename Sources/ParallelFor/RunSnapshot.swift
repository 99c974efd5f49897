/// The state of a run at one moment; all its numbers are of the same moment.
public struct RunSnapshot: Sendable, Equatable {
  /// One worker.
  public struct Worker: Sendable, Equatable {
    /// Its slot.
    public var id: WorkerID
    /// Whether it leaves after its item, because fewer workers are asked for.
    public var isDraining: Bool
    /// The item that it runs; nil while it has none.
    public var item: ItemID?
    /// When that item began.
    public var since: Instant?
  }

  /// When this was so.
  public var instant: Instant
  /// Items read from the input so far.
  public var itemsRead: Int
  /// Items that no worker has begun.
  public var queued: Int
  /// Items that failed and wait to be tried again.
  public var waiting: Int
  /// Items that succeeded.
  public var succeeded: Int
  /// Items that ended in any other way.
  public var unsuccessful: Int
  /// Items that will never run, because the run was finished early or stopped.
  public var skipped: Int
  /// How many workers are asked for.
  public var targetWorkers: Int
  /// The workers that are alive, by slot.
  public var workers: [Worker]
  /// Whether no item is handed out at present.
  public var isPaused: Bool
  /// Whether the run is over.
  public var isOver: Bool

  /// Items that a worker is at.
  public var running: Int { workers.count { $0.item != nil } }
}
