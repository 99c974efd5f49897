/// Records for the writer, one after the other in one block of memory.
///
/// Each record is a ``RecordHeader`` followed by its parts. Parts that are too large to copy are held by reference.
struct RecordBatch: ~Copyable {
  /// The maximum size of parts that are copied.
  private static let copiedLimit = 64 << 10
  private static let headerSize = MemoryLayout<RecordHeader>.size

  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  /// Whether the batch must free the memory.
  private var isOwner = true
  /// The bytes in use.
  private(set) var size = 0
  /// The number of records.
  private(set) var count = 0
  /// The parts that were too large to copy, in the order of their use.
  private(set) var held: [RecordedBytes] = []
  /// The records that are not attempts, in the order of their use.
  private(set) var requests: [RunRequest] = []

  /// - Parameter capacity: the initial capacity in bytes.
  init(capacity: Int = 64 << 10) {
    self.capacity = capacity
    memory = .allocate(byteCount: capacity, alignment: 16)
  }

  /// - Parameter space: memory that outlives the batch; used until it is full.
  init(in space: UnsafeMutableRawBufferPointer) {
    (memory, capacity, isOwner) = (space.baseAddress.unsafelyUnwrapped, space.count, false)
  }

  deinit { if isOwner { memory.deallocate() } }

  /// Appends an attempt at an item.
  mutating func append(
    _ item: borrowing RecordedItem, _ attempt: borrowing AttemptRecord, output: RecordedBytes,
    errors: RecordedBytes, isFinal: Bool
  ) throws {
    var header = RecordHeader(item, attempt, isFinal: isFinal)
    let start = size
    let heldBefore = held.count
    do {
      reserve(Self.headerSize)
      size += Self.headerSize
      header.text = try append(item.text)
      header.key = try key(of: item, header.text)
      if let fields = item.fields { header.fields = try append(.bytes(fields)) }
      if let reason = attempt.reason { header.reason = append(reason) }
      if let note = attempt.note { header.note = append(note) }
      header.output = try append(output)
      header.errors = try append(errors)
    } catch {
      size = start
      held.removeLast(held.count - heldBefore)
      throw error
    }
    memory.storeBytes(of: header, toByteOffset: start, as: RecordHeader.self)
    count += 1
  }

  /// Appends the bytes of a whole attempt; see ``withBytes(_:)``.
  mutating func append(copying record: UnsafeRawBufferPointer) {
    append(record)
    count += 1
  }

  /// Appends all records of another batch.
  mutating func append(_ other: borrowing RecordBatch) {
    append(UnsafeRawBufferPointer(start: other.memory, count: other.size))
    count += other.count
    if !other.held.isEmpty { held += other.held }
    if !other.requests.isEmpty { requests += other.requests }
  }

  /// Calls `body` with all records; returns nil if some of their parts are elsewhere.
  func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
    guard held.isEmpty, requests.isEmpty else { return nil }
    return body(UnsafeRawBufferPointer(start: memory, count: size))
  }

  /// Appends a request.
  mutating func append(_ request: RunRequest) {
    reserve(Self.headerSize)
    memory.storeBytes(of: .request, toByteOffset: size, as: RecordHeader.self)
    size += Self.headerSize
    requests.append(request)
    count += 1
  }

  /// Removes all records and keeps the memory.
  mutating func removeAll() {
    (size, count) = (0, 0)
    held.removeAll(keepingCapacity: true)
    requests.removeAll(keepingCapacity: true)
  }

  /// Calls `body` with every record.
  func forEach(_ body: (RecordHeader, inout PartReader) throws(RunStoreError) -> Void) throws(RunStoreError) {
    var reader = PartReader(memory, held: held, requests: requests)
    for _ in 0..<count {
      let header = reader.header()
      try body(header, &reader)
    }
  }

  /// Returns a reader for the record at an offset, which holds nothing by reference.
  func reader(at offset: Int) -> PartReader { PartReader(memory, at: offset) }

  private mutating func reserve(_ more: Int) {
    guard size + more > capacity else { return }
    let larger = max(capacity * 2, size + more)
    let place = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    place.copyMemory(from: memory, byteCount: size)
    if isOwner { memory.deallocate() }
    (memory, capacity, isOwner) = (place, larger, true)
  }

  private mutating func append(_ part: RecordedBytes) throws -> PartSize {
    let count = part.count
    guard count <= Self.copiedLimit else {
      held.append(part)
      return .held
    }
    let start = size
    try part.forEachChunk { append($0) }
    return PartSize(size - start)
  }

  /// Returns the key of the item whose text was just appended.
  private func key(of item: borrowing RecordedItem, _ text: PartSize) throws -> Int64 {
    if text == .held { return try ItemKey.of(item.text, fields: item.fields) }
    return ItemKey.of(UnsafeRawBufferPointer(start: memory + size - text.count, count: text.count), fields: item.fields)
  }

  private mutating func append(_ text: String) -> PartSize {
    var text = text
    return text.withUTF8 {
      reserve($0.count)
      append(UnsafeRawBufferPointer($0))
      return PartSize($0.count)
    }
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    if let start = bytes.baseAddress { (memory + size).copyMemory(from: start, byteCount: bytes.count) }
    size += bytes.count
  }
}

/// The size of a part of a record, or the reason why the part is not in the batch.
struct PartSize: Equatable {
  private let value: Int32

