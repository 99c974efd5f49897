extension ParallelRun {
  /// Returns the undelivered output of an item whose end an event has reported. The output stays in its slot.
  ///
  /// Only the consumer of the results may call it.
  package func undeliveredOutput(of id: ItemID) -> Output? {
    var cursor = Slots<Output>.Cursor()
    return outputs.peek(at: id.position, using: &cursor) { $0 }
  }

  /// Returns the undelivered output of an item that was tried again; nil for all others.
  package func undeliveredRetry(of id: ItemID) -> Output? { retries.output(at: id.position) }

  /// Takes the next results with their items, without waiting; nil when all are delivered.
  ///
  /// - Parameter whenReady: if there is nothing to take now, it is called once, on any thread, when there is.
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
