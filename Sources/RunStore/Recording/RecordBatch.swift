import Attempts

/// Records for the writer, one after the other in one block of memory.
///
/// An attempt has a ``RecordLayout``. Parts that are too large to copy are held by reference.
struct RecordBatch: ~Copyable {
  /// The maximum size of parts that are copied.
  private static let copiedLimit = 64 << 10

  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  /// Whether the batch must free the memory.
  private var isOwner = true
  /// The bytes in use.
  private(set) var size = 0
  /// The number of records.
  private(set) var count = 0
  /// The parts that were too large to copy, in the order of their use.
  private(set) var held: [CapturedBytes] = []
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
    _ item: borrowing RecordedItem, _ attempt: borrowing EndedAttempt, output: CapturedBytes,
    errors: CapturedBytes, isFinal: Bool
  ) throws {
    let start = size
    let heldBefore = held.count
    appendHead(isFinal ? .finalAttempt : .earlierAttempt)
    put(Int64(item.place.number), at: start + RecordLayout.number)
    put(item.place.row, at: start + RecordLayout.row)
    put(Int64(item.place.earlierAttempts + attempt.attempt), at: start + RecordLayout.word(0))
    for number in AttemptColumn.Number.allCases {
      put(number.value(of: attempt) ?? RecordLayout.absent, at: start + RecordLayout.word(number.word))
    }
    do {
      try appendParts(of: item, attempt, output, errors, start: start)
    } catch {
      size = start
      held.removeLast(held.count - heldBefore)
      throw error
    }
    count += 1
  }

  private mutating func appendParts(
    of item: borrowing RecordedItem, _ attempt: borrowing EndedAttempt, _ output: CapturedBytes,
    _ errors: CapturedBytes, start: Int
  ) throws {
    var place = start + RecordLayout.current.sizes
    let text = try append(item.text, &place)
    put(try key(of: item, text), at: start + RecordLayout.key)
    if let fields = item.fields { try append(.bytes(fields), &place) } else { putSize(.absent, &place) }
    for part in AttemptColumn.parts {
      switch part {
      case .text(let text):
        if let text = text.value(of: attempt) {
          try append(.text(text), &place, copiedLimit: .max)
        } else {
          putSize(.absent, &place)
        }
      case .output(.output): try append(output, &place)
      case .output(.errors): try append(errors, &place)
      }
    }
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
    appendHead(.request)
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
  func forEach(_ body: (RecordHead, inout RecordReader) throws(RunStoreError) -> Void) throws(RunStoreError) {
    var reader = RecordReader(memory, held: held, requests: requests)
    for _ in 0..<count {
      let head = reader.next()
      try body(head, &reader)
    }
  }

  /// Returns a reader for the record at an offset, which holds nothing by reference.
  func reader(at offset: Int) -> RecordReader { RecordReader(memory + offset, held: [], requests: []) }

  private mutating func appendHead(_ kind: RecordHead.Kind) {
    let head = RecordLayout.current.head
    reserve(head)
    put(Int64(kind.rawValue), at: size)
    size += head
  }

  private mutating func put(_ number: Int64, at offset: Int) {
    memory.storeBytes(of: number.littleEndian, toByteOffset: offset, as: Int64.self)
  }

  private mutating func reserve(_ more: Int) {
    guard size + more > capacity else { return }
    let larger = max(capacity * 2, size + more)
    let place = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
    place.copyMemory(from: memory, byteCount: size)
    if isOwner { memory.deallocate() }
    (memory, capacity, isOwner) = (place, larger, true)
  }

  /// Appends a part, and writes its size to a place, which moves on.
  @discardableResult
  private mutating func append(
    _ part: CapturedBytes, _ place: inout Int, copiedLimit: Int = Self.copiedLimit
  ) throws -> PartSize {
    guard part.count <= copiedLimit else {
      held.append(part)
      putSize(.held, &place)
      return .held
    }
    let start = size
    try part.forEachChunk { append($0) }
    putSize(PartSize(size - start), &place)
    return PartSize(size - start)
  }

  private mutating func putSize(_ size: PartSize, _ place: inout Int) {
    memory.storeBytes(of: size.value.littleEndian, toByteOffset: place, as: Int32.self)
    place += 4
  }

  /// Returns the key of the item whose text was just appended.
  private func key(of item: borrowing RecordedItem, _ text: PartSize) throws -> Int64 {
    if text == .held { return try ItemKey.of(item.text, fields: item.fields) }
    return ItemKey.of(UnsafeRawBufferPointer(start: memory + size - text.count, count: text.count), fields: item.fields)
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    if let start = bytes.baseAddress { (memory + size).copyMemory(from: start, byteCount: bytes.count) }
    size += bytes.count
  }
}

/// Reads the records of a batch one after the other.
struct RecordReader {
  /// A part of a record.
  enum Part {
    case absent
    case bytes(UnsafeRawBufferPointer)
    case held(CapturedBytes)

    /// The bytes in the batch; nil for other parts.
    var bytes: UnsafeRawBufferPointer? { if case .bytes(let bytes) = self { bytes } else { nil } }
  }

  private let held: [CapturedBytes]
  private let requests: [RunRequest]
  private var heldUsed = 0
  private var requestsUsed = 0
  private let memory: UnsafeRawPointer
  /// The offset of the current record, and that of what follows the parts that were read.
  private var record = 0
  private var offset = 0
  private var partsUsed = 0

  init(_ memory: UnsafeRawPointer, held: [CapturedBytes], requests: [RunRequest]) {
    self.memory = memory
    self.held = held
    self.requests = requests
  }

  /// Moves to the next record. All parts of the current one must have been read.
  mutating func next() -> RecordHead {
    record = offset
    offset += RecordLayout.current.head
    partsUsed = 0
    return RecordHead(memory + record)
  }

  /// Skips all parts of the current record; none of them may be held by reference.
  ///
  /// - Returns: the offset of the record.
  mutating func skip() -> Int {
    let head = RecordHead(memory + record)
    for part in 0..<RecordLayout.current.parts { offset += head.size(of: part).count }
    return record
  }

  /// Reads the next part of the current record.
  mutating func part() -> Part {
    let size = RecordHead(memory + record).size(of: partsUsed)
    partsUsed += 1
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

/// A request to a recorder other than an attempt.
enum RunRequest: Sendable {
  case change(RunChange)
  /// The number of items in the input.
  case total(Int)
  /// The number of results that have been delivered.
  case delivered(Int)
  /// The attempt, recorded as an earlier one, is the last one at the item of this row.
  case makeFinal(row: Int64, attempt: Int64)
  /// An item that need not run has this number now.
  case renumber(row: Int64, number: Int)
  /// The items of these rows are no longer in the items file.
  case retire([ClosedRange<Int64>])
  /// Items will be looked up by their keys, which needs an index.
  case makeIndexes
  case finish(RunRecord.State, exitCode: Int32, at: Int64)
}
