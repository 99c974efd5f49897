import Attempts
import Dashboard
import Jobs
import ParallelFor
import ParallelForDashboard
import RunStore

/// The ended items of a replay, read from the run file on demand.
final class RunFileArchive: ItemArchive {
  /// The number of items to read at once in a search.
  private static let page = 1_000
  /// The part of an output to read for a row of a list, in bytes.
  private static let rowBytes = 300

  private let reader: RunReader
  /// The wall time of the replay, in nanoseconds since 1970; items that ended later are not shown yet.
  private var latest: Int64 = 0

  private(set) var problem: String?
  private(set) var end = 0

  /// - Parameter reader: reads the run file.
  init(_ reader: RunReader) { self.reader = reader }

  /// Shows the items that ended up to a wall time, in nanoseconds since 1970; the newest ones are in these events.
  func show(until time: Int64, _ events: [RunEvent]) {
    if time < latest { end = 0 }
    latest = time
    for event in events {
      if case .itemFinished(let item) = event.kind { end = max(end, item.id.position + 1) }
    }
  }

  /// An item, whether it has ended or not.
  func item(_ id: ItemID) -> ArchivedItem? {
    let found: ItemRecord?? = read { try reader.item(number: id.number) }
    return (found ?? nil).map { ArchivedItem($0) }
  }

  func row(_ id: ItemID) -> ResultRow? { ended(id).map { row(id, $0.item, $0.attempt) } }

  func detail(_ id: ItemID, invocation: (ArchivedItem, WorkerID) -> String) -> ItemDetail? {
    guard let item = read({ try reader.item(number: id.number) }) ?? nil else { return nil }
    var attempts = endedAttempts(of: item)
    guard let last = attempts.popLast() else { return nil }
    let kept = ArchivedItem(item)
    var detail = ItemDetail(id: id, label: kept.label)
    detail.fields = kept.shownFields
    detail.worker = RecordedTime.worker(last.record)
    detail.invocation = invocation(kept, RecordedTime.worker(last.record))
    detail.attempt = last.record.attempt
    detail.latency = RecordedTime.latency(last.record)
    detail.outcome = last.record.outcome
    detail.note = last.record.note
    detail.process = last.record.process
    detail.reasons = last.record.reasons
    detail.earlier = attempts.map(\.record)
    detail.show(output: parts(last.output), errors: parts(last.errors))
    return detail
  }

  private func parts(_ stored: CapturedBytes) -> OutputParts {
    OutputParts(count: stored.count) { offset, count in read { try stored.read(from: offset, count: count) } ?? [] }
  }

  func matches(_ filter: ResultFilter, in positions: Range<Int>, slowLimit: Int64?) -> [ItemID] {
    var found: [ItemID] = []
    var next = positions.lowerBound + 1
    while next <= positions.upperBound {
      let page = read { try reader.items(from: next, limit: Self.page) } ?? []
      for item in page {
        guard let number = item.number, number <= positions.upperBound, let attempt = endedAttempt(of: item) else {
          continue
        }
        if shows(filter, item, attempt, slowLimit) { found.append(ItemID(number - 1)) }
      }
      guard let last = page.last?.number else { break }
      next = last + 1
    }
    return found
  }

  func failureReason(of id: ItemID) -> FailureReason? { ended(id).flatMap { reason(of: $0.item, $0.attempt) } }

  /// Returns why an item failed at an attempt that may not be its last one; nil if it has not.
  func failureReason(of attempt: FinishedItem) -> FailureReason? {
    guard attempt.outcome.failureReason != nil, let item = read({ try reader.item(number: attempt.id.number) }) ?? nil
    else { return nil }
    let same = endedAttempts(of: item).last { $0.record.outcome == attempt.outcome }
    return FailureReason(
      attempt.outcome, line: same.map { OutputText.lastLine(of: $0.errors) } ?? "",
      label: ArchivedItem(text: item.text).label)
  }

