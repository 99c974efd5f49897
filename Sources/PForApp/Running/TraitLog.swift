import Dashboard
import Jobs
import OSText
import ParallelFor
import Synchronization

/// What slow items have in common: the slowest items of this session, and a sample of all.
final class TraitLog: AttemptObserver {
  private struct State {
    var traits = SlowTraits()
    /// The number of items that were added.
    var added = 0
    var found: (traits: [SlowTrait], added: Int, limit: Int64)?
  }

  private let state = Mutex(State())
  // Copies of two of its facts, so that most items of a long run need no lock.
  private let highestHash = Atomic<UInt64>(.max)
  private let leastLatency = Atomic<Int64>(-1)

  func settled(_ attempt: ItemAttempt, _ notes: inout AttemptNotes) {
    let (id, latency) = (attempt.ended.id, attempt.ended.nanoseconds)
    let isNoted =
      SlowTraits.hash(id) <= highestHash.load(ordering: .relaxed) || latency > leastLatency.load(ordering: .relaxed)
    guard isNoted, attempt.isFinal else { return }
    let item = SlowTraits.Item(
      id, text: attempt.item.label, fields: Self.fields(attempt.item), worker: attempt.ended.worker.slot,
      latency: latency)
    state.withLock { state in
      state.traits.add(item)
      state.added += 1
      highestHash.store(state.traits.highestHash, ordering: .relaxed)
      leastLatency.store(state.traits.leastLatency, ordering: .relaxed)
    }
  }

  private static func fields(_ item: Item) -> [(name: String, value: String)] {
    guard let fields = item.fields else { return [] }
    return zip(fields.names, fields.values).compactMap { name, value in value.map { (name, $0.description) } }
  }

  /// Returns what slow items have in common. It is computed again when there are more items, or the limit has moved.
  ///
  /// - Parameter limit: the latency from which an item is slow, in nanoseconds.
  func found(from limit: Int64) -> [SlowTrait] {
    state.withLock { state in
      if let known = state.found, state.added - known.added <= known.added / 50,
        abs(limit - known.limit) <= known.limit / 20
      {
        return known.traits
      }
      let found = state.traits.found(from: limit)
      state.found = (found, state.added, limit)
      return found
    }
  }
}
