/// Bytes that are written to a run file.
///
/// Millions of them pass through. This is an enumeration because the witnesses of a protocol would copy its values.
public enum RecordedBytes: Sendable {
  /// Bytes in memory.
  case bytes([UInt8])
  /// The UTF-8 of a string.
  case text(String)
  /// Bytes that are stored elsewhere.
  case source(any RecordedSource)

  /// The number of bytes.
  public var count: Int {
    switch self {
    case .bytes(let bytes): bytes.count
    case .text(let text): text.utf8.count
    case .source(let source): source.count
    }
  }

  /// Calls `body` with the bytes piece by piece, in order.
  ///
  /// - Throws: the errors of `body` and of a source.
  public func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    switch self {
    case .bytes(let bytes): try bytes.withUnsafeBytes(body)
    case .text(var text): try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    case .source(let source): try source.forEachChunk(body)
    }
  }
}

/// A source from which recorded bytes are read piece by piece.
public protocol RecordedSource: AnyObject, Sendable {
  /// The number of bytes.
  var count: Int { get }
  /// Calls `body` with the bytes piece by piece, in order.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

/// An item whose attempt is recorded, and its place in the run file.
public struct RecordedItem: Sendable {
  /// The item's number in the items file, from 1.
  public var number: Int
  /// The row of the item in the run file: its number, unless ``EarlierItems`` says otherwise.
  public var row: Int64
  /// The number of attempts before this session.
  public var earlierAttempts: Int
  /// The entry of the items file, byte for byte.
  public var text: RecordedBytes
  /// The entry's fields as a JSON object (see ``FieldsText``); nil for plain lines.
  public var fields: [UInt8]?

  /// Makes an item that is not yet in a run file.
  ///
  /// - Parameter number: the item's number in the items file, from 1.
  public init(number: Int, text: RecordedBytes, fields: [UInt8]? = nil) {
    self.init(ItemPlace(number: number), text: text, fields: fields)
  }

  /// Makes an item with its place in a run file.
  @inlinable
  public init(_ place: ItemPlace, text: RecordedBytes, fields: [UInt8]? = nil) {
    number = place.number
    row = place.row
    earlierAttempts = place.earlierAttempts
    self.text = text
    self.fields = fields
  }
}

/// The place of an item in a run file.
public struct ItemPlace: Sendable, Hashable {
  /// The item's number in the items file, from 1.
  public var number: Int
  /// The row of the item.
  public var row: Int64
  /// The number of attempts in earlier sessions.
  public var earlierAttempts: Int

  /// Makes the place of an item in a run that was never resumed.
  public init(number: Int) {
    self.number = number
    row = Int64(number)
    earlierAttempts = 0
  }

  /// Makes the place of an item whose attempts are numbered from the first session on.
  public init(number: Int, row: Int64) {
    self.init(number: number, row: row, earlierAttempts: 0)
  }

  init(number: Int, row: Int64, earlierAttempts: Int) {
    self.number = number
    self.row = row
    self.earlierAttempts = earlierAttempts
  }
}
