public import ParallelFor

/// The error of a run that its dashboard, a signal or its policy ended before every item had run to its end.
public struct RunStoppedEarly<Value: Sendable>: Error, CustomStringConvertible {
  /// The items that ended nevertheless, in their order, with what they returned or threw.
  public let results: [(item: ItemID, result: Result<Value, any Error>)]

  /// A message for the user.
  public var description: String {
    "the run was stopped early: \(results.count) \(results.count == 1 ? "item has" : "items have") ended"
  }
}
