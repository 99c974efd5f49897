import Jobs
import ParallelFor
import RunStore

/// What one item leaves to be delivered.
struct JobResult: Sendable {
  /// What names the item in front of its lines; empty without `--tag`.
  var tag: [UInt8]
  /// How it ended.
  var outcome: Outcome
  /// What it wrote to its standard output.
  var output: CapturedBytes
  /// What it wrote to its standard error.
  var errors: CapturedBytes
  /// What must stand in the run file before this is published; nil if that is so already, or nothing is recorded.
  var ticket: RunRecorder.Ticket?

  /// The bytes that this result keeps in memory until it is delivered.
  var heldBytes: Int { output.memoryFootprint + errors.memoryFootprint }
}
