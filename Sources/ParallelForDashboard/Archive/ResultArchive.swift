package import Attempts
package import Dashboard
package import ParallelFor

/// Every ended item with its output, on disk, for the lists and pages of the dashboard.
///
/// Workers write and the main thread reads. An item is here before its event says that it has ended.
package final class ResultArchive: ItemArchive, @unchecked Sendable {
  /// The number of bytes of a record that are read at once for a row of a list.
  private static let rowBytes = 1_024

  private let lock = Lock()
  private var data: AppendFile
  private var index: ArchiveIndex

  /// Opens its two temporary files.
  package init() throws(DashboardError) {
    data = try AppendFile()
    index = try ArchiveIndex()
  }

  /// The problem if something could not be kept. A full temporary folder affects pages, never results.
  package var problem: String? {
    let isIntact = lock.withLock { data.isIntact }
    return isIntact ? nil : "the temporary folder is full: some results cannot be shown here; none is lost"
  }

  /// Keeps an ended attempt at an item, in addition to the previous attempts.
  package func keep(
    _ item: ArchivedItem, _ ended: FinishedItem, output: CapturedBytes, errors: CapturedBytes,
    process: ProcessEnding = ProcessEnding(), reasons: [Reason] = []
  ) {
    let parts = [
      CapturedBytes.bytes(item.text), .bytes(FieldBytes.encode(item.fields)),
      .text(Self.reason(of: ended.outcome)), .text(ended.note ?? ""), .text(ReasonText.encode(reasons) ?? ""), output,
      errors,
    ]
    var header = ArchiveHeader(
      start: ended.start.nanoseconds, end: ended.end.nanoseconds, worker: ended.worker.slot, attempt: ended.attempt,
      process: process, previous: 0, counts: parts.map(\.count))
    lock.withLock {
      let offset = data.end
      header.previous = ended.attempt > 1 ? index.entry(at: ended.id.position)?.word ?? 0 : 0
      header.words.withUnsafeBytes { data.append($0) }
      for part in parts { append(part) }
      let entry = ArchiveIndex.Entry(offset: offset, kind: Self.kind(of: ended.outcome), latency: ended.nanoseconds)
      index.set(entry, at: ended.id.position)
    }
  }

  /// Appends bytes. Unreadable bytes become blanks, so that the parts stay where the header says.
  private func append(_ bytes: CapturedBytes) {
    let before = data.end
    do {
      try bytes.forEachChunk { data.append($0) }
    } catch {
      data.append(repeatElement(UInt8(ascii: " "), count: bytes.count - (data.end - before)))
    }
  }

  /// The reason of a failure, which the archive must give back; empty for other outcomes.
  private static func reason(of outcome: Outcome) -> String {
    if case .failed(let failure) = outcome { failure.reason } else { "" }
  }

  private static func kind(of outcome: Outcome) -> ArchiveIndex.Kind {
    switch outcome {
    case .succeeded: .succeeded
    case .failed: .failed
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }
}

// MARK: - Reading

extension ResultArchive {
  /// An attempt in the archive; for use within the lock.
  private struct Kept {
    let entry: ArchiveIndex.Entry
    let header: ArchiveHeader
    /// The first bytes, from the header on.
    let start: [UInt8]

    var worker: WorkerID { WorkerID(header.worker) }
  }

  private func kept(_ id: ItemID, reading count: Int = ArchiveHeader.size) -> Kept? {
    index.entry(at: id.position).flatMap { kept($0, reading: count) }
  }

  private func kept(_ entry: ArchiveIndex.Entry, reading count: Int = ArchiveHeader.size) -> Kept? {
    let start = data.read(at: entry.offset, count: count)
    return ArchiveHeader(start).map { Kept(entry: entry, header: $0, start: start) }
  }

  /// Returns a part, at most `limit` bytes of it.
  private func bytes(_ part: ArchiveHeader.Part, of kept: Kept, limit: Int = .max) -> [UInt8] {
    let range = kept.header.range(of: part)
    let count = min(range.count, limit)
    guard range.lowerBound + count > kept.start.count else {
      return Array(kept.start[range.lowerBound..<range.lowerBound + count])
    }
    return data.read(at: kept.entry.offset + range.lowerBound, count: count)
  }

  private func text(_ part: ArchiveHeader.Part, of kept: Kept, limit: Int = .max) -> String {
    String(decoding: bytes(part, of: kept, limit: limit), as: UTF8.self)
  }

  /// Returns the fields as text for the user, from at most `limit` bytes of them.
  private func fields(of kept: Kept, limit: Int) -> [ItemDetail.Field] {
    ArchivedItem(text: [], fields: FieldBytes.decode(bytes(.fields, of: kept, limit: limit))).shownFields
  }

  private func note(of kept: Kept) -> String? {
    kept.header.range(of: .note).isEmpty ? nil : text(.note, of: kept)
  }

  private func outcome(of kept: Kept) -> Outcome {
    switch kept.entry.kind {
    case .succeeded: .succeeded
    case .failed: .failed(Failure(text(.reason, of: kept)))
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }

  private func item(of kept: Kept) -> ArchivedItem {
    ArchivedItem(text: bytes(.text, of: kept), fields: FieldBytes.decode(bytes(.fields, of: kept)))
  }

  /// Returns the row of an item in the list; nil until it has ended.
  package func row(_ id: ItemID) -> ResultRow? {
    lock.withLock {
      guard let kept = kept(id, reading: Self.rowBytes) else { return nil }
      let state = ItemState(outcome(of: kept))
      let line =
        state == .succeeded
        ? OutputText.firstLine(text(.output, of: kept, limit: Self.rowBytes)) : lastErrorLine(of: kept)
      return ResultRow(
        id: id, label: text(.text, of: kept, limit: FinishedItem.maximumLabelLength), state: state,
        latency: kept.entry.latency, reason: OutputText.firstLine(text(.reason, of: kept)),
        line: line, note: note(of: kept), fields: fields(of: kept, limit: Self.rowBytes))
    }
  }

  /// Returns the details of an item; nil until it has ended.
  ///
  /// - Parameter invocation: Returns what was done to the item.
  package func detail(_ id: ItemID, invocation: (ArchivedItem, WorkerID) -> String) -> ItemDetail? {
    lock.withLock {
      guard let kept = kept(id) else { return nil }
      let item = item(of: kept)
      var detail = ItemDetail(id: id, label: item.label)
      detail.fields = item.shownFields
      detail.invocation = invocation(item, kept.worker)
      detail.worker = kept.worker
      detail.attempt = kept.header.attempt
      detail.start = Instant(nanoseconds: kept.header.start)
      detail.latency = kept.entry.latency
      detail.outcome = outcome(of: kept)
      detail.note = note(of: kept)
      detail.process = kept.header.process
      detail.reasons = ReasonText.decode(text(.why, of: kept))
      detail.earlier = attempts(endingWith: kept.header.previous)
      detail.show(output: parts(.output, of: kept), errors: parts(.errors, of: kept))
      return detail
    }
  }

  private func parts(_ part: ArchiveHeader.Part, of kept: Kept) -> OutputParts {
    let range = kept.header.range(of: part)
    let start = kept.entry.offset + range.lowerBound
    return OutputParts(count: range.count) { data.read(at: start + $0, count: $1) }
  }

  /// Returns why an item failed; nil if it has not.
  package func failureReason(of id: ItemID) -> FailureReason? {
    lock.withLock {
      guard let kept = kept(id, reading: Self.rowBytes) else { return nil }
      return FailureReason(
        outcome(of: kept), line: lastErrorLine(of: kept),
        label: text(.text, of: kept, limit: FinishedItem.maximumLabelLength))
    }
  }

  private func lastErrorLine(of kept: Kept) -> String {
    let range = kept.header.range(of: .errors)
    let start = max(range.lowerBound, range.upperBound - Self.rowBytes)
    return OutputText.lastLine(data.read(at: kept.entry.offset + start, count: range.upperBound - start))
  }

  /// Returns an ended item and how it ended; nil until it has ended, or if not everything could be kept.
  package func item(_ id: ItemID) -> (item: ArchivedItem, ended: FinishedItem)? {
    lock.withLock {
      guard data.isIntact, let kept = kept(id) else { return nil }
      let item = item(of: kept)
      let ended = FinishedItem(
        id: id, worker: kept.worker, attempt: kept.header.attempt, start: Instant(nanoseconds: kept.header.start),
        end: Instant(nanoseconds: kept.header.end), outcome: outcome(of: kept), label: item.label,
        note: note(of: kept))
      return (item, ended)
    }
  }

  /// Returns the attempts up to a given one, in order.
  private func attempts(endingWith last: UInt64) -> [EndedAttempt] {
    var attempts: [EndedAttempt] = []
    var word = last
    while let entry = ArchiveIndex.Entry(word: word, latency: 0), let kept = kept(entry) {
      attempts.append(
        EndedAttempt(
          attempt: kept.header.attempt, worker: kept.header.worker, start: kept.header.start,
          latency: kept.header.end - kept.header.start, outcome: outcome(of: kept), process: kept.header.process,
          note: note(of: kept), reasons: ReasonText.decode(text(.why, of: kept))))
      word = kept.header.previous
    }
    return attempts.reversed()
  }
}

// MARK: - Searching

extension ResultArchive {
  /// One more than the last position that has ended.
  package var end: Int { lock.withLock { index.end } }

  /// Returns the items in a range of positions that a filter shows; none for a text filter.
  package func matches(_ filter: ResultFilter, in positions: Range<Int>, slowLimit: Int64?) -> [ItemID] {
    positions.compactMap { position in
      let id = ItemID(position)
      switch filter {
      case .failed: return entry(id).map { $0.kind != .succeeded } ?? false ? id : nil
      case .failure(let group):
        guard entry(id).map({ $0.kind == .failed || $0.kind == .timedOut }) ?? false else { return nil }
        return failureReason(of: id).map { FailureGroups.group(group, has: $0) } ?? false ? id : nil
      case .slow: return entry(id).map { $0.latency >= slowLimit ?? .max } ?? false ? id : nil
      case .all, .running, .text: return nil
      }
    }
  }

  /// Returns the parts of an item that a text search covers; none until it has ended.
  package func searchedParts(of id: ItemID) -> [TextScan.Part] {
    guard let kept = lock.withLock({ kept(id) }) else { return [] }
    return [.text, .reason, .note, .output, .errors].map { (part: ArchiveHeader.Part) in
      let range = kept.header.range(of: part)
      let start = kept.entry.offset + range.lowerBound
      return (range.count, { offset, length in self.read(at: start + offset, count: length) })
    }
  }

  private func read(at offset: Int, count: Int) -> [UInt8] {
    lock.withLock { data.read(at: offset, count: count) }
  }

  private func entry(_ id: ItemID) -> ArchiveIndex.Entry? { lock.withLock { index.entry(at: id.position) } }
}
