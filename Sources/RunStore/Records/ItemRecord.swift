import ParallelFor

/// An item as a run file has it, with its last attempt.
public struct ItemRecord: Sendable, Equatable {
  /// Its row, by which its output and its earlier attempts are found.
  public var row: Int64
  /// Its number in the newest items file, from 1; nil when it is no longer there.
  public var number: Int?
  /// The entry of the items file, byte for byte; a stranger's text.
  public var text: [UInt8]
  /// The entry's fields as a JSON object; nil for plain lines.
  public var fields: [UInt8]?
  /// The last attempt; nil when one was made but the item has not ended.
  public var attempt: AttemptRecord?
  /// How many attempts have been made.
  public var attempts: Int
  /// The size of what it wrote to its standard output, or of its rows, in bytes.
  public var outputCount: Int
  /// The size of what it wrote to its standard error, in bytes.
  public var errorCount: Int

  /// Whether nothing remains to be done: it has ended by itself, well or not.
  public var isDone: Bool { attempt?.canEndItem ?? false }
}

/// Which bytes of an attempt are meant.
public enum OutputStream: String, Sendable, CaseIterable {
  /// What it wrote to its standard output, or its rows.
  case output
  /// What it wrote to its standard error.
  case errors
}

/// Something that changed the run as a whole.
public struct RunChange: Sendable, Equatable {
  /// What changed.
  public enum Kind: String, Sendable, CaseIterable {
    /// The program began to run items, for the first time or again; the value is the number of threads.
    case sessionBegan = "session began"
    /// The program ended; the value is its exit status, or nil when it was killed.
    case sessionEnded = "session ended"
    /// The number of threads asked for changed; the value is the new number.
    case threadsChanged = "threads changed"
    /// No item was begun from then on.
    case paused
    /// Items were begun again.
    case resumed
  }

  /// When it changed, in nanoseconds since 1970.
  public var time: Int64
  /// What changed.
  public var kind: Kind
  /// The number that belongs to it; nil when none does.
  public var value: Int?

  /// Makes a change.
  public init(time: Int64, kind: Kind, value: Int? = nil) {
    self.time = time
    self.kind = kind
    self.value = value
  }
}
