/// The state of a run. All its numbers belong to the same moment.
public struct RunSnapshot: Sendable, Equatable {
  /// One worker.
  public struct Worker: Sendable, Equatable {
    /// Its slot.
    public var id: WorkerID
    /// Whether it leaves after its item, because the target was lowered.
    public var isDraining: Bool
    /// The item that it runs; nil while it has none.
    public var item: ItemID?
    /// When that item started.
    public var since: Instant?
  }

  /// The moment of the snapshot.
  public var instant: Instant
  /// Items read from the input so far.
  public var itemsRead: Int
  /// Items that no worker has started.
  public var queued: Int
  /// Items that failed and wait to be tried again.
  public var waiting: Int
  /// Items that succeeded.
  public var succeeded: Int
  /// Items that ended in any other way.
  public var unsuccessful: Int
  /// Items that will never run, because the run was finished early or stopped.
  public var skipped: Int
  /// The target number of workers.
  public var targetWorkers: Int
  /// The live workers, by slot.
  public var workers: [Worker]
  /// Whether the run is paused, so that no item is handed out.
  public var isPaused: Bool
  /// Whether the run is over.
  public var isOver: Bool

  /// Items that a worker is running.
  public var running: Int { workers.count { $0.item != nil } }
}
