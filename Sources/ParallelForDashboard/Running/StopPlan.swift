package import ParallelFor

/// Why a run must end early.
package enum StopReason: Equatable {
  /// The user asked for it, with a key or in the dashboard.
  case interrupted
  /// The terminal was closed.
  case hungUp
  /// The system wants the program to end.
  case terminated
  /// Another signal wants the program to end.
  case signal(Int32)
}

/// Decides how urgently a run must end as signals arrive and time passes. A value; it reads no clock.
///
/// After a hang-up or a termination, running items may end within the grace time. Then they are asked to end, and after
/// another grace time they are killed. Items that were asked to end for any other reason are killed after the grace
/// time too, so that no item can hold up the program forever.
package struct StopPlan {
  /// An action on the run.
  package enum Step: Equatable {
    case finish
    case stop(StopUrgency)
    /// Give up on the run, because no reader takes the results or an item cannot be killed.
    case abandon
  }

  /// How long items may take to end after KILL, in nanoseconds.
  private static let afterKill: Int64 = 2_000_000_000

  package let grace: Int64
  package private(set) var level = 0
  private var deadline: Instant?
  /// The first reason; nil if the run was not asked to end.
  package private(set) var reason: StopReason?

  package init(grace: Int64) { self.grace = grace }

  /// Handles Ctrl-C without a dashboard: the first one finishes, the second one asks items to end, the third one kills.
  package mutating func interrupted(at now: Instant) -> [Step] {
    reason = reason ?? .interrupted
    return advance(to: level + 1, at: now, by: level + 1 >= 2 ? grace : nil)
  }

  /// Handles a request of the system or the terminal to end the program.
  package mutating func mustEnd(_ why: StopReason, at now: Instant) -> [Step] {
    reason = reason ?? why
    return advance(to: max(level, 1), at: now, by: grace)
  }

  /// Handles a signal to end the program now.
  package mutating func mustQuit(_ why: StopReason, at now: Instant) -> [Step] {
    reason = reason ?? why
    return advance(to: max(level, 3), at: now, by: Self.afterKill)
  }

  /// Handles a request of the dashboard to finish or to stop.
  package mutating func asked(_ urgency: StopUrgency?, at now: Instant) -> [Step] {
    reason = reason ?? .interrupted
    switch urgency {
    case nil: return advance(to: max(level, 1), at: now, by: nil)
    case .interrupt: return advance(to: max(level, 2), at: now, by: grace)
    case .kill: return advance(to: max(level, 3), at: now, by: Self.afterKill)
    }
  }

  /// Returns the steps that are due at a time.
  package mutating func tick(at now: Instant) -> [Step] {
    guard let deadline, now >= deadline else { return [] }
    return advance(to: level + 1, at: now, by: level + 1 >= 3 ? Self.afterKill : grace)
  }

  private mutating func advance(to next: Int, at now: Instant, by time: Int64?) -> [Step] {
    let isNew = next > level
    level = max(level, next)
    if let time, isNew || deadline == nil { deadline = now + time }
    guard isNew else { return [] }
    switch level {
    case 1: return [.finish]
    case 2: return [.stop(.interrupt)]
    case 3: return [.stop(.kill)]
    default:
      deadline = nil
      return [.abandon]
    }
  }
}
