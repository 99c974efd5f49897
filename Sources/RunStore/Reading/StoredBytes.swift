/// An output in a run file that is read piece by piece on demand.
public struct StoredBytes: Sendable {
  private static let chunk = 64 << 10

  private let reader: RunReader
  private let place: Place
  private let stream: OutputStream
  /// The number of bytes.
  public let count: Int

  /// The attempt that the output belongs to.
  enum Place {
    /// The last attempt at the item of a row.
    case item(Int64)
    /// The attempt with this number at the item of a row; an earlier one by now, or still the last one.
    case attempt(Int, ofItem: Int64)
    /// An earlier attempt, by its own row.
    case earlier(Int64)
  }

  init(_ reader: RunReader, _ place: Place, _ stream: OutputStream, count: Int) {
    self.reader = reader
    self.place = place
    self.stream = stream
    self.count = count
  }

  /// Reads some of the bytes.
  ///
  /// - Parameters:
  ///   - offset: the first byte, from 0.
  ///   - wanted: the number of bytes; fewer are returned at the end.
  /// - Throws: when the file cannot be read or no longer holds the bytes.
  public func read(from offset: Int, count wanted: Int) throws(RunStoreError) -> [UInt8] {
    let start = min(max(0, offset), count)
    let length = min(max(0, wanted), count - start)
    var bytes = [UInt8](repeating: 0, count: length)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(RunStoreError) in
      try reader.read(place, stream, from: start, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return bytes
  }

  /// Calls `body` with the bytes piece by piece, in order.
  public func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var offset = 0
    while offset < count {
      let piece = try read(from: offset, count: Self.chunk)
      try piece.withUnsafeBytes(body)
      offset += piece.count
    }
  }
}
