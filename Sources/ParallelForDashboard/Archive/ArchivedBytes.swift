/// Bytes that an item produced, wherever they are, on their way into the archive.
package protocol ArchivedBytes {
  /// How many bytes there are.
  var count: Int { get }

  /// Calls `body` with the bytes piece by piece, in order.
  ///
  /// - Throws: when they cannot be read.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

extension [UInt8]: ArchivedBytes {
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws { try withUnsafeBytes(body) }
}
