public import ParallelFor

/// A run was ended from its dashboard, by a signal or by its policy, before every item had run to its end.
public struct RunStoppedEarly<Value: Sendable>: Error, CustomStringConvertible {
  /// The items that ended all the same, in their order, with what they returned or threw.
  public let results: [(item: ItemID, result: Result<Value, any Error>)]

  /// What happened, in a sentence.
  public var description: String {
    "the run was stopped early: \(results.count) \(results.count == 1 ? "item has" : "items have") ended"
  }
}
