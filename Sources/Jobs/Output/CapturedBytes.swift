/// Bytes that lie somewhere else and are read piece by piece.
public protocol ByteSource: AnyObject, Sendable {
  /// How many bytes there are.
  var count: Int { get }
  /// Some of the bytes; the caller asks only for those that exist.
  func read(from offset: Int, count: Int) throws(SpillError) -> [UInt8]
}

/// Bytes that an item produced: in memory when they are few, else in a temporary file that has no name, or wherever an
/// earlier run has left them.
///
/// What lies in the file gives its space back when the last copy of the value is gone.
public struct CapturedBytes: Sendable {
  /// The most bytes that are kept in memory.
  public static let inlineLimit = 64 << 10

  private enum Storage: Sendable {
    case inline([UInt8])
    case elsewhere(any ByteSource)
  }

  private let storage: Storage

  /// Keeps bytes in memory, however many.
  public init(bytes: [UInt8]) { storage = .inline(bytes) }

  /// Refers to bytes that lie somewhere else.
  public init(_ source: any ByteSource) { storage = .elsewhere(source) }

  /// No bytes.
  public static let empty = CapturedBytes(bytes: [])

  /// How many bytes there are.
  public var count: Int {
    switch storage {
    case .inline(let bytes): bytes.count
    case .elsewhere(let source): source.count
    }
  }

  /// True when there are none.
  public var isEmpty: Bool { count == 0 }

  /// The bytes, when they are in memory; nil when they lie elsewhere.
  public var inMemory: [UInt8]? { if case .inline(let bytes) = storage { bytes } else { nil } }

  /// The bytes of memory that keep this alive; what lies elsewhere counts next to nothing.
  public var memoryFootprint: Int {
    switch storage {
    case .inline(let bytes): bytes.count
    case .elsewhere: 0
    }
  }

  /// Some of the bytes.
  ///
  /// - Parameters:
  ///   - offset: the first byte wanted, from 0.
  ///   - count: how many; fewer come back at the end.
  /// - Throws: when they lie elsewhere and cannot be read.
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
  /// - Throws: what `body` throws, or a ``SpillError`` when the bytes lie elsewhere and cannot be read.
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

  /// The first line without its ending, at most `limit` bytes of it; empty when the bytes cannot be read.
  public func firstLine(limit: Int = 1024) -> [UInt8] {
    guard let start = try? read(from: 0, count: limit) else { return [] }
    return Array(start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
  }
}
