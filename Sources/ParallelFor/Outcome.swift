/// How an item ended for good.
public enum Outcome: Sendable, Equatable {
  /// The item succeeded.
  case succeeded
  /// The item ended with an error, which the failure describes.
  case failed(Failure)
  /// The item ran longer than it was allowed to.
  case timedOut
  /// The user stopped the running item, or the whole run.
  case cancelled

  /// Whether the outcome is ``succeeded``.
  public var isSuccess: Bool { if case .succeeded = self { true } else { false } }
}

/// Why an item failed, in words for the user.
public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line such as `exit status 3` or `no such table: orders`. It may contain untrusted text.
  public var reason: String

  @usableFromInline
  package init(_ reason: String) { self.reason = reason }

  /// The reason.
  public var description: String { reason }
}

/// The error of an item that ran longer than its run allows, however it ended.
public struct TimedOut: Error, Sendable, Equatable, CustomStringConvertible {
  @usableFromInline
  package init() {}

  /// The reason, in words for the user.
  public var description: String { "ran longer than allowed" }
}

/// How urgently running items are asked to end.
public enum StopUrgency: Int, Sendable, Comparable {
  /// A request: a command gets TERM, a query is interrupted.
  case interrupt
  /// An order: a command gets KILL.
  case kill

  /// Orders urgencies from polite to forceful.
  public static func < (left: StopUrgency, right: StopUrgency) -> Bool { left.rawValue < right.rawValue }
}
