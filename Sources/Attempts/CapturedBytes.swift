/// Bytes that are stored in a file and are read piece by piece.
public protocol ByteSource: AnyObject, Sendable {
  /// The number of bytes.
  var count: Int { get }
  /// Reads some of the bytes; the caller asks only for those that exist.
  func read(from offset: Int, count: Int) throws -> [UInt8]
}

/// Bytes of any number, such as the output of an item. Few bytes are in memory; others are in a file.
public struct CapturedBytes: Sendable {
  /// The size of the pieces that are read at once, and the maximum number of captured bytes that are kept in memory.
  public static let inlineLimit = 64 << 10

  @usableFromInline
  enum Home: Sendable {
    case memory([UInt8])
    /// The UTF-8 of a string.
    case text(String)
    case file(any ByteSource)
  }

  @usableFromInline let home: Home
  // Stored, because asking the home counts a reference.
  /// The number of bytes.
  public let count: Int

  @inlinable
  init(_ home: Home, count: Int) {
    self.home = home
    self.count = count
  }

  /// Keeps any number of bytes in memory.
  @inlinable
  public static func bytes(_ bytes: [UInt8]) -> CapturedBytes { CapturedBytes(.memory(bytes), count: bytes.count) }

  /// Keeps the UTF-8 of a string in memory.
  @inlinable
  public static func text(_ text: String) -> CapturedBytes { CapturedBytes(.text(text), count: text.utf8.count) }

  /// Refers to bytes in a file.
  @inlinable
  public static func source(_ source: any ByteSource) -> CapturedBytes {
    CapturedBytes(.file(source), count: source.count)
  }

  /// No bytes.
  public static let empty = bytes([])

  /// Whether there are no bytes.
  @inlinable public var isEmpty: Bool { count == 0 }

  /// The memory that the value keeps in use, in bytes; bytes in a file do not count.
  @inlinable public var memoryFootprint: Int { if case .file = home { 0 } else { count } }

  /// Reads some of the bytes.
  ///
  /// - Parameters:
  ///   - offset: the first byte, from 0.
  ///   - count: the number of bytes; fewer are returned at the end.
  /// - Throws: when the bytes are in a file and cannot be read.
  public func read(from offset: Int, count: Int) throws -> [UInt8] {
    let start = min(max(0, offset), self.count)
    let wanted = min(max(0, count), self.count - start)
    switch home {
    case .memory(let bytes): return Array(bytes[start..<start + wanted])
    case .text(let text): return Array(text.utf8.dropFirst(start).prefix(wanted))
    case .file(let source): return try source.read(from: start, count: wanted)
    }
  }

  /// Calls `body` with the bytes piece by piece, in order.
  ///
  /// - Throws: the errors of `body`, and those of reading a file.
  @inlinable
  public func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    switch home {
    case .memory(let bytes): if !bytes.isEmpty { try bytes.withUnsafeBytes(body) }
    case .text(var text): try text.withUTF8 { try body(UnsafeRawBufferPointer($0)) }
    case .file(let source):
      var offset = 0
      while offset < count {
        let chunk = try source.read(from: offset, count: min(Self.inlineLimit, count - offset))
        try chunk.withUnsafeBytes(body)
        offset += chunk.count
      }
    }
  }

  /// Returns the first line without its ending, at most `limit` bytes of it; empty when the bytes cannot be read.
  public func firstLine(limit: Int = 1024) -> [UInt8] {
    guard let start = try? read(from: 0, count: limit) else { return [] }
    return Array(start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
  }
}