  init(_ count: Int) { value = Int32(truncatingIfNeeded: count) }

  private init(raw: Int32) { value = raw }

  static let absent = PartSize(raw: -1)
  static let held = PartSize(raw: -2)

  var count: Int { max(0, Int(value)) }
}

/// The fixed start of a record.
struct RecordHeader: BitwiseCopyable {
  enum Kind: UInt8 {
    case finalAttempt
    case earlierAttempt
    case request
  }

  static let absent = Int64.min

  var kind: Kind
  var number: Int64 = 0
  var row: Int64 = 0
  var key: Int64 = 0
  /// The number of the attempt over all sessions, from 1.
  var attempt: Int64 = 0
  var outcome: Int64 = 0
  var worker: Int64 = 0
  var start: Int64 = 0
  var latency: Int64 = 0
  /// The following are ``absent`` when they are unknown.
  var wait = absent
  var exitStatus = absent
  var signal = absent
  var cpu = absent
  var peakMemory = absent
  var text = PartSize.absent
  var fields = PartSize.absent
  var reason = PartSize.absent
  var note = PartSize.absent
  var output = PartSize.absent
  var errors = PartSize.absent

  static let request = RecordHeader(kind: .request)

  private init(kind: Kind) { self.kind = kind }

  /// Reads the header of an attempt from the bytes of a file; nil unless they are exactly one whole record.
  init?(checking record: UnsafeRawBufferPointer) {
    guard record.count >= MemoryLayout<RecordHeader>.size,
      Kind(rawValue: record[0]).map({ $0 != .request }) ?? false
    else { return nil }
    self = record.loadUnaligned(as: RecordHeader.self)
    let parts = [text, fields, reason, note, output, errors]
    guard parts.reduce(MemoryLayout<RecordHeader>.size, { $0 + $1.count }) == record.count,
      !parts.contains(.held), text != .absent, isPossible
    else { return nil }
  }

  /// Whether a run file accepts all the numbers.
  private var isPossible: Bool {
    let counts = 1...ItemColumns.largest
    let measures = [wait, cpu, peakMemory].filter { $0 != Self.absent } + [latency]
    return RowSet.isPossible(row) && counts.contains(number) && counts.contains(attempt)
      && (OutcomeCode.succeeded...OutcomeCode.cancelled).contains(outcome) && NumberRange.workers.contains(worker)
      && NumberRange.times.contains(start) && NumberRange.times.contains(start &+ latency)
      && measures.allSatisfy { NumberRange.measures.contains($0) }
  }

  /// Sets everything but the key and the sizes of the parts.
  init(_ item: borrowing RecordedItem, _ attempt: borrowing AttemptRecord, isFinal: Bool) {
    kind = isFinal ? .finalAttempt : .earlierAttempt
    number = Int64(item.number)
    row = item.row
    self.attempt = Int64(item.earlierAttempts + attempt.attempt)
    outcome = OutcomeCode.code(attempt.outcome)
    worker = Int64(attempt.worker)
    start = attempt.start
    latency = attempt.latency
    wait = attempt.wait ?? Self.absent
    exitStatus = attempt.exitStatus.map { Int64($0) } ?? Self.absent
    signal = attempt.signal.map { Int64($0) } ?? Self.absent
    cpu = attempt.cpu ?? Self.absent
    peakMemory = attempt.peakMemory ?? Self.absent
  }
}

/// Reads the records of a batch one after the other.
struct PartReader {
  /// A part of a record.
  enum Part {
    case absent
    case bytes(UnsafeRawBufferPointer)
    case held(RecordedBytes)

    /// The bytes in the batch; nil for other parts.
    var bytes: UnsafeRawBufferPointer? { if case .bytes(let bytes) = self { bytes } else { nil } }
  }

  private let memory: UnsafeRawPointer
  private let held: [RecordedBytes]
  private let requests: [RunRequest]
  private var offset = 0
  private var heldUsed = 0
  private var requestsUsed = 0

  init(_ memory: UnsafeRawPointer, held: [RecordedBytes], requests: [RunRequest]) {
    self.memory = memory
    self.held = held
    self.requests = requests
  }

  fileprivate init(_ memory: UnsafeRawPointer, at offset: Int) {
    self.init(memory, held: [], requests: [])
    self.offset = offset
  }

  /// Skips all parts of a record whose header was just read; none of them may be held by reference.
  ///
  /// - Returns: the offset of the record.
  mutating func skip(_ header: RecordHeader) -> Int {
    let start = offset - MemoryLayout<RecordHeader>.size
    for part in [header.text, header.fields, header.reason, header.note, header.output, header.errors] {
      offset += part.count
    }
    return start
  }

  mutating func header() -> RecordHeader {
    defer { offset += MemoryLayout<RecordHeader>.size }
    return memory.loadUnaligned(fromByteOffset: offset, as: RecordHeader.self)
  }

  /// Reads the next part, which has this size.
  mutating func part(_ size: PartSize) -> Part {
    if size == .absent { return .absent }
    if size == .held {
      defer { heldUsed += 1 }
      return .held(held[heldUsed])
    }
    defer { offset += size.count }
    return .bytes(UnsafeRawBufferPointer(start: memory + offset, count: size.count))
  }

  mutating func request() -> RunRequest {
    defer { requestsUsed += 1 }
    return requests[requestsUsed]
  }
}
