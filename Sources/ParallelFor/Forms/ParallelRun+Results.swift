extension ParallelRun {
  /// Suspends the task until there are results and takes them. Blocks no thread.
  ///
  /// - Parameter limit: the maximum number of results.
  /// - Returns: nil when all are delivered.
  public func nextResults(upTo limit: Int = 256) async -> [Output]? {
    while true {
      let signal = AsyncSignal()
      switch takeDelivered(upTo: limit, orCall: signal.send) {
      case .results(let batch): return batch
      case .over: return nil
      case .later: await signal.wait()
      }
    }
  }

  /// Waits until the run is over and returns all results that have not been taken yet, in order.
  ///
  /// Cancelling the task stops the run.
  ///
  /// - Throws: the first failure, in order, after stopping the run.
  public func results<Value>() async throws -> [Value] where Output == Result<Value, any Error> {
    try await withTaskCancellationHandler {
      var values: [Value] = []
      do {
        while let batch = await nextResults() {
          for result in batch { values.append(try result.get()) }
        }
        await untilOver()
        try Task.checkCancellation()
      } catch {
        stop(.interrupt)
        while await nextResults() != nil {}
        await untilOver()
        throw error
      }
      return values
    } onCancel: {
      stop(.interrupt)
    }
  }

  /// Suspends until every worker has closed what it holds and left, which is shortly after the last result.
  func untilOver() async {
    while !waitUntilOver(nanoseconds: 0) {
      await Task.yield()
      try? await Task.sleep(for: .milliseconds(1))
    }
  }
}
