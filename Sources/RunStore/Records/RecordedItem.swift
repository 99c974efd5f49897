/// Bytes on their way into a run file: in memory, or somewhere they can be read from piece by piece.
public protocol RecordedBytes: Sendable {
  /// How many bytes there are.
  var count: Int { get }
  /// Calls `body` with the bytes piece by piece, in order.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

extension [UInt8]: RecordedBytes {
  /// Calls `body` once, with all bytes.
  public func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if !isEmpty { try withUnsafeBytes(body) }
  }
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
  public var text: any RecordedBytes
  /// The entry's fields as a JSON object, see ``FieldsText``; nil for plain lines.
  public var fields: [UInt8]?

  /// Makes an item that stands in no run file yet.
  ///
  /// - Parameter number: the item's number in the items file, from 1.
  public init(number: Int, text: any RecordedBytes, fields: [UInt8]? = nil) {
    self.init(ItemPlace(number: number), text: text, fields: fields)
  }

  /// Makes an item with the place that a run file has for it.
  public init(_ place: ItemPlace, text: any RecordedBytes, fields: [UInt8]? = nil) {
    number = place.number
    row = place.row
    earlierAttempts = place.earlierAttempts
    self.text = text
    self.fields = fields
  }
}

/// Where in a run file an item stands or will stand.
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
