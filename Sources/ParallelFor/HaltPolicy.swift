/// When a run gives up on the items that have not begun, and what it does to those that run.
public struct HaltPolicy: Sendable, Equatable {
  /// What happens to the items that run.
  public enum Manner: Sendable, Equatable {
    /// They may end.
    case soon
    /// They are asked to end.
    case now
  }

  /// Which ended items are counted.
  public enum Counted: Sendable, Equatable, CaseIterable {
    /// Those that failed or took too long.
    case unsuccessful
    /// Those that succeeded.
    case succeeded
    /// All.
    case ended
  }

  /// How many of them are enough.
  public enum Limit: Sendable, Equatable {
    /// A number of items.
    case count(Int)
    /// This part of those that have ended, from 0 to 1; looked at from the third counted one on.
    case fraction(Double)
  }

  /// The number of ended items from which a fraction means something.
  static let leastForFraction = 3

  /// What happens to the items that run.
  public var manner: Manner
  /// Which ended items are counted.
  public var counted: Counted
  /// How many of them are enough.
  public var limit: Limit

  /// Makes a policy, such as to stop soon after the third failure.
  public init(_ manner: Manner, after limit: Limit, _ counted: Counted = .unsuccessful) {
    self.manner = manner
    self.counted = counted
    self.limit = limit
  }

  /// Whether the limit is reached.
  func isReached(succeeded: Int, ended: Int) -> Bool {
    let count =
      switch counted {
      case .unsuccessful: ended - succeeded
      case .succeeded: succeeded
      case .ended: ended
      }
    return switch limit {
    case .count(let enough): count >= max(1, enough)
    case .fraction(let part): count >= Self.leastForFraction && Double(count) >= part * Double(ended)
    }
  }
}
