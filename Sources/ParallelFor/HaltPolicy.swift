/// When a run gives up on items that have not started, and what it does with running items.
public struct HaltPolicy: Sendable, Equatable {
  /// What happens to running items.
  public enum Manner: Sendable, Equatable {
    /// They run to their end.
    case soon
    /// They are asked to end.
    case now
  }

  /// Which ended items are counted.
  public enum Counted: Sendable, Equatable, CaseIterable {
    /// Items that failed, timed out or were stopped by the user.
    case unsuccessful
    /// Items that succeeded.
    case succeeded
    /// All ended items.
    case ended
  }

  /// How many counted items halt the run.
  public enum Limit: Sendable, Equatable {
    /// A number of items.
    case count(Int)
    /// A fraction of the ended items, from 0 to 1; applies from the third counted item on.
    case fraction(Double)
  }

  /// The number of counted items from which a fraction is meaningful.
  static let leastForFraction = 3

  /// What happens to running items.
  public var manner: Manner
  /// Which ended items are counted.
  public var counted: Counted
  /// How many counted items halt the run.
  public var limit: Limit

  /// Makes a policy, such as `HaltPolicy(.soon, after: .count(3))` to halt after the third failure.
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
