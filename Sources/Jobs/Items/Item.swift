import Attempts
import OSText
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

  /// The entry as readable text; invalid UTF-8 becomes U+FFFD. It is untrusted: make it safe before you draw it.
  public var text: String { value.description }

  /// The entry byte for byte.
  public var bytes: [UInt8] { value.bytes }

  /// The text for screens: at most ``FinishedItem/maximumLabelLength`` bytes, cut between characters.
  public var label: String {
    value.count <= FinishedItem.maximumLabelLength ? text : value.withBytes { FinishedItem.label(of: $0) }
  }
}

/// A text from outside, kept byte for byte: as a string when it is valid UTF-8, otherwise as raw bytes.
///
/// Up to 15 bytes need no separate memory.
public enum ByteText: Sendable, Hashable {
  /// Valid UTF-8.
  case text(String)
  /// Any other bytes.
  case bytes([UInt8])

  /// Copies bytes.
  public init(_ bytes: UnsafeRawBufferPointer) {
    if let text = bytes.withMemoryRebound(to: UInt8.self, { String(validating: $0, as: UTF8.self) }) {
      self = .text(text)
    } else {
      self = .bytes([UInt8](bytes))
    }
  }

  /// Keeps bytes.
  public init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { ByteText($0) } }

  /// Compares the bytes; canonically equivalent strings differ.
  public static func == (left: ByteText, right: ByteText) -> Bool {
    left.withBytes { left in right.withBytes { left.elementsEqual($0) } }
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// The text for people to read; invalid UTF-8 becomes U+FFFD.
  public var description: String {
    switch self {
    case .text(let text): text
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The text as a string of ``OSText``, which can be converted back to the same bytes.
  var exact: String {
    // Most texts need no conversion; stand-ins start with F4.
    if case .text(let text) = self, !text.utf8.contains(0xF4) { text } else { OSText.decode(bytes) }
  }

  /// The number of bytes.
  public var count: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .bytes(let bytes): bytes.count
    }
  }

  /// The original bytes.
  public var bytes: [UInt8] {
    switch self {
    case .text(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    }
  }

  /// Appends the original bytes.
  func append(to buffer: inout [UInt8]) {
    switch self {
    case .text(let text): buffer.append(contentsOf: text.utf8)
    case .bytes(let bytes): buffer.append(contentsOf: bytes)
    }
  }

  /// Lends the bytes, without copying them where possible.
  public func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value {
    switch self {
    case .text(var text): try text.withUTF8(body)
    case .bytes(let bytes): try bytes.withUnsafeBufferPointer(body)
    }
  }
}
