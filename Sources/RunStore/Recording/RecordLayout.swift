/// The layout of an attempt in a batch and in the tail. All numbers are little-endian.
///
/// | offset | content |
/// |---|---|
/// | 0 | the kind of the record, one byte |
/// | 8, 16, 24 | the number of the item, its row and its key |
/// | 32 | the words: the number of the attempt, and the numbers of ``AttemptColumn`` |
/// | ``sizes`` | the sizes of the parts, 4 bytes each; -1 for a part that is absent |
/// | ``head`` | the parts: text and fields of the item, then texts and outputs in the order of ``AttemptColumn`` |
struct RecordLayout: Equatable {
  /// The value of an unknown number.
  static let absent = Int64.min
  static let number = 8
  static let row = 16
  static let key = 24
  private static let firstWord = 32

  /// The number of words.
  var words: Int
  /// The number of parts.
  var parts: Int

  /// The layout of this program.
  static let current = RecordLayout(words: AttemptColumn.wordCount, parts: 2 + AttemptColumn.parts.count)

  static func word(_ place: Int) -> Int { firstWord + 8 * place }
  var sizes: Int { Self.word(words) }
  var head: Int { sizes + 4 * parts }

  // MARK: - Foreign bytes

  /// Whether the bytes are exactly one attempt whose numbers a run file accepts.
  func accepts(_ record: UnsafeRawBufferPointer) -> Bool {
    guard record.count >= head, let start = record.baseAddress else { return false }
    let found = RecordHead(start, self)
    let sizes = (0..<parts).map { found.size(of: $0) }
    guard found.kind == .finalAttempt || found.kind == .earlierAttempt, sizes[0] != .absent, !sizes.contains(.held),
      sizes.reduce(head, { $0 + $1.count }) == record.count
    else { return false }
    let counts = NumberRange.counts
    return RowSet.isPossible(found.row) && found.number > 0 && counts.contains(found.number) && found.attempt > 0
      && counts.contains(found.attempt) && AttemptColumn.Number.allCases.allSatisfy { accepts($0, in: found) }
      && NumberRange.times.contains(found.end)
  }

  private func accepts(_ number: AttemptColumn.Number, in record: RecordHead) -> Bool {
    guard number.word < words else { return true }
    let value = record[number.word]
    return number.unit.range.contains(value) || value == Self.absent && number.word >= AttemptColumn.firstUnknown
  }

  /// Returns a record of this layout in the current one. An older program knew fewer words and parts.
  func current(_ record: ArraySlice<UInt8>) -> [UInt8] {
    let missingWords = repeatElement(Self.absent, count: Self.current.words - words)
    let missingSizes = repeatElement(Int32(-1), count: Self.current.parts - parts)
    let (words, rest) = (record.prefix(sizes), record.dropFirst(sizes))
    return words + Self.bytes(missingWords) + rest.prefix(4 * parts) + Self.bytes(missingSizes)
      + rest.dropFirst(4 * parts)
  }

  private static func bytes(_ numbers: Repeated<some FixedWidthInteger>) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  }
}

/// The size of a part of a record, or the reason why the part is not in the record.
struct PartSize: Equatable {
  let value: Int32

  init(_ count: Int) { value = Int32(truncatingIfNeeded: count) }

  fileprivate init(raw: Int32) { value = raw }

  static let absent = PartSize(raw: -1)
  /// The part is too large to copy, and the batch refers to it.
  static let held = PartSize(raw: -2)

  var count: Int { max(0, Int(value)) }
}

/// The fixed start of a record, where it lies in memory.
struct RecordHead {
  enum Kind: UInt8 {
    case finalAttempt
    case earlierAttempt
    case request
  }

  private static let outcomeWord = word("outcome")
  private static let startWord = word("start")
  private static let latencyWord = word("latency")

  private let start: UnsafeRawPointer
  private let layout: RecordLayout

  init(_ start: UnsafeRawPointer, _ layout: RecordLayout = .current) { (self.start, self.layout) = (start, layout) }

  /// Nil for a foreign record.
  var kind: Kind? { Kind(rawValue: start.load(as: UInt8.self)) }
  var number: Int64 { value(RecordLayout.number) }
  var row: Int64 { value(RecordLayout.row) }
  var key: Int64 { value(RecordLayout.key) }
  /// The number of the attempt over all sessions, from 1.
  var attempt: Int64 { self[0] }
  var outcome: Int64 { self[Self.outcomeWord] }
  /// When the attempt ended, in nanoseconds since 1970.
  var end: Int64 { self[Self.startWord] &+ self[Self.latencyWord] }

  /// A word of the attempt; ``RecordLayout/absent`` if it is unknown.
  subscript(word: Int) -> Int64 { value(RecordLayout.word(word)) }

  func size(of part: Int) -> PartSize {
    PartSize(raw: Int32(littleEndian: start.loadUnaligned(fromByteOffset: layout.sizes + 4 * part, as: Int32.self)))
  }

  private func value(_ offset: Int) -> Int64 {
    Int64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: Int64.self))
  }

  private static func word(_ name: String) -> Int {
    guard let word = AttemptColumn.all[AttemptColumn.place(name)].word else {
      preconditionFailure("no number: \(name)")
    }
    return word
  }
}
