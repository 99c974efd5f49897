/// How busy the machine is.
package struct MachineFacts: Sendable, Equatable {
  /// The mean number of processes that ran or wanted to run, over the last minute; nil if it is not known.
  package var load: Double?
  /// The memory that programs can use without swapping, in bytes; nil if it is not known.
  package var availableMemory: Int?
  /// The machine's memory in bytes; nil if it is not known.
  package var totalMemory: Int?

  package init(load: Double? = nil, availableMemory: Int? = nil, totalMemory: Int? = nil) {
    self.load = load
    self.availableMemory = availableMemory
    self.totalMemory = totalMemory
  }

  /// Whether so little memory is available that fewer threads are better.
  package var isShortOfMemory: Bool {
    guard let availableMemory, let totalMemory else { return false }
    return availableMemory < totalMemory / 10
  }
}

/// When no item begins, because the machine is too busy.
package struct MachineLimits: Sendable, Equatable {
  /// The load at which no item begins; nil for no limit.
  package var load: Double?
  /// The available memory, in bytes, below which no item begins; nil for no limit.
  package var memory: Int?

  package init(load: Double? = nil, memory: Int? = nil) {
    self.load = load
    self.memory = memory
  }

  /// Why no item may begin now; nil if one may. What is not known holds nothing.
  package func hold(_ facts: MachineFacts) -> HoldReason? {
    if let limit = memory, let available = facts.availableMemory, available < limit {
      return .memory(available: available, limit: limit)
    }
    if let limit = load, let load = facts.load, load >= limit { return .load(load, limit: limit) }
    return nil
  }
}

/// Why no item begins although workers are free.
public enum HoldReason: Sendable, Equatable {
  /// The machine's load has reached the limit.
  case load(Double, limit: Double)
  /// Less memory is available than the limit; both are bytes.
  case memory(available: Int, limit: Int)
}
