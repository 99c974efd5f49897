/// What an item's body may know about its own execution.
public struct ItemContext: Sendable {
  /// The item's position in the input.
  public let item: ItemID
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// The worker that runs it.
  public let worker: WorkerID
  /// The way in which the item is asked to end.
  public let cancellation: Cancellation

  /// Makes a context.
  public init(item: ItemID, attempt: Int = 1, worker: WorkerID, cancellation: Cancellation) {
    self.item = item
    self.attempt = attempt
    self.worker = worker
    self.cancellation = cancellation
  }

  /// True once the item was asked to end; a long body looks at it now and then.
  public var isCancelled: Bool { cancellation.isRequested }

  /// Sets what to do when the item is asked to end while it runs.
  ///
  /// - Parameter handler: called with the urgency, on another thread; must be quick and must not block.
  public func onCancel(_ handler: @escaping @Sendable (StopUrgency) -> Void) {
    cancellation.onRequest(handler)
  }
}
