package import ParallelFor

/// A failure that the summary names.
package struct FailedItem: Equatable, Sendable {
  /// The number of failures that are kept. Later ones are only counted.
  package static let keptForSummary = 20

  package var id: ItemID
  /// Its name.
  package var label: String
  /// Why it failed; untrusted text.
  package var reason: String
}

extension Outcome {
  /// Why an item failed or timed out, in a few words; nil for success and for stopped items.
  package var failureReason: String? {
    switch self {
    case .failed(let failure): failure.reason
    case .timedOut: "timed out"
    case .succeeded, .cancelled: nil
    }
  }
}
