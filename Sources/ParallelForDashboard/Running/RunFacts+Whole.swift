package import Dashboard
import ParallelFor

extension RunFacts {
  /// Whether every item has run to its end, whatever came of it.
  package var hasRunAll: Bool {
    ending == .completed || total != nil && tally.queued == 0 && tally.running == 0 && tally.cancelled == 0
  }
}
