import Attempts
import ParallelFor
import PostgreSQL
import TestSupport
import Testing

@testable import Jobs

/// What a sample of the server means.
@Suite struct WaitReasonTests {
  private typealias Backend = ServerPicture.Backend
  private typealias Block = ServerPicture.Block
  private typealias Blocker = ServerPicture.Blocker

  private static let items = [WorkerID(1): ItemID(16), WorkerID(2): ItemID(17)]
  private static let stranger = Blocker(
    name: "psql", kind: "client backend", state: "idle in transaction", seconds: 190)

  private func reason(_ backends: [Backend], _ blocks: [Block] = []) -> Reason? {
    ServerPicture(backends: backends, blocks: blocks).reason(of: WorkerID(1), items: Self.items)
  }

  private func own(_ type: String?, _ wait: String? = nil, pid: Int32 = 10) -> Backend {
    Backend(pid: pid, worker: WorkerID(1), waitType: type, wait: wait)
  }

  @Test(
    arguments: [
      (nil, nil, "on CPU"), ("IO", "DataFileRead", "IO: DataFileRead"), ("LWLock", "WALWrite", "LWLock: WALWrite"),
      ("Timeout", "PgSleep", "sleeps (pg_sleep)"), ("Client", "ClientWrite", "waits for pfor-tui"),
      ("BufferPin", "BufferPin", "BufferPin: BufferPin"), ("IPC", "SyncRep", "IPC: SyncRep"),
      ("Client", "ClientRead", nil),
      ("Activity", "WalSenderMain", nil), ("Moon", "Full", nil),
    ] as [(String?, String?, String?)]) func wordsOfAWait(type: String?, wait: String?, words: String?)
  {
    #expect(reason([own(type, wait)])?.words == words)
  }

  @Test func aWorkerThatIsNotSeenHasNoReason() {
    #expect(reason([]) == nil)
    #expect(reason([own(nil), own(nil, pid: 11)]) == nil, "two servers with one name")
  }

  /// Workers of a parallel query come and go between the samples (trap A-26).
  @Test func parallelWorkersBelongToTheirLeader() {
    let helper = { (pid: Int32) in Backend(pid: pid, worker: WorkerID(1), leader: 10, waitType: nil) }
    let leader = own("IPC", "ExecuteGather")
    #expect(reason([helper(11), leader, helper(12)])?.words == "IPC: 2 parallel workers")
    #expect(reason([leader, helper(12)])?.words == "IPC: 1 parallel worker")
    #expect(reason([leader])?.words == "IPC: ExecuteGather")
    #expect(reason([helper(11)]) == nil)
  }

  // MARK: - Locks

  private func lock(_ blocks: [Block]) -> String? { reason([own("Lock", "transactionid")], blocks)?.words }

