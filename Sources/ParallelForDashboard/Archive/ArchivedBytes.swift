/// Bytes that an item produced, in any storage, to be copied into the archive.
package protocol ArchivedBytes {
  /// The number of bytes.
  var count: Int { get }

  /// Calls `body` with the bytes piece by piece, in order.
  ///
  /// - Throws: An error if they cannot be read, or the error of `body`.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws
}

extension [UInt8]: ArchivedBytes {
  package func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws { try withUnsafeBytes(body) }
}
