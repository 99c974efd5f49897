public import ParallelFor

/// A failure that the summary names.
public struct FailedItem: Equatable, Sendable {
  /// The number of failures that are kept. Later ones are only counted.
  public static let keptForSummary = 20

  /// The item.
  public var id: ItemID
  /// Its name.
  public var label: String
  /// Why it failed; untrusted text.
  public var reason: String
}

extension Outcome {
  /// Why an item failed or timed out, in a few words; nil for success and for stopped items.
  public var failureReason: String? {
    switch self {
    case .failed(let failure): failure.reason
    case .timedOut: "timed out"
    case .succeeded, .cancelled: nil
    }
  }
}
