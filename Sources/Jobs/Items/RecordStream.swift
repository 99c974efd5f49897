#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Splits a stream of bytes into records, each a slice of one big buffer; used by the reader and the counter.
///
/// The stream owns the bytes from `start` to `end` of its buffer. The current record starts at `start` and does not end
/// before `scanned`.
struct RecordStream: ~Copyable {
  /// One record without its terminator; valid until the next call of the stream.
  struct Record {
    var bytes: UnsafeRawBufferPointer
    /// The line on which the record starts, from 1; for NUL-separated items, the number of the record.
    var line: Int
  }

  private static let initialCapacity = 256 << 10

  private let source: SourceDescriptor
  private let name: String
  private let format: ItemFormat
  private let maximumLength: Int
  private let maximumRead: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var scanned = 0
  private var quoting = QuoteScanner()
  /// Reads statements from the bytes after an offset; nil when there are other bytes.
  private var lexing: (lexer: SQLLexer, offset: Int)?
  private var line = 1
  private var isAtEnd = false
  private var mayHaveByteOrderMark: Bool

  init(
    source: ItemSource, format: ItemFormat, maximumLength: Int = ItemFormat.maximumLength,
    maximumRead: Int = .max, isWatched: Bool = false
  ) throws(ItemError) {
    self.source = try source.open(isWatched: isWatched)
    self.name = source.name
    self.format = format
    self.maximumLength = maximumLength
    self.maximumRead = maximumRead
    buffer = .allocate(byteCount: Self.initialCapacity, alignment: 16)
    mayHaveByteOrderMark = format != .nul
  }

  deinit { buffer.deallocate() }

  /// Returns the next record from the bytes that were read so far; nil when ``fill()`` must read more. Empty records
  /// are skipped, except NUL-separated ones.
  mutating func nextBuffered() throws(ItemError) -> Record? {
    if mayHaveByteOrderMark { guard dropByteOrderMark() else { return nil } }
    while let terminator = try findEnd() {
      let record = Record(bytes: slice(to: terminator), line: line)
      advance(past: terminator, of: record)
      if format == .nul || !record.bytes.isEmpty { return record }
    }
    return nil
  }