  func searchedParts(of id: ItemID) -> [TextScan.Part] {
    guard let (item, attempt) = ended(id) else { return [] }
    let texts = [
      ArchivedItem(text: item.text).text, Array((attempt.reason ?? "").utf8), Array((attempt.note ?? "").utf8),
    ]
    let parts: [TextScan.Part] = texts.map { text in (text.count, { Array(text[$0..<$0 + $1]) }) }
    return parts
      + OutputStream.allCases.map { stream in
        let stored = reader.bytes(stream, of: item)
        return (
          stored.count,
          { offset, count in self.read { try stored.read(from: offset, count: count) } ?? [] }
        )
      }
  }

  // MARK: - Records

  /// An attempt and what it wrote.
  private struct Attempt {
    var record: EndedAttempt
    var output: CapturedBytes
    var errors: CapturedBytes
  }

  /// The attempts at an item that have ended by now, in order.
  private func endedAttempts(of item: ItemRecord) -> [Attempt] {
    let earlier = read { try reader.earlierAttempts(of: item) } ?? []
    var attempts = earlier.filter { hasEnded($0.attempt) }.map {
      Attempt(record: $0.attempt, output: reader.bytes(.output, of: $0), errors: reader.bytes(.errors, of: $0))
    }
    if let last = endedAttempt(of: item) {
      attempts.append(
        Attempt(record: last, output: reader.bytes(.output, of: item), errors: reader.bytes(.errors, of: item)))
    }
    return attempts
  }

  private func ended(_ id: ItemID) -> (item: ItemRecord, attempt: EndedAttempt)? {
    guard let item = read({ try reader.item(number: id.number) }) ?? nil,
      let attempt = endedAttempt(of: item)
    else { return nil }
    return (item, attempt)
  }

  private func endedAttempt(of item: ItemRecord) -> EndedAttempt? {
    item.attempt.flatMap { hasEnded($0) ? $0 : nil }
  }

  private func hasEnded(_ attempt: EndedAttempt) -> Bool {
    RecordedTime.point(attempt.start) + RecordedTime.latency(attempt) <= latest
  }

  private func row(_ id: ItemID, _ item: ItemRecord, _ attempt: EndedAttempt) -> ResultRow {
    let state = ItemState(attempt.outcome)
    let kept = ArchivedItem(item)
    return ResultRow(
      id: id, label: kept.label, state: state, latency: RecordedTime.latency(attempt),
      reason: OutputText.firstLine(attempt.reason ?? ""),
      line: state == .succeeded ? firstLine(of: item) : lastErrorLine(of: item), note: attempt.note,
      fields: kept.shownFields)
  }

  private func shows(_ filter: ResultFilter, _ item: ItemRecord, _ attempt: EndedAttempt, _ slowLimit: Int64?) -> Bool {
    switch filter {
    case .failed: !attempt.outcome.isSuccess
    case .failure(let group): reason(of: item, attempt).map { FailureGroups.group(group, has: $0) } ?? false
    case .slow: RecordedTime.latency(attempt) >= slowLimit ?? .max
    case .all, .running, .text: false
    }
  }

  private func firstLine(of item: ItemRecord) -> String {
    OutputText.firstLine(String(decoding: read(reader.bytes(.output, of: item), Self.rowBytes), as: UTF8.self))
  }

  private func lastErrorLine(of item: ItemRecord) -> String { OutputText.lastLine(of: reader.bytes(.errors, of: item)) }

  private func reason(of item: ItemRecord, _ attempt: EndedAttempt) -> FailureReason? {
    FailureReason(attempt.outcome, line: lastErrorLine(of: item), label: ArchivedItem(text: item.text).label)
  }

  private func read(_ stored: CapturedBytes, _ most: Int) -> [UInt8] {
    read { try stored.read(from: 0, count: most) } ?? []
  }

  private func read<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch {
      problem = "some items cannot be shown: \(error)"
      return nil
    }
  }
}

extension ArchivedItem {
  /// An item from a run file.
  init(_ record: ItemRecord) {
    self.init(Item(ByteText(record.text), fields: record.fields.flatMap { Fields.members(ofJSON: $0) }))
  }
}
