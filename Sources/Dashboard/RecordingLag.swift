import ParallelFor

/// Whether what records the run keeps up with it: a value over what it says from time to time.
///
/// It is behind when a record has waited for a second, or when so much waits that the workers will have to.
public struct RecordingLag: Equatable, Sendable {
  private static let patience: Int64 = 1_000_000_000
  /// It counts as behind for so long after it last was, in nanoseconds, so that the word does not flicker.
  private static let hold: Int64 = 2_000_000_000

  /// What the recorder says.
  public struct Sample: Equatable, Sendable {
    /// How many records stand in the file.
    public var written: Int
    /// How many wait to be written.
    public var waiting: Int
    /// Whether there is hardly room for more.
    public var isFull: Bool

    /// Makes a sample.
    public init(written: Int, waiting: Int, isFull: Bool) {
      self.written = written
      self.waiting = waiting
      self.isFull = isFull
    }
  }

  private struct Mark: Equatable {
    var records: Int
    var since: Instant
  }

  /// How many records wait, while it is behind; nil while it keeps up.
  public private(set) var behind: Int?
  /// A number of records, and since when that many have been handed over.
  private var mark: Mark?
  private var lastLate: Instant?

  /// Makes the lag of a recorder that has said nothing.
  init() {}

  mutating func observe(_ sample: Sample, at now: Instant) {
    if mark.map({ sample.written >= $0.records }) ?? true {
      mark = Mark(records: sample.written + sample.waiting, since: now)
    }
    let waited = mark.map { now.nanoseconds(since: $0.since) } ?? 0
    if sample.waiting > 0, sample.isFull || waited >= Self.patience { lastLate = now }
    let isLate = lastLate.map { now.nanoseconds(since: $0) < Self.hold } ?? false
    behind = isLate && sample.waiting > 0 ? sample.waiting : nil
  }
}
