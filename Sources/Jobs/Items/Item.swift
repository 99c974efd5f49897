public import ParallelFor

/// One entry of the items file.
public struct Item: Sendable, Equatable {
  /// The entry as it is in the file, without its line ending; see ``ItemFormat``.
  public let value: ByteText
  /// The named parts of a record; nil for plain lines.
  public let fields: Fields?
  /// When it was read, to tell how long it waited; nil unless that was noted.
  public var readAt: Instant?

  /// Makes an item of a text and, for a record, its fields.
  public init(_ value: ByteText, fields: Fields? = nil) {
    self.value = value
    self.fields = fields
  }

  /// Makes a plain item.
  public init(_ text: String) { self.init(.text(text)) }

  /// The entry for people: what is not UTF-8 becomes U+FFFD. A stranger's text: make it harmless before drawing it.
  public var text: String { value.description }

  /// The entry byte for byte.
  public var bytes: [UInt8] { value.bytes }

  /// The text for screens: at most ``FinishedItem/maximumLabelLength`` bytes, cut between characters.
  public var label: String {
    let limit = FinishedItem.maximumLabelLength
    guard value.count > limit else { return text }
    return value.withBytes { bytes in
      var text = String(decoding: bytes.prefix(limit), as: UTF8.self)
      // The cut may have split the last character, or lengthened the text by what replaces the split bytes.
      if !text.isEmpty { text.removeLast() }
      while text.utf8.count > limit { text.removeLast() }
      return text
    }
  }
}
