@testable import ParallelFor

/// Notes the promises that a schedule broke, at its end.
extension RandomSchedule {
  mutating func judge() {
    judgeItems(lastEndings())
    judgeRequests()
    if events.map(\.sequence) != Array(0..<UInt64(events.count)) { problems.append("event numbers have gaps") }
    if events.map(\.instant) != events.map(\.instant).sorted() { problems.append("time runs backwards") }
    if !lanes.isEmpty { problems.append("workers are left: \(lanes.keys)") }
    guard case .runFinished? = events.last?.kind else { return problems.append("the last event is not the end") }
  }

  private mutating func judgeItems(_ finished: [FinishedItem]) {
    if runs.contains(where: { $1 > policy.attempts + asked[$0, default: 0] }) {
      problems.append("an item was tried too often")
    }
    let ended = Set(finished.map(\.id.position))
    let interrupted = unfinished()
    if ended.union(interrupted) != Set(runs.keys).union(asked.keys) { problems.append("not every item ended") }
    if machine.hasGivenUp, !interrupted.isEmpty { problems.append("the run gave up, and items are unfinished") }
    if !isStopped, !interrupted.isEmpty { problems.append("unfinished items, but nobody interrupted the run") }
    judgeSettlements(ended, interrupted)
    for item in finished
    where item.attempt != attempts(item.id.position) && !interrupted.contains(item.id.position) {
      problems.append("\(item.id) ended with attempt \(item.attempt) of \(attempts(item.id.position))")
    }
    for item in finished
    where !isStopped && item.outcome.isFailure && item.attempt < policy.attempts && asked[item.id.position] == nil {
      problems.append("\(item.id) failed and was not tried again")
    }
    let done = restored.union(runs.keys)
    if !isStopped, done.count != total { problems.append("\(done.count) of \(total) items are done") }
    if delivered != done.sorted() { problems.append("delivered \(delivered)") }
    if !awaited.isEmpty { problems.append("second results are missing: \(awaited)") }
  }

  /// Each item that ran is settled as final or as unfinished once, and that comes last. A retried item may have
  /// been final before.
  private mutating func judgeSettlements(_ ended: Set<Int>, _ interrupted: Set<Int>) {
    for (position, settlements) in told {
      let last = settlements.last
      if interrupted.contains(position) != (last == .unfinished) {
        problems.append("#\(position) was told \(settlements)")
      }
      guard asked[position] == nil else { continue }
      let closing = settlements.filter { if case .again = $0 { false } else { true } }
      if closing.count != 1 || closing.last != last { problems.append("#\(position) was told \(settlements)") }
      if ended.contains(position), interrupted.contains(position) { problems.append("#\(position) ended and did not") }
    }
  }

  /// The items that were between two attempts at the interruption.
  private func unfinished() -> Set<Int> {
    var positions: Set<Int> = []
    for event in events {
      switch event.kind {
      case .itemInterrupted(let item): positions.insert(item.id.position)
      case .itemFinished(let item): positions.remove(item.id.position)
      default: break
      }
    }
    return positions
  }

  /// An item ends once, and once more for every retry.
  private mutating func judgeRequests() {
    var ended = restored.filter { $0 % 2 == 1 }
    for event in events {
      switch event.kind {
      case .itemFinished(let item) where !ended.insert(item.id.position).inserted:
        problems.append("\(item.id) ended twice")
      case .itemRequeued(let item, _) where ended.remove(item.id.position) == nil:
        problems.append("\(item.id) was asked for before it had ended")
      default: break
      }
    }
  }

  private func lastEndings() -> [FinishedItem] {
    var last: [ItemID: FinishedItem] = [:]
    for event in events {
      if case .itemFinished(let item) = event.kind { last[item.id] = item }
    }
    return Array(last.values)
  }
}

extension Outcome {
  fileprivate var isFailure: Bool {
    switch self {
    case .failed, .timedOut: true
    case .succeeded, .cancelled: false
    }
  }
}
