package import Dashboard
import ParallelFor

extension RunFacts {
  /// Whether every item has run to its end, with any outcome.
  package var hasRunAll: Bool {
    let rest = tally.queued + tally.running + tally.cancelled + tally.unfinished
    return ending == .completed || total != nil && rest == 0
  }
}
