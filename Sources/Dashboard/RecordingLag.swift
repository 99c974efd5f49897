import ParallelFor

/// Tells from occasional samples whether the recorder keeps up with the run.
///
/// The recorder is behind when a record has waited for a second, or when workers will soon have to wait for it.
package struct RecordingLag: Equatable, Sendable {
  private static let patience: Int64 = 1_000_000_000
  /// How long the recorder counts as behind after it last was, in nanoseconds, so that the label does not flicker.
  private static let hold: Int64 = 2_000_000_000

  /// The state of the recorder at one moment.
  package struct Sample: Equatable, Sendable {
    /// The number of records in the file.
    let written: Int
    /// The number of records that wait to be written.
    let waiting: Int
    /// Whether there is hardly any room for more.
    let isFull: Bool

    package init(written: Int, waiting: Int, isFull: Bool) {
      self.written = written
      self.waiting = waiting
      self.isFull = isFull
    }
  }

  private struct Mark: Equatable {
    var records: Int
    var since: Instant
  }

  /// The number of waiting records while the recorder is behind; nil while it keeps up.
  package private(set) var behind: Int?
  /// A number of records, and since when that many have been handed to the recorder.
  private var mark: Mark?
  private var lastLate: Instant?

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
