import Attempts
import ParallelFor
import SQLite

/// What an attempt at a query has cost.
struct QueryEffort: Equatable {
  /// The counts of its statement.
  var counters: StatementCounters
  /// The rows that it returned or changed.
  var rows: Int
  /// How long it took, in nanoseconds, without waiting for its turn to write.
  var time: Int64
  /// How long it waited for its turn to write, in nanoseconds.
  var turnWait: Int64 = 0
  /// The program that had the lock, such as `pid 4711, psql`; nil if it is not known.
  var holder: String?

  /// The shortest time that needs a reason, in nanoseconds.
  static let shortestSlow: Int64 = 20_000_000

  /// Whether it took long enough to need a reason.
  var isSlow: Bool { time >= Self.shortestSlow || lockWait >= Self.shortestSlow || turnWait >= Self.shortestSlow }
  /// How long it waited for locks of other programs, in nanoseconds.
  var lockWait: Int64 { Int64(counters.lockWait) * 1_000_000 }
  /// The time in which the query worked, in nanoseconds.
  var work: Int64 { max(0, time - lockWait) }
}

/// Decides why a query took its time, from counts and from its plan.
enum QueryReasons {
  /// The fewest rows that make a whole read, or an index that SQLite makes, a reason.
  private static let fewestRows = 1_000
  /// The fewest rows read for each row of the result that make a whole read a reason.
  private static let fewestForEach = 100
  /// The fewest steps in which a sort or a search in an index can take long.
  private static let fewestSteps = 100_000
  /// The fewest steps of SQLite's machine in a second of work that explain the second.
  private static let fewestStepsPerSecond: Int64 = 2_000_000

  /// Returns the reasons, the one with the longest known time first.
  ///
  /// - Parameters:
  ///   - effort: what the attempt has cost.
  ///   - plan: the query's plan; nil if it is not known.
  static func reasons(of effort: QueryEffort, plan: QueryPlan?) -> [Reason] {
    var reasons = waits(effort)
    if effort.work >= QueryEffort.shortestSlow, let plan { reasons += work(effort, plan) }
    return reasons.sorted { $0.time ?? -1 > $1.time ?? -1 }
  }

  private static func waits(_ effort: QueryEffort) -> [Reason] {
    var reasons: [Reason] = []
    if effort.lockWait >= QueryEffort.shortestSlow {
      let holder = effort.holder.map { " ← \($0)" } ?? ""
      reasons.append(Reason(.busy, detail: seconds(effort.lockWait) + holder, time: effort.lockWait))
    }
    if effort.turnWait >= QueryEffort.shortestSlow {
      let remedy = "fewer threads: SQLite lets one connection write at a time"
      let detail = seconds(effort.turnWait)
      reasons.append(
        Reason(.busy, subject: "its turn to write", detail: detail, remedy: remedy, time: effort.turnWait))
    }
    return reasons
  }

  /// The reasons for the time in which the query worked. Only the first has a time, because the counts do not tell how
  /// much each took.
  private static func work(_ effort: QueryEffort, _ plan: QueryPlan) -> [Reason] {
    let counters = effort.counters
    var reasons: [Reason] = []
    if counters.indexed >= fewestRows, let reason = automaticIndex(counters.indexed, plan) { reasons.append(reason) }
    if isWholeRead(counters.scanned, rows: effort.rows), let reason = wholeRead(counters, plan) {
      let isFirst = counters.scanned > counters.indexed
      reasons.insert(reason, at: isFirst ? 0 : reasons.endIndex)
    }
    if counters.sorts > 0, counters.steps >= fewestSteps, !plan.sorts.isEmpty {
      reasons.append(Reason(.sort, subject: plan.sorts.joined(separator: ", ")))
    }
    if reasons.isEmpty, let reason = manyRows(effort, plan) { reasons.append(reason) }
    if !reasons.isEmpty { reasons[0].time = effort.work }
    return reasons
  }

  private static func isWholeRead(_ scanned: Int, rows: Int) -> Bool {
    scanned >= fewestRows && scanned / fewestForEach >= rows
  }

  private static func wholeRead(_ counters: StatementCounters, _ plan: QueryPlan) -> Reason? {
    guard !plan.scans.isEmpty else { return nil }
    // SQLite's counts of 32 bits begin again after four thousand million.
    let rows = counters.steps < Int(UInt32.max) ? "\(NumberText.count(counters.scanned)) rows" : ""
    let isIndex = plan.scans.allSatisfy { $0.index != nil }
    let names = plan.scans.map { scan in isIndex ? scan.index ?? "" : scan.index.map { "the index \($0)" } ?? scan.table
    }
    return Reason(isIndex ? .indexScan : .fullScan, subject: names.joined(separator: ", "), detail: rows)
  }

  private static func automaticIndex(_ rows: Int, _ plan: QueryPlan) -> Reason? {
    let columns = plan.indexedColumns
    guard plan.indexed.count == 1, columns.count == 1 else { return nil }
    let list = columns[0].joined(separator: ", ")
    return Reason(
      .automaticIndex, subject: "\(plan.indexed[0]) (\(list))", detail: "\(NumberText.count(rows)) rows",
      remedy: "an index on (\(list))")
  }

  private static func manyRows(_ effort: QueryEffort, _ plan: QueryPlan) -> Reason? {
    let steps = effort.counters.steps
    let isBusy = Int64(steps) >= fewestStepsPerSecond * (effort.work / 1_000_000) / 1_000
    guard steps >= fewestSteps, isBusy, !plan.ranges.isEmpty, effort.counters.scanned < fewestRows else { return nil }
    let indexes = plan.ranges.filter(\.isIndex)
    return Reason(.manyRows, subject: indexes.count == 1 && plan.ranges.count == 1 ? indexes[0].name : "")
  }

  private static func seconds(_ nanoseconds: Int64) -> String {
    nanoseconds < 1_000_000_000
      ? "\(nanoseconds / 1_000_000) ms" : "\(NumberText.figures(Double(nanoseconds) / 1e9)) s"
  }
}
