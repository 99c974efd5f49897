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
  ///
  /// - Parameter process: How the command's process ended; nil if the item was no command.
  package func keep(
    _ item: ArchivedItem, _ ended: FinishedItem, output: some ArchivedBytes, errors: some ArchivedBytes,
    process: ItemDetail.Process? = nil
  ) {
    let reason = Array(Self.reason(of: ended.outcome).utf8)
    let note = Array((ended.note ?? "").utf8)
    let fields = FieldBytes.encode(item.fields)
    let text = item.text
    let hasTrailer = process != nil || ended.attempt > 1
    let record = ArchiveRecord(
      start: ended.start.nanoseconds, end: ended.end.nanoseconds, worker: ended.worker.slot, attempt: ended.attempt,
      textCount: text.count, fieldsCount: fields.count, reasonCount: reason.count, noteCount: note.count,
      outputCount: output.count, errorCount: errors.count, hasTrailer: hasTrailer)
    lock.withLock {
      let offset = data.end
      let previous = ended.attempt > 1 ? index.entry(at: ended.id.position)?.word ?? 0 : 0
      record.words.withUnsafeBytes { data.append($0) }
      for part in [text, fields, reason, note] { data.append(part) }
      append(output)
      append(errors)
      if hasTrailer {
        ArchiveTrailer(previous: previous, process: process).words.withUnsafeBytes { data.append($0) }
      }
      let entry = ArchiveIndex.Entry(offset: offset, kind: Self.kind(of: ended.outcome), latency: ended.latency)
      index.set(entry, at: ended.id.position)
    }
  }

  /// Appends bytes. Unreadable bytes become blanks, so that the parts stay where the record says.
  private func append(_ bytes: some ArchivedBytes) {
    let before = data.end
    do {
      try bytes.forEachChunk { data.append($0) }
    } catch {
      data.append(repeatElement(UInt8(ascii: " "), count: bytes.count - (data.end - before)))
    }
  }

  private static func kind(of outcome: Outcome) -> ArchiveIndex.Kind {
    switch outcome {
    case .succeeded: .succeeded
    case .failed: .failed
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }

  private static func reason(of outcome: Outcome) -> String {
    if case .failed(let failure) = outcome { failure.reason } else { "" }
  }
}

// MARK: - Reading

extension ResultArchive {
  /// Returns the row of an item in the list; nil until it has ended.
  package func row(_ id: ItemID) -> ResultRow? {
    lock.withLock {
      guard let entry = index.entry(at: id.position) else { return nil }
      let bytes = data.read(at: entry.offset, count: Self.rowBytes)
      guard let record = ArchiveRecord(bytes) else { return nil }
      let label = part(record.textOffset, min(record.textCount, FinishedItem.maximumLabelLength), of: entry, in: bytes)
      let reason = OutputText.firstLine(part(record.reasonOffset, record.reasonCount, of: entry, in: bytes))
      let errors = OutputText.firstLine(part(record.errorOffset, min(record.errorCount, 300), of: entry, in: bytes))
      let output = OutputText.firstLine(part(record.outputOffset, min(record.outputCount, 300), of: entry, in: bytes))
      let note = part(record.noteOffset, record.noteCount, of: entry, in: bytes)
      return ResultRow(
        id: id, label: label, state: Self.state(of: entry.kind), latency: entry.latency, reason: reason,
        firstLine: entry.kind == .succeeded ? output : errors, note: note.isEmpty ? nil : note)
    }
  }

  /// Returns the details of an item; nil until it has ended.
  ///
  /// - Parameter invocation: Returns what was done to the item.
  package func detail(_ id: ItemID, invocation: (ArchivedItem, WorkerID) -> String) -> ItemDetail? {
    lock.withLock {
      guard let entry = index.entry(at: id.position),
        let record = ArchiveRecord(data.read(at: entry.offset, count: ArchiveRecord.size))
      else { return nil }
      let item = item(of: record, entry)
      var detail = ItemDetail(id: id, label: item.label)
      detail.fields = item.shownFields
      detail.invocation = invocation(item, WorkerID(record.worker))
      detail.worker = WorkerID(record.worker)
      detail.attempt = record.attempt
      detail.start = Instant(nanoseconds: record.start)
      detail.latency = entry.latency
      detail.outcome = outcome(of: record, entry)
      let note = text(entry, record.noteOffset, record.noteCount)
      detail.note = note.isEmpty ? nil : note
      let trailer = trailer(of: record, entry)
      detail.process = trailer?.process
      detail.earlier = attempts(endingWith: trailer?.previous ?? 0)
      detail.output = lines(entry, record.outputOffset, record.outputCount)
      detail.outputBytes = record.outputCount
      detail.outputCut = record.outputCount > OutputText.mostBytes
      detail.errors = lines(entry, record.errorOffset, record.errorCount)
      detail.errorBytes = record.errorCount
      detail.errorsCut = record.errorCount > OutputText.mostBytes
      return detail
    }
  }

