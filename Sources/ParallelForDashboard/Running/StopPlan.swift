package import ParallelFor

/// Why a run is made to end early.
package enum StopReason: Equatable {
  /// Someone at the keys, or the dashboard, asked for it.
  case interrupted
  /// The terminal was closed.
  case hungUp
  /// The system wants the program to end.
  case terminated
  /// Another signal wants the program to end.
  case signal(Int32)
}

/// Decides how urgently a run must end, as signals come and time goes by; a value that reads no clock.
///
/// A hang-up or a termination lets running items end within the grace time, then asks them, then insists. Asking, for
/// whatever reason, turns into insisting after the grace time too: no item can hold the program for ever.
package struct StopPlan {
  /// What is to be done to the run.
  package enum Step: Equatable {
    case finish
    case stop(StopUrgency)
    /// Nobody reads the results, or an item cannot be killed: give up on it.
    case abandon
  }

  /// After KILL nothing should take longer than this.
  private static let afterKill: Int64 = 2_000_000_000

  package let grace: Int64
  package private(set) var level = 0
  private var deadline: Instant?
  /// What was the first reason; nil if the run only ran out.
  package private(set) var reason: StopReason?

  package init(grace: Int64) { self.grace = grace }

  /// Ctrl-C without a dashboard: first finish, then ask, then insist.
  package mutating func interrupted(at now: Instant) -> [Step] {
    reason = reason ?? .interrupted
    return advance(to: level + 1, at: now, by: level + 1 >= 2 ? grace : nil)
  }

  /// The system or the terminal wants the program to end.
  package mutating func mustEnd(_ why: StopReason, at now: Instant) -> [Step] {
    reason = reason ?? why
    return advance(to: max(level, 1), at: now, by: grace)
  }

  /// A signal wants the program to end now.
  package mutating func mustQuit(_ why: StopReason, at now: Instant) -> [Step] {
    reason = reason ?? why
    return advance(to: max(level, 3), at: now, by: Self.afterKill)
  }

  /// The dashboard asked the run to finish or to stop.
  package mutating func asked(_ urgency: StopUrgency?, at now: Instant) -> [Step] {
    reason = reason ?? .interrupted
    switch urgency {
    case nil: return advance(to: max(level, 1), at: now, by: nil)
    case .interrupt: return advance(to: max(level, 2), at: now, by: grace)
    case .kill: return advance(to: max(level, 3), at: now, by: Self.afterKill)
    }
  }

  /// Time goes by.
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
