import Dashboard
import Foundation
import Jobs
import ParallelFor
import ParallelForDashboard
import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#else
  @preconcurrency import Darwin
#endif

/// A run with all that belongs to it: who feeds it, who writes its results, who keeps them for the screen.
final class RunSession: WatchedRun, Sendable {
  let run: ParallelRun<Item, JobResult>
  let waker: Waker
  /// Every ended item, for the dashboard; nil without one.
  let archive: ResultArchive?
  /// The items that run now, for the dashboard; nil without one.
  let running: RunningItems?
  private let plan: Plan
  private let feeder: ItemFeeder
  private let delivery: ResultDelivery

  /// What the workers need of the plan.
  struct Plan: @unchecked Sendable {
    var job: any Job
    var tags: Bool
  }

  /// Makes the run; nothing begins before ``start()``.
  ///
  /// - Parameters:
  ///   - keepsResults: whether ended items must be shown later.
  ///   - output: where results go; nil for nowhere.
  ///   - errors: where items' standard error goes; nil for nowhere.
  init(_ plan: RunPlan, keepsResults: Bool, output: ByteSink?, errors: ByteSink?) throws(AppError) {
    let waker = try Waker()
    let archive = keepsResults ? try ResultArchive() : nil
    let running = keepsResults ? RunningItems() : nil
    let feeder = ItemFeeder(reader: plan.reader)
    let delivery = ResultDelivery(output: output, errors: errors)
    let own = Plan(job: plan.job, tags: plan.tags)
    self.plan = own
    self.waker = waker
    self.archive = archive
    self.running = running
    self.feeder = feeder
    self.delivery = delivery
    let inOrder = plan.inOrder && delivery.isWanted
    run = ParallelRun(threads: plan.threads, policy: plan.policy, inOrder: inOrder, label: \.label) { worker in
      WorkerSession(
        worker: worker, plan: own, feeder: feeder, delivery: delivery, archive: archive, running: running
      ).body
    }
  }

  /// Begins to read items, to run them and to write results.
  func start() {
    delivery.start(
      from: run,
      whenStuck: { [run, waker] _ in
        run.stop(.interrupt)
        waker.wake()
      },
      whenDone: { [waker] in waker.wake() })
    feeder.start(feeding: run) { [waker] _ in waker.wake() }
  }

  /// Whether all results have been written, or given up.
  var isDelivered: Bool { delivery.isDone }

  /// Why results can no longer be written.
  var deliveryProblem: ByteSink.Problem? { delivery.problem }

  /// Why no more items could be read.
  var inputProblem: String? { feeder.error?.description }

  /// Gives up waiting for whoever reads the results.
  func abandonDelivery() { delivery.abandon() }

  /// After the run: no process of ours survives.
  func end() {
    feeder.stop()
    Strays.killAll()
  }
}

// MARK: - For the loops

extension RunSession {
  var steering: any SteeredRun { run }

  func takeEvents() -> [RunEvent] { run.takeEvents() }

  func invocation(of item: ArchivedItem, id: ItemID, worker: WorkerID) -> String {
    plan.job.invocation(of: Item(item), id: id, worker: worker)
  }

  func running(_ item: StartedItem) -> (item: ArchivedItem, invocation: String)? {
    running?.item(item.id, on: item.worker).map {
      (ArchivedItem($0), plan.job.invocation(of: $0, id: item.id, worker: item.worker))
    }
  }
}
