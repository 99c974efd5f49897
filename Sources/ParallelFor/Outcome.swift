/// How an item ended for good.
public enum Outcome: Sendable, Equatable {
  /// The item did what it should.
  case succeeded
  /// The item ended with an error; the failure says why.
  case failed(Failure)
  /// The item ran longer than it was allowed to.
  case timedOut
  /// The item ran and was stopped by the user or with the run.
  case cancelled

  /// True only for ``succeeded``.
  public var isSuccess: Bool { if case .succeeded = self { true } else { false } }
}

/// Why an item failed, in words for a person.
public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line such as `exit status 3` or `no such table: orders`; may hold a stranger's text.
  public var reason: String

  /// Makes a failure with a one-line reason.
  public init(_ reason: String) { self.reason = reason }

  /// The reason.
  public var description: String { reason }
}

/// The error of an item that ran longer than its run allows, whatever else came of it.
public struct TimedOut: Error, Sendable, Equatable, CustomStringConvertible {
  /// Makes the error.
  public init() {}

  /// A sentence for a person.
  public var description: String { "ran longer than allowed" }
}

/// How urgently running items are asked to end.
public enum StopUrgency: Int, Sendable, Comparable {
  /// Ask: a command gets TERM, a query is interrupted.
  case interrupt
  /// Insist: a command gets KILL.
  case kill

  /// Orders urgencies from polite to forceful.
  public static func < (left: StopUrgency, right: StopUrgency) -> Bool { left.rawValue < right.rawValue }
}
