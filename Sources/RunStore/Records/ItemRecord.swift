package import Attempts
import ParallelFor

/// An item in a run file, with its last attempt.
package struct ItemRecord: Sendable, Equatable {
  /// The row, which leads to the output and to the earlier attempts.
  package var row: Int64
  /// The number in the newest items file, from 1; nil when the item is no longer in it.
  package var number: Int?
  /// The entry of the items file, byte for byte; untrusted text.
  package var text: [UInt8]
  /// The entry's fields as a JSON object; nil for plain lines.
  package var fields: [UInt8]?
  /// The last attempt; nil when the item has earlier attempts but has not ended.
  package var attempt: EndedAttempt?
  /// The number of attempts that were made.
  package var attempts: Int
  /// The size of the standard output, or of the rows of a query, in bytes.
  package var outputCount: Int
  /// The size of the standard error, in bytes.
  package var errorCount: Int

  /// Whether nothing remains to be done: the item has ended by itself, successfully or not.
  package var isDone: Bool { attempt?.canEndItem ?? false }
}

/// One of the two outputs of an attempt.
package enum OutputStream: String, Sendable, CaseIterable {
  /// The standard output, or the rows of a query.
  case output
  /// The standard error.
  case errors
}

/// A change of the run as a whole.
package struct RunChange: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// The program started to run items, for the first time or again; the value is the number of threads.
    case sessionBegan = "session began"
    /// The program ended; the value is its exit status, or nil when it was killed.
    case sessionEnded = "session ended"
    /// The requested number of threads changed; the value is the new number.
    case threadsChanged = "threads changed"
    /// The number of threads is chosen automatically, and this was decided; the value is the number. It is nil when a
    /// user took over.
    case automaticThreads = "automatic threads"
    /// No item begins for a reason, or items begin again if there is no reason.
    case held
    /// The program stopped starting items.
    case paused
    /// The program started items again.
    case resumed
  }

  /// When the change happened, in nanoseconds since 1970.
  package var time: Int64
  package var kind: Kind
  /// The number that belongs to the change; nil when there is none.
  package var value: Int?
  /// Why, for an automatic number of threads or a run that is held; see `ThreadDecision.recorded` and
  /// `HoldReason.recorded`.
  package var reason: String?

  package init(time: Int64, kind: Kind, value: Int? = nil, reason: String? = nil) {
    self.time = time
    self.kind = kind
    self.value = value
    self.reason = reason
  }
}
