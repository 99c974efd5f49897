public import ParallelFor

/// One entry of the items file.
public struct Item: Sendable, Equatable {
  /// The entry as it is in the file, without its line ending; see ``ItemFormat``.
  public let value: ByteText
  /// The named parts of a record; nil for plain lines.
  public let fields: Fields?
  /// When the item was read, which tells how long it waited; nil unless it was recorded.
  public var readAt: Instant?

  /// Makes an item from a text and, for a record, its fields.
  public init(_ value: ByteText, fields: Fields? = nil) {
    self.value = value
    self.fields = fields
  }

  /// Makes a plain item.
  public init(_ text: String) { self.init(.text(text)) }

  /// The entry for people to read; invalid UTF-8 becomes U+FFFD. It is a stranger's text; make it safe to draw.
  public var text: String { value.description }

  /// The entry byte for byte.
  public var bytes: [UInt8] { value.bytes }

  /// The text for screens: at most ``FinishedItem/maximumLabelLength`` bytes, cut between characters.
  public var label: String {
    let limit = FinishedItem.maximumLabelLength
    guard value.count > limit else { return text }
    return value.withBytes { bytes in
      var text = String(decoding: bytes.prefix(limit), as: UTF8.self)
      // The cut may have split the last character, and its replacement may be longer.
      if !text.isEmpty { text.removeLast() }
      while text.utf8.count > limit { text.removeLast() }
      return text
    }
  }
}
