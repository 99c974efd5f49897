/// An output in a run file, read piece by piece when it is needed.
public struct StoredBytes: RecordedBytes {
  private static let chunk = 64 << 10

  private let reader: RunReader
  private let table: String
  private let row: Int64
  private let stream: OutputStream
  /// How many bytes there are.
  public let count: Int

  init(_ reader: RunReader, table: String, row: Int64, _ stream: OutputStream, count: Int) {
    self.reader = reader
    self.table = table
    self.row = row
    self.stream = stream
    self.count = count
  }

  /// Some of the bytes.
  ///
  /// - Parameters:
  ///   - offset: the first byte wanted, from 0.
  ///   - wanted: how many; fewer come back at the end.
  /// - Throws: when the file cannot be read, or no longer holds them.
  public func read(from offset: Int, count wanted: Int) throws(RunStoreError) -> [UInt8] {
    let start = min(max(0, offset), count)
    let length = min(max(0, wanted), count - start)
    var bytes = [UInt8](repeating: 0, count: length)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(RunStoreError) in
      try reader.read(
        table: table, row: row, stream, from: start, into: UnsafeMutableRawBufferPointer(buffer))
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
