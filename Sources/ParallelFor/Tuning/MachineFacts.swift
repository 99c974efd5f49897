/// How busy the machine is.
package struct MachineFacts: Sendable, Equatable {
  /// The mean number of processes that ran or wanted to run, over the last minute; nil if it is not known.
  package var load: Double?
  /// The memory that programs can use without swapping, in bytes; nil if it is not known.
  package var availableMemory: Int?
  /// The machine's memory in bytes; nil if it is not known.
  package var totalMemory: Int?
  /// The time of all processors since some moment; nil if it is not known.
  package var processorTime: ProcessorTime?

  /// The time of all processors since some moment, in a unit of the system.
  package struct ProcessorTime: Sendable, Equatable {
    package var busy: Double
    package var all: Double

    package init(busy: Double, all: Double) {
      self.busy = busy
      self.all = all
    }
  }

  package init(load: Double? = nil, availableMemory: Int? = nil, totalMemory: Int? = nil) {
    self.load = load
    self.availableMemory = availableMemory
    self.totalMemory = totalMemory
  }

  /// The share of the memory that is in use, from 0 to 1; nil if it is not known.
  package var memoryShare: Double? {
    guard let availableMemory, let totalMemory, totalMemory > 0 else { return nil }
    return min(1, max(0, 1 - Double(availableMemory) / Double(totalMemory)))
  }

  /// Returns the share of the processors that was in use since an earlier look, from 0 to 1; nil if it is not known.
  package func processorShare(since earlier: MachineFacts) -> Double? {
    guard let now = processorTime, let before = earlier.processorTime, now.all > before.all else { return nil }
    return min(1, max(0, (now.busy - before.busy) / (now.all - before.all)))
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

  /// Whether it tells a user something new after an earlier reason: another kind, or a number that differs by a tenth.
  func isNews(after earlier: HoldReason) -> Bool {
    switch (self, earlier) {
    case (.load(let now, _), .load(let before, _)): abs(now - before) >= before / 10
    case (.memory(let now, _), .memory(let before, _)): abs(now - before) >= max(1, before / 10)
    default: true
    }
  }
}
