import Attempts
import Jobs
import ParallelFor
import Synchronization

/// The first lines on standard error of failed items, for the summary.
///
/// The number of items is limited, because the summary names only the first ones.
final class FirstErrorLines: Sendable {
  private static let mostItems = 2_048
  private static let mostBytes = 300
  private let lines = Mutex<[ItemID: String]>([:])

  /// Keeps the first line that an attempt at an item wrote; a later attempt replaces it.
  func note(_ id: ItemID, _ errors: CapturedBytes) {
    let line = String(decoding: errors.firstLine(limit: Self.mostBytes), as: UTF8.self)
    lines.withLock { if $0.count < Self.mostItems || $0[id] != nil { $0[id] = line } }
  }

  /// The first line on standard error of an item; nil if it is not known.
  func line(of id: ItemID) -> String? { lines.withLock { $0[id] } }
}
