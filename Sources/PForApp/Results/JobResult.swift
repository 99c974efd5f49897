import Jobs
import ParallelFor
import RunStore

/// The result of one item on its way to delivery.
///
/// It is an object because it is passed on often, and copying its contents costs more than a brief query. Only one
/// thread uses it at a time.
final class JobResult: @unchecked Sendable {
  /// How the item ended, and what it wrote.
  @exclusivity(unchecked) var ending: JobEnding
  /// The text in front of each line of the item; empty without `--tag`.
  @exclusivity(unchecked) var tag: [UInt8]
  /// The ticket of the record to wait for before the result is published; nil for none.
  @exclusivity(unchecked) var ticket: RunRecorder.Ticket?
  /// The start of the attempt as recorded or logged, in nanoseconds since 1970; nil before that.
  @exclusivity(unchecked) var begin: Int64?

  init(ending: JobEnding, tag: [UInt8] = []) {
    self.ending = ending
    self.tag = tag
  }

  /// The number of bytes that the result keeps in memory until it is delivered.
  var heldBytes: Int { ending.output.memoryFootprint + ending.errors.memoryFootprint }
}
