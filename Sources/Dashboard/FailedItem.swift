public import ParallelFor

/// A failure to be named in the summary.
public struct FailedItem: Equatable, Sendable {
  /// How many are kept; later ones are only counted.
  public static let keptForSummary = 20

  /// The item.
  public var id: ItemID
  /// What to call it.
  public var label: String
  /// Why it failed; a stranger's text.
  public var reason: String
}

extension Outcome {
  /// Why an item ended badly by itself, in a few words; nil for success and for items that were stopped.
  public var failureReason: String? {
    switch self {
    case .failed(let failure): failure.reason
    case .timedOut: "timed out"
    case .succeeded, .cancelled: nil
    }
  }
}
