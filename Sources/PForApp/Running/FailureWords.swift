import Jobs
import ParallelFor
import Synchronization

/// What items that ended badly said first on standard error, for the summary: of the first ones, as it names no more.
final class FailureWords: Sendable {
  private static let mostItems = 2_048
  private static let mostBytes = 300
  private let lines = Mutex<[ItemID: String]>([:])

  /// Takes what an attempt at an item wrote; that of the last one stays.
  func note(_ id: ItemID, _ errors: CapturedBytes) {
    let line = String(decoding: errors.firstLine(limit: Self.mostBytes), as: UTF8.self)
    lines.withLock { if $0.count < Self.mostItems || $0[id] != nil { $0[id] = line } }
  }

  /// The first line of what an item said; nil if it is not known.
  func line(of id: ItemID) -> String? { lines.withLock { $0[id] } }
}
