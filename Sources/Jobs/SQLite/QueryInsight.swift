import Attempts
import ParallelFor
import SQLite
import Synchronization

/// A query with its plan.
struct PlannedQuery {
  let text: String
  let plan: QueryPlan
  /// Reads the statements that made the tables of the database.
  let schema: () -> [String]
}

/// What a run has found out about its query, for all workers.
final class QueryInsight: Sendable {
  private struct State {
    var plan: QueryPlan?
    /// The advice for queries and their whole reads; empty texts if no index would help.
    var advice: [Read: String] = [:]
    var running: [ItemID: Reason] = [:]
  }

  private struct Read: Hashable {
    var query: String
    var scans: [QueryPlan.Scan]
  }

  /// The most advice that is kept. Items that are statements may all have their own.
  private static let mostAdvice = 256

  private let path: String
  private let state = Mutex(State())

  /// - Parameter path: the path of the database.
  init(path: String) { self.path = path }

  /// Why running items take their time.
  var running: [ItemID: Reason] { state.withLock(\.running) }

  /// Sets why a running item takes its time; nil when it ends.
  func set(_ reason: Reason?, of item: ItemID) { state.withLock { $0.running[item] = reason } }

  /// The plan that a worker has read last, for items that still run.
  var plan: QueryPlan? { state.withLock(\.plan) }

  /// Returns the program that holds the lock that others wait for; nil if that is not certain.
  func lockHolder() -> String? { LockTable.holder(ofDatabase: path) }

  /// Returns the reasons of a query with advice for each. An index for a query is looked for once.
  ///
  /// - Parameters:
  ///   - reasons: the reasons of an attempt.
  ///   - query: its query.
  func advise(_ reasons: [Reason], on query: PlannedQuery) -> [Reason] {
    state.withLock { $0.plan = query.plan }
    return reasons.map { reason in
      guard [.fullScan, .indexScan].contains(reason.kind) else { return reason }
      var advised = reason
      advised.remedy = advice(for: Read(query: query.text, scans: query.plan.scans), schema: query.schema)
      return advised
    }
  }

  private func advice(for read: Read, schema: () -> [String]) -> String {
    if let known = state.withLock({ $0.advice[read] }) { return known }
    guard let copy = try? SchemaCopy(of: schema()) else { return "" }
    let advice = IndexAdvice(schema: copy, query: read.query)
    let texts = read.scans.compactMap { scan in
      advice.columns(for: scan.table).map { columns in
        "an index on \(read.scans.count > 1 ? "\(scan.table) " : "")(\(columns.joined(separator: ", ")))"
      }
    }
    let text = texts.joined(separator: ", ")
    state.withLock { state in
      if state.advice.count >= Self.mostAdvice { state.advice = [:] }
      state.advice[read] = text
    }
    return text
  }
}

/// Watches the items of one worker, and finds out why one was slow.
struct QueryWatch {
  private let insight: QueryInsight
  /// The item that runs.
  var item = ItemID(0)
  /// When it began to work, at most a millisecond too early.
  var began = Instant(nanoseconds: 0)
  /// How long it waited for its turn to write, in nanoseconds.
  var turnWait: Int64 = 0
  /// The rows that it has returned or changed.
  var rows = 0
  /// What its statement has done.
  var counters = StatementCounters()
  private var holder: String?
  private var isShown = false
  private var reasons: [Reason] = []

  init(_ insight: QueryInsight) { self.insight = insight }

  /// Whether the item that has ended has reasons.
  var hasReasons: Bool { !reasons.isEmpty }

  /// Returns the reasons of the item that has ended.
  mutating func takeReasons() -> [Reason] {
    defer { reasons = [] }
    return reasons
  }

  /// Notes that the item has waited for a lock for a while.
  mutating func waitsForLock() {
    holder = insight.lockHolder()
    show(Reason(.busy, detail: holder.map { "← \($0)" } ?? ""))
  }

  /// Notes what the item has done so far.
  mutating func goesOn(_ counters: StatementCounters) {
    let effort = effort(counters, at: MonotonicClock.now)
    if effort.isSlow, let reason = QueryReasons.reasons(of: effort, plan: insight.plan).first { show(reason) }
  }

  private mutating func show(_ reason: Reason) {
    isShown = true
    insight.set(reason, of: item)
  }

  /// Ends an item.
  ///
  /// - Parameters:
  ///   - now: when it ended.
  ///   - planned: reads the plan of its query; called only if the item was slow.
  mutating func end(at now: Instant, planned: () -> PlannedQuery?) {
    let effort = effort(counters, at: now)
    if isShown {
      isShown = false
      insight.set(nil, of: item)
    }
    guard effort.isSlow else { return }
    counters = StatementCounters()
    holder = nil
    turnWait = 0
    let planned = planned()
    let reasons = QueryReasons.reasons(of: effort, plan: planned?.plan)
    self.reasons = planned.map { insight.advise(reasons, on: $0) } ?? reasons
  }

  private func effort(_ counters: StatementCounters, at now: Instant) -> QueryEffort {
    QueryEffort(
      counters: counters, rows: rows, time: now.nanoseconds(since: began), turnWait: turnWait, holder: holder)
  }
}
