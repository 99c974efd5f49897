import Jobs
import ParallelFor
import RunStore

/// What one item leaves to be delivered.
struct JobResult: Sendable {
  /// What came of the item.
  var ending: JobEnding
  /// What names the item in front of its lines; empty without `--tag`.
  var tag: [UInt8] = []
  /// What must be committed to the run file before this is published; nil if nothing must.
  var ticket: RunRecorder.Ticket?

  /// The bytes that this result keeps in memory until it is delivered.
  var heldBytes: Int { ending.output.memoryFootprint + ending.errors.memoryFootprint }
}