  /// Returns an ended item and how it ended; nil until it has ended, or if not everything could be kept.
  package func item(_ id: ItemID) -> (item: ArchivedItem, ended: FinishedItem)? {
    lock.withLock {
      guard data.isIntact, let entry = index.entry(at: id.position),
        let record = ArchiveRecord(data.read(at: entry.offset, count: ArchiveRecord.size))
      else { return nil }
      let item = item(of: record, entry)
      let note = text(entry, record.noteOffset, record.noteCount)
      let ended = FinishedItem(
        id: id, worker: WorkerID(record.worker), attempt: record.attempt, start: Instant(nanoseconds: record.start),
        end: Instant(nanoseconds: record.end), outcome: outcome(of: record, entry), label: item.label,
        note: note.isEmpty ? nil : note)
      return (item, ended)
    }
  }

  private func trailer(of record: ArchiveRecord, _ entry: ArchiveIndex.Entry) -> ArchiveTrailer? {
    guard record.hasTrailer else { return nil }
    return ArchiveTrailer(
      data.read(at: entry.offset + record.trailerOffset, count: ArchiveTrailer.size))
  }

  /// Returns the attempts up to a given one, in order.
  private func attempts(endingWith last: UInt64) -> [ItemDetail.Attempt] {
    var attempts: [ItemDetail.Attempt] = []
    var word = last
    while let entry = ArchiveIndex.Entry(word: word, latency: 0),
      let record = ArchiveRecord(data.read(at: entry.offset, count: ArchiveRecord.size))
    {
      attempts.append(
        ItemDetail.Attempt(
          number: record.attempt, worker: WorkerID(record.worker), latency: record.end - record.start,
          outcome: outcome(of: record, entry)))
      word = trailer(of: record, entry)?.previous ?? 0
    }
    return attempts.reversed()
  }

  private func item(of record: ArchiveRecord, _ entry: ArchiveIndex.Entry) -> ArchivedItem {
    ArchivedItem(
      text: data.read(at: entry.offset + record.textOffset, count: record.textCount),
      fields: FieldBytes.decode(data.read(at: entry.offset + record.fieldsOffset, count: record.fieldsCount)))
  }

  private func outcome(of record: ArchiveRecord, _ entry: ArchiveIndex.Entry) -> Outcome {
    switch entry.kind {
    case .succeeded: .succeeded
    case .failed: .failed(Failure(text(entry, record.reasonOffset, record.reasonCount)))
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }

  private static func state(of kind: ArchiveIndex.Kind) -> ItemState {
    switch kind {
    case .succeeded: .succeeded
    case .failed: .failed
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    }
  }

  /// Returns a part of a record, from the bytes already read if they contain it.
  private func part(_ offset: Int, _ count: Int, of entry: ArchiveIndex.Entry, in bytes: [UInt8]) -> String {
    guard offset + count <= bytes.count else { return text(entry, offset, count) }
    return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
  }

  private func text(_ entry: ArchiveIndex.Entry, _ offset: Int, _ count: Int) -> String {
    String(decoding: data.read(at: entry.offset + offset, count: count), as: UTF8.self)
  }

  private func lines(_ entry: ArchiveIndex.Entry, _ offset: Int, _ count: Int) -> [String] {
    let bytes = data.read(at: entry.offset + offset, count: min(count, OutputText.mostBytes))
    return OutputText.lines(bytes)
  }
}

// MARK: - Looking through

extension ResultArchive {
  /// One more than the last position that has ended.
  package var end: Int { lock.withLock { index.end } }

  /// Returns the items in a range of positions that a filter shows; none for a text filter.
  package func matches(_ filter: ResultFilter, in positions: Range<Int>, slowLimit: Int64?) -> [ItemID] {
    positions.compactMap { position in
      let id = ItemID(position)
      switch filter {
      case .failed: return entry(id).map { $0.kind != .succeeded } ?? false ? id : nil
      case .slow: return entry(id).map { $0.latency >= slowLimit ?? .max } ?? false ? id : nil
      case .all, .running, .text: return nil
      }
    }
  }

  /// Returns the parts of an item that a text search covers; none until it has ended.
  package func searchedParts(of id: ItemID) -> [TextScan.Part] {
    let found = lock.withLock { () -> (ArchiveIndex.Entry, ArchiveRecord)? in
      guard let entry = index.entry(at: id.position),
        let record = ArchiveRecord(data.read(at: entry.offset, count: ArchiveRecord.size))
      else { return nil }
      return (entry, record)
    }
    guard let (entry, record) = found else { return [] }
    return [
      (record.textOffset, record.textCount), (record.reasonOffset, record.reasonCount),
      (record.noteOffset, record.noteCount), (record.outputOffset, record.outputCount),
      (record.errorOffset, record.errorCount),
    ].map { start, count in
      (count, { offset, length in self.read(at: entry.offset + start + offset, count: length) })
    }
  }

  private func read(at offset: Int, count: Int) -> [UInt8] {
    lock.withLock { data.read(at: offset, count: count) }
  }

  private func entry(_ id: ItemID) -> ArchiveIndex.Entry? { lock.withLock { index.entry(at: id.position) } }
}