  /// Reads more bytes, waiting until there are some.
  ///
  /// - Returns: false at the end of the source, when nothing more can follow.
  mutating func fill() throws(ItemError) -> Bool {
    guard !isAtEnd else { return false }
    makeRoom()
    lexing = nil
    let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...].prefix(maximumRead)))
    end += count
    isAtEnd = count == 0
    return true
  }

  /// Returns how the file differs from what was read, once its end was reached; nil when it does not.
  func change(at path: String?) -> ItemFileChange? { isAtEnd ? source.change(at: path) : nil }

  /// Finds the terminator of the record at `start`, or the end of the source when the record lacks it.
  private mutating func findEnd() throws(ItemError) -> Int? {
    if format == .sql { return try findEndOfStatement() }
    while scanned < end, let base = buffer.baseAddress,
      let found = memchr(base + scanned, Int32(format.terminator), end - scanned)
    {
      let position = base.distance(to: found)
      let isInside = format.isQuoted && quoting.isOpen(after: buffer[scanned..<position])
      scanned = position + 1
      if !isInside {
        try check(length: position - start)
        quoting = QuoteScanner()
        return position
      }
      quoting.passLineEnd()
    }
    if format.isQuoted && scanned < end { _ = quoting.isOpen(after: buffer[scanned..<end]) }
    scanned = end
    try check(length: end - start)
    guard isAtEnd && start < end else { return nil }
    if quoting.isOpen { throw ItemError(name, line: line, "expected a closing quote before the end of the file") }
    try checkLineEnds()
    return end
  }

  /// Finds the end of the next statement, and moves `start` to its first word.
  private mutating func findEndOfStatement() throws(ItemError) -> Int? {
    var (lexer, offset) = lexing.take() ?? (SQLLexer([UInt8](buffer[start..<end])), start)
    var isInside = false
    while let (token, place) = lexer.next() {
      let position = offset + place.lowerBound
      if !isInside { skipBlanks(to: position) }
      isInside = token != .end
      guard !isInside else { continue }
      guard position > start else {
        start = position + 1
        continue
      }
      lexing = (lexer, offset)
      try check(length: position - start)
      return position
    }
    guard isInside else { return nil }
    try check(length: end - start)
    guard isAtEnd else { return nil }
    guard !lexer.isUnclosed else {
      throw ItemError(name, line: line, "expected the end of a quoted text or a comment before the end of the file")
    }
    return end
  }

  private mutating func skipBlanks(to position: Int) {
    line += UnsafeRawBufferPointer(rebasing: buffer[start..<position]).count(of: UInt8(ascii: "\n"))
    start = position
  }

  /// Refuses a file whose lines end with carriage returns alone, because all of it would be one record.
  private func checkLineEnds() throws(ItemError) {
    guard format != .nul, line == 1 else { return }
    let record = slice(to: end)
    var quotes = QuoteScanner()
    for byte in record {
      if byte == UInt8(ascii: "\r") && !(format.isQuoted && quotes.isOpen) {
        throw ItemError(
          name, line: line,
          "expected lines that end with LF or CRLF, found carriage returns only (tr '\\r' '\\n' converts them)")
      }
      quotes.pass(byte)
      if byte == UInt8(ascii: "\n") { return }
    }
  }

  private func check(length: Int) throws(ItemError) {
    guard length > maximumLength else { return }
    throw ItemError(name, line: line, "expected an item of at most \(maximumLength) bytes")
  }

  private func slice(to terminator: Int) -> UnsafeRawBufferPointer {
    var last = terminator
    if format == .sql { while last > start, SQLLexer.isBlank(buffer[last - 1]) { last -= 1 } }
    if format != .nul && last > start && buffer[last - 1] == UInt8(ascii: "\r") { last -= 1 }
    return UnsafeRawBufferPointer(rebasing: buffer[start..<last])
  }

  private mutating func advance(past terminator: Int, of record: Record) {
    if format == .sql {
      skipBlanks(to: terminator)
    } else {
      line += 1
      if format.isQuoted { line += record.bytes.count(of: UInt8(ascii: "\n")) }
    }
    start = min(terminator + 1, end)
    scanned = start
  }

  /// Drops a byte order mark; returns false while there are too few bytes to tell.
  private mutating func dropByteOrderMark() -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let isMark = buffer[start..<end].prefix(3).elementsEqual(mark.prefix(end - start))
    if isMark && end - start < 3 && !isAtEnd { return false }
    mayHaveByteOrderMark = false
    if isMark && end - start >= 3 {
      start += 3
      scanned = start
    }
    return true
  }

  /// Moves the remaining bytes to the front, and grows the buffer when one record fills half of it.
  private mutating func makeRoom() {
    if start > 0 {
      if let base = buffer.baseAddress, end > start { memmove(base, base + start, end - start) }
      scanned -= start
      end -= start
      start = 0
    }
    guard end > buffer.count / 2 else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
    buffer.deallocate()
    buffer = larger
  }
}

/// Tracks whether a position in a CSV record is inside quotes; a quote opens only at the start of a field.
struct QuoteScanner {
  private enum State {
    case fieldStart
    case unquoted
    case quoted
    /// After a quote inside a quoted field: the end of the field, or the first half of a doubled quote.
    case quoteSeen
  }

  private var state = State.fieldStart

  /// Whether the position is inside quotes.
  var isOpen: Bool { state == .quoted }

  /// Skips bytes without a line end; returns whether a line end after them is part of a field.
  mutating func isOpen(after bytes: Slice<UnsafeMutableRawBufferPointer>) -> Bool {
    let run = UnsafeRawBufferPointer(rebasing: bytes)
    let quote = UInt8(ascii: "\"")
    // Most records contain no quotes; then only the last byte matters for what follows.
    if state != .quoted && state != .quoteSeen && !run.contains(byte: quote) {
      if let last = run.last { state = last == UInt8(ascii: ",") ? .fieldStart : .unquoted }
      return false
    }
    for byte in run { pass(byte) }
    return isOpen
  }

  /// Skips a line end inside quotes.
  mutating func passLineEnd() { pass(UInt8(ascii: "\n")) }

  /// Skips one byte.
  mutating func pass(_ byte: UInt8) {
    let isQuote = byte == UInt8(ascii: "\"")
    switch state {
    case .quoted: if isQuote { state = .quoteSeen }
    case .quoteSeen where isQuote: state = .quoted
    case .fieldStart where isQuote: state = .quoted
    case .fieldStart, .unquoted, .quoteSeen: state = byte == UInt8(ascii: ",") ? .fieldStart : .unquoted
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether a byte occurs.
  func contains(byte: UInt8) -> Bool {
    guard let baseAddress, !isEmpty else { return false }
    return memchr(baseAddress, Int32(byte), count) != nil
  }

  /// Returns the number of times a byte occurs.
  func count(of byte: UInt8) -> Int {
    var total = 0
    for candidate in self where candidate == byte { total += 1 }
    return total
  }
}