  @Test func aBlockerIsNamed() {
    #expect(
      lock([Block(waiter: 10, blocker: 4_711, about: Self.stranger)])
        == "Lock: transactionid ← pid 4711, psql, idle in transaction 3 m")
    #expect(
      lock([Block(waiter: 10, blocker: 20, about: Blocker(worker: WorkerID(2), name: "pfor-tui x/2"))])
        == "Lock: transactionid ← worker 2, item #18")
    #expect(
      lock([Block(waiter: 10, blocker: 20, about: Blocker(name: "", kind: "autovacuum worker", state: "active"))])
        == "Lock: transactionid ← autovacuum")
    #expect(
      lock([Block(waiter: 10, blocker: 20, about: Blocker(name: "", kind: "checkpointer", state: nil))])
        == "Lock: transactionid ← pid 20, checkpointer")
  }

  /// Trap A-3.
  @Test func aPreparedTransactionHasNoProcess() {
    #expect(lock([Block(waiter: 10, blocker: 0)]) == "Lock: transactionid ← pid 0: a prepared transaction")
  }

  /// Trap A-5: the role may not see the state of strangers.
  @Test func aHiddenBlockerIsSaidToBeHidden() {
    #expect(
      lock([Block(waiter: 10, blocker: 4_711, about: Blocker(name: "psql"))])
        == "Lock: transactionid ← pid 4711 (no right to see it; needs pg_read_all_stats)")
  }

  /// Trap A-32.
  @Test func aBlockerCanBeGone() {
    #expect(lock([]) == "Lock: transactionid, blocker gone")
    #expect(lock([Block(waiter: 10, blocker: 7)]) == "Lock: transactionid ← pid 7, gone")
  }

  /// Trap A-1: three wait in one queue, and one behind another.
  @Test func theRootIsNamedAndNoWaiter() {
    let root = { (waiter: Int32) in Block(waiter: waiter, blocker: 99, about: Self.stranger) }
    let queue = Block(waiter: 10, blocker: 11, about: Blocker(worker: WorkerID(2), name: "pfor-tui x/2"))
    let words = "Lock: transactionid ← pid 99, psql, idle in transaction 3 m"
    #expect(lock([queue, root(10), root(11), root(12)]) == words)
    #expect(lock([queue, root(11), root(12)]) == words + ", behind worker 2, item #18")
  }

  /// Traps: a circle ends, and nobody blocks itself.
  @Test func circlesEnd() {
    let other = Blocker(worker: WorkerID(2), name: "pfor-tui x/2")
    let blocks = [
      Block(waiter: 10, blocker: 10), Block(waiter: 10, blocker: 20, about: other),
      Block(waiter: 10, blocker: 20, about: other), Block(waiter: 20, blocker: 10), Block(waiter: 20, blocker: 20),
    ]
    #expect(lock(blocks) == "Lock: transactionid ← worker 2, item #18")
  }

  @Test func anyBlocksAreWalkedToAnEnd() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<2_000 {
      let blocks = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        Block(waiter: .random(in: 8...14, using: &random), blocker: .random(in: 8...14, using: &random))
      }
      let words = lock(blocks) ?? ""
      #expect(words.hasPrefix("Lock: transactionid") && !words.contains("← pid 10,"))
    }
  }

  @Test func whatWouldHelpIsSaid() {
    let remedy = { (about: Blocker?, pid: Int32) in
      self.reason([self.own("Lock", "tuple")], [Block(waiter: 10, blocker: pid, about: about)])?.remedy
    }
    #expect(remedy(Self.stranger, 7) == "ending the transaction of pid 7")
    #expect(remedy(nil, 0) == "committing the prepared transaction")
    #expect(remedy(Blocker(worker: WorkerID(2), name: "x"), 7)?.contains("apart") == true)
    #expect(remedy(Blocker(name: "psql", kind: "client backend", state: "active"), 7)?.isEmpty == true)
  }

  // MARK: - Samples

  private static func seconds(_ count: Int64) -> Int64 { count * 1_000_000_000 }

  private func item(_ reasons: [Reason?]) -> SampledItem {
    var item = SampledItem()
    for reason in reasons { item.add(reason) }
    return item
  }

  @Test func theTimeIsDividedAsTheSamplesAre() {
    let io = Reason(.io, subject: "DataFileRead")
    let reasons = item([io, Reason(.cpu), io, io, Reason(.cpu), nil, io, Reason(.sleep), io, io])
      .reasons(latency: Self.seconds(10))
    #expect(reasons.map(\.words) == ["IO: DataFileRead", "on CPU"])
    #expect(reasons.map(\.time) == [Self.seconds(6), Self.seconds(2)])
  }

  @Test func fewSamplesSayNothingUnlessAllAgree() {
    let lock = { Reason(.lock, subject: $0) }
    #expect(item([Reason(.cpu)]).reasons(latency: Self.seconds(2)) == [])
    #expect(item([Reason(.cpu), Reason(.cpu)]).reasons(latency: Self.seconds(2)).map(\.kind) == [.cpu])
    #expect(item([Reason(.cpu), nil]).reasons(latency: Self.seconds(2)) == [])
    #expect(item([Reason(.cpu), Reason(.sleep), Reason(.cpu)]).reasons(latency: Self.seconds(3)) == [])
    #expect(
      item([lock("tuple"), lock("transactionid")]).reasons(latency: Self.seconds(2)).map(\.kind) == [.lock, .lock])
    #expect(item([Reason(.cpu), Reason(.cpu)]).reasons(latency: 900_000_000) == [])
    #expect(item([Reason(.cpu), Reason(.sleep), nil, nil, Reason(.io)]).reasons(latency: Self.seconds(5)) == [])
  }

  @Test func theLastSampleIsWhatHappensNow() {
    #expect(item([Reason(.cpu), Reason(.sleep)]).latest == Reason(.sleep))
    #expect(item([Reason(.cpu), nil]).latest == nil)
  }

  /// Only an item that has run since the moment before makes samples worth their cost, and then for a while.
  @Test func fastItemsAreNotSampled() {
    var plan = SamplingPlan()
    for number in 1...50 {
      #expect(plan.old(among: [WorkerID(1): number, WorkerID(2): 2 * number]).isEmpty && !plan.isDue)
    }
    #expect(plan.old(among: [WorkerID(1): 50, WorkerID(2): 7]) == [WorkerID(1)] && plan.isDue)
    for number in 51...59 { #expect(plan.old(among: [WorkerID(1): number]).isEmpty && plan.isDue) }
    #expect(plan.old(among: [WorkerID(1): 60]).isEmpty && !plan.isDue)
    #expect(plan.old(among: [WorkerID(1): 60]) == [WorkerID(1)] && plan.isDue)
    #expect(plan.old(among: [:]).isEmpty && !plan.isDue, "nothing runs")
  }

  @Test func averagesAreOverAllSamples() {
    var activity = ServerActivity()
    activity.add([Reason(.cpu), Reason(.lock, subject: "tuple"), Reason(.cpu)])
    activity.add([])
    activity.add([Reason(.lock, subject: "tuple"), Reason(.cpu)])
    activity.add([Reason(.cpu)])
    #expect(activity.averages.map(\.words) == ["on CPU", "Lock: tuple"])
    #expect(activity.averages.map(\.sessions) == [1, 0.5])
  }
}
