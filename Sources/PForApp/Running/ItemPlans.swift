import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import Synchronization

/// The plans of items' queries, each asked for on a thread of its own, because a database may take long to answer.
final class ItemPlans: Sendable {
  private let arrived = Mutex<[ItemPlan]>([])

  /// Asks for a plan.
  ///
  /// - Returns: why that is not possible; nil if the database is asked.
  func ask(_ job: any Job, _ item: Item, _ id: ItemID, isMeasured: Bool, waking waker: Waker) -> String? {
    do throws(AppError) {
      try AppThread.start("pfor-plan") { [self] in
        let lines = Self.lines(job, item, isMeasured)
        arrived.withLock { $0.append(ItemPlan(item: id, isMeasured: isMeasured, lines: lines)) }
        waker.wake()
      }
      return nil
    } catch {
      return error.description
    }
  }

  private static func lines(_ job: any Job, _ item: Item, _ isMeasured: Bool) -> [String] {
    do throws(JobError) { return try job.plan(of: item, isMeasured: isMeasured) } catch { return [error.description] }
  }

  /// Returns the plans that have arrived since the last call.
  func take() -> [ItemPlan] {
    arrived.withLock { plans in
      defer { plans = [] }
      return plans
    }
  }
}
