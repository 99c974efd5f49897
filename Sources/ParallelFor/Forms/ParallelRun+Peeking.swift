extension ParallelRun {
  /// The output of an item whose end has been told by an event, and that has not been delivered; the item keeps it.
  ///
  /// Only for the consumer of the results.
  package func undeliveredOutput(of id: ItemID) -> Output? {
    var cursor = Slots<Output>.Cursor()
    return outputs.peek(at: id.position, using: &cursor) { $0 }
  }

  /// The same for an item that was tried again; nil for all others.
  package func undeliveredRetry(of id: ItemID) -> Output? { retries.output(at: id.position) }

  /// Takes the next results with their items, without waiting; nil when all are delivered.
  ///
  /// - Parameter whenReady: called once, on any thread, when there is something to take; only if there is nothing now.
  package func takeReady(orCall whenReady: @escaping @Sendable () -> Void) -> [(ItemID, Output)]? {
    var cursor = Slots<Output>.Cursor()
    while true {
      switch pool.takeDelivered(upTo: 256, orCall: whenReady) {
      case .later: return []
      case .over: return nil
      case .positions(let positions):
        let results = positions.compactMap { position in
          takeOutput(at: position, using: &cursor).map { (ItemID(position), $0) }
        }
        // Items may have delivered nothing.
        if !results.isEmpty { return results }
      }
    }
  }
}
