/// Bytes that are stored elsewhere and are read piece by piece.
public protocol ByteSource: AnyObject, Sendable {
  /// The number of bytes.
  var count: Int { get }
  /// Reads some of the bytes; the caller asks only for those that exist.
  func read(from offset: Int, count: Int) throws(SpillError) -> [UInt8]
}

/// Bytes that an item produced. Few bytes are in memory; others are in a temporary file without a name, or where an
/// earlier run left them.
///
/// The space in the temporary file is freed when the last copy of the value is gone.
public struct CapturedBytes: Sendable {
  /// The maximum number of bytes that are kept in memory.
  public static let inlineLimit = 64 << 10

  private enum Storage: Sendable {
    case inline([UInt8])
    case elsewhere(any ByteSource)
  }

  private let storage: Storage

  /// Keeps any number of bytes in memory.
  public init(bytes: [UInt8]) { storage = .inline(bytes) }

  /// Refers to bytes that are stored elsewhere.
  public init(_ source: any ByteSource) { storage = .elsewhere(source) }

  /// No bytes.
  public static let empty = CapturedBytes(bytes: [])

  /// The number of bytes.
  public var count: Int {
    switch storage {
    case .inline(let bytes): bytes.count
    case .elsewhere(let source): source.count
    }
  }

  /// Whether there are no bytes.
  public var isEmpty: Bool { count == 0 }

  /// The bytes if they are in memory; nil if they are stored elsewhere.
  public var inMemory: [UInt8]? { if case .inline(let bytes) = storage { bytes } else { nil } }

  /// The memory that the value keeps in use, in bytes; bytes stored elsewhere do not count.
  public var memoryFootprint: Int {
    switch storage {
    case .inline(let bytes): bytes.count
    case .elsewhere: 0
    }
  }

  /// Reads some of the bytes.
  ///
  /// - Parameters:
  ///   - offset: the first byte, from 0.
  ///   - count: the number of bytes; fewer are returned at the end.
  /// - Throws: when the bytes are stored elsewhere and cannot be read.
  public func read(from offset: Int, count: Int) throws(SpillError) -> [UInt8] {
    let start = min(max(0, offset), self.count)
    let wanted = min(max(0, count), self.count - start)
    switch storage {
    case .inline(let bytes): return Array(bytes[start..<start + wanted])
    case .elsewhere(let source): return try source.read(from: start, count: wanted)
    }
  }

  /// Calls `body` with the bytes piece by piece, in order.
  ///
  /// - Throws: the errors of `body`, or a ``SpillError`` when the bytes are stored elsewhere and cannot be read.
  public func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    if case .inline(let bytes) = storage {
      if !bytes.isEmpty { try bytes.withUnsafeBytes(body) }
      return
    }
    var offset = 0
    while offset < count {
      let chunk = try read(from: offset, count: Self.inlineLimit)
      try chunk.withUnsafeBytes(body)
      offset += chunk.count
    }
  }

  /// Returns the first line without its ending, at most `limit` bytes of it; empty when the bytes cannot be read.
  public func firstLine(limit: Int = 1024) -> [UInt8] {
    guard let start = try? read(from: 0, count: limit) else { return [] }
    return Array(start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
  }
}
