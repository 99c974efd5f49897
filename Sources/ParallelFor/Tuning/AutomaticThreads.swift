/// A number of threads that is chosen during the run, by measuring how much the run does with it.
///
/// The number is doubled while that clearly helps, and then closes in on the smallest one that does as much as any. It
/// falls at once if items begin to fail. It is held while items arrive, or results are taken, too slowly. While it is
/// held, other numbers are tried now and then, at a cost of about 2 %.
public struct AutomaticThreads: Sendable, Equatable {
  /// The largest number if none was ever given.
  package static let defaultLimit = 64
  /// The first number of the array forms.
  private static let usualFirst = 8

  /// The largest number; nil for the one that the run was given before, or 64.
  package let most: Int?
  /// The number to begin with; nil for the number in force.
  package let first: Int?

  /// Chooses a number up to the largest one that the run was given before, or 64. It begins with the number in force.
  public static let automatic = AutomaticThreads(most: nil, first: nil)

  /// Chooses a number from 1 to a largest one.
  ///
  /// - Parameters:
  ///   - most: the largest number; at least 1.
  ///   - first: the number to begin with; nil for the number in force, or 8 if the run starts.
  public static func automatic(upTo most: Int, from first: Int? = nil) -> AutomaticThreads {
    AutomaticThreads(most: max(1, most), first: first)
  }

  /// Returns the same choice, which begins with another number.
  package func beginning(with first: Int) -> AutomaticThreads { AutomaticThreads(most: most, first: max(1, first)) }

  /// The number of threads with which a run starts.
  @usableFromInline var start: Int { max(1, min(first ?? Self.usualFirst, most ?? Self.defaultLimit)) }
}
