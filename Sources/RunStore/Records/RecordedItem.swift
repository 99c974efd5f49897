/// Bytes on their way into a run file.
///
/// Millions of them pass through: an enumeration, because a protocol's values would be copied through its witnesses.
public enum RecordedBytes: Sendable {
  /// Bytes in memory.
  case bytes([UInt8])
  /// The UTF-8 of a string.
  case text(String)
  /// Bytes that lie somewhere else.
  case source(any RecordedSource)

  /// How many bytes there are.
  public var count: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .text(let text): text.utf8.count
    case .source(let source): source.count
    }
  }

  /// Calls `body` with the bytes piece by piece, in order.
  ///
  /// - Throws: what `body` throws, or what a source does.
  public func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    switch self {
    case .bytes(let bytes): try bytes.withUnsafeBytes(body)
    case .text(var text): try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    case .source(let source): try source.forEachChunk(body)
    }
  }
}

/// Where recorded bytes are read from piece by piece.
public protocol RecordedSource: AnyObject, Sendable {
  /// How many bytes there are.
  var count: Int { get }
  /// Calls `body` with the bytes piece by piece, in order.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// An item whose attempt is recorded, and where in the run file.
public struct RecordedItem: Sendable {
  /// The item's number in the items file, from 1.
  public var number: Int
  /// The row that the item has or gets in the run file: its number, unless ``EarlierItems`` says otherwise.
  public var row: Int64
  /// How many attempts were made at it before this session.
  public var earlierAttempts: Int
  /// The entry of the items file, byte for byte.
  public var text: RecordedBytes
  /// The entry's fields as a JSON object, see ``FieldsText``; nil for plain lines.
  public var fields: [UInt8]?

  /// Makes an item that is in no run file yet.
  ///
  /// - Parameter number: the item's number in the items file, from 1.
  public init(number: Int, text: RecordedBytes, fields: [UInt8]? = nil) {
    self.init(ItemPlace(number: number), text: text, fields: fields)
  }

  /// Makes an item with the place that a run file has for it.
  @inlinable
  public init(_ place: ItemPlace, text: RecordedBytes, fields: [UInt8]? = nil) {
    number = place.number
    row = place.row
    earlierAttempts = place.earlierAttempts
    self.text = text
    self.fields = fields
  }
}

/// Where in a run file an item is or will be.
public struct ItemPlace: Sendable, Hashable {
  /// The item's number in the items file, from 1.
  public var number: Int
  /// Its row.
  public var row: Int64
  /// How many attempts were made at it in earlier sessions.
  public var earlierAttempts: Int

  /// The place of an item in a run that was never resumed.
  public init(number: Int) {
    self.number = number
    row = Int64(number)
    earlierAttempts = 0
  }

  /// The place of an item whose attempts are counted from the first of all sessions on.
  public init(number: Int, row: Int64) {
    self.init(number: number, row: row, earlierAttempts: 0)
  }

  init(number: Int, row: Int64, earlierAttempts: Int) {
    self.number = number
    self.row = row
    self.earlierAttempts = earlierAttempts
  }
}
