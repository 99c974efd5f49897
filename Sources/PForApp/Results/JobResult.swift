import Jobs
import ParallelFor
import RunStore

/// What one item leaves to be delivered.
///
/// An object, because it passes through many hands and copying what it holds costs more than a brief query. Only one thread
/// has it at a time.
final class JobResult: @unchecked Sendable {
  /// What came of the item.
  @exclusivity(unchecked) var ending: JobEnding
  /// What names the item in front of its lines; empty without `--tag`.
  @exclusivity(unchecked) var tag: [UInt8]
  /// What must be committed to the run file before this is published; nil if nothing must.
  @exclusivity(unchecked) var ticket: RunRecorder.Ticket?
  /// When the attempt began, in nanoseconds since 1970, as it was recorded or logged; nil before.
  @exclusivity(unchecked) var begin: Int64?

  init(ending: JobEnding, tag: [UInt8] = []) {
    self.ending = ending
    self.tag = tag
  }

  /// The bytes that this result keeps in memory until it is delivered.
  var heldBytes: Int { ending.output.memoryFootprint + ending.errors.memoryFootprint }
}
